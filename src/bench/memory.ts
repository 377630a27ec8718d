/** `deno task bench memory`: the memory that a pool takes, by its number of images. */
import { besideModule } from "../disk/mod.ts";
import type { StepMemory } from "./memory_step.ts";
import { writeTinyShards } from "./made_datasets.ts";
import { ownProgram } from "./process.ts";

/**
 * Peaks of the resident memory of processes, each of which does one thing with a pool
 * of 64 px RGB images, MB.
 */
export interface MemoryRow {
  images: number;
  /** Loading the program, which the others include. */
  start_mb: number;
  /** Making the pool from shards of JPEG files. */
  build_mb: number;
  /** Opening it, with its index. */
  open_mb: number;
  /** Opening it and choosing images of it. */
  sample_mb: number;
  /** Opening it and making 200 training batches of 64 on threads. */
  batches_mb: number;
  /** Seconds of each of these. */
  build_seconds: number;
  open_seconds: number;
  sample_seconds: number;
  batches_seconds: number;
}

const SIZES = [1000, 100_000];

/** Measures pools of a thousand and of a hundred thousand images. It uses 1.5 GB of the disk meanwhile. */
export async function benchMemory(): Promise<MemoryRow[]> {
  const rows = [];
  for (const images of SIZES) rows.push(await measure(images));
  return rows;
}

async function measure(images: number): Promise<MemoryRow> {
  const folder = await Deno.makeTempDir();
  try {
    console.error(`Writing ${images} made-up images …`);
    await writeTinyShards(folder, images);
    const start = await runStep("start", folder);
    const build = await runStep("build", folder);
    const open = await runStep("open", folder);
    const sample = await runStep("sample", folder);
    const batches = await runStep("batches", folder);
    return {
      images,
      start_mb: Math.round(start.megabytes),
      build_mb: Math.round(build.megabytes),
      open_mb: Math.round(open.megabytes),
      sample_mb: Math.round(sample.megabytes),
      batches_mb: Math.round(batches.megabytes),
      build_seconds: build.seconds,
      open_seconds: open.seconds,
      sample_seconds: sample.seconds,
      batches_seconds: batches.seconds,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @throws {Error} when the step fails; its message is on standard error */
async function runStep(step: string, folder: string): Promise<StepMemory> {
  const [program, ...args] = [...ownProgram(besideModule(import.meta.url, "./memory_step.ts")), step, folder];
  const { success, stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`The step "${step}" of the benchmark failed; its message is above.`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
