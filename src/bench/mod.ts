/** The project's benchmarks. */
import { installCommand, knownOwnPython, type OwnPackage, RAY } from "../setup/mod.ts";
import type { GpuOptions } from "./gpu/plan.ts";
import { ALIBI_DETECT, IMG2DATASET, PYTORCH, TIMM } from "./peers.ts";
export { GPU_PARTS } from "./gpu/plan.ts";

/** One line of a benchmark's table. */
export type BenchRow = object;

/** What the benchmarks leave open. */
export interface BenchChoice {
  /** Of `train` and `steady`: the networks. */
  models?: string[];
  /** Of `photos`: the dataset. Of `audit`: datasets, folders or files, as commands take them. */
  data?: string;
  /** Of `gpu`. */
  gpu?: GpuOptions;
}

/** A benchmark, as far as it is known before it is loaded. */
interface Benchmark {
  /** What it measures, for `--help`. */
  measures: string;
  /** How long it takes on two cores with nothing else running. */
  takes: string;
  /** What it compares with, beyond what set-up installs. */
  peer?: OwnPackage;
  /** Whether it installs a peer that is missing. Default: it goes without, and says how to install it. */
  installs?: boolean;
  /** Looks up what the choice names. It throws where that is nothing. */
  check?: (choice: BenchChoice) => Promise<unknown>;
  run: (choice: BenchChoice) => Promise<BenchRow[]>;
}

/**
 * The benchmarks by name. Each is loaded when it is run: the list itself needs no package, so that a
 * clean clone can show it.
 */
export const benchmarks: Record<string, Benchmark> = {
  train: {
    measures: "images/s of the training step, beside PyTorch and plain tfjs",
    takes: "about 20 minutes, 3 a network",
    peer: PYTORCH,
    installs: true,
    check: checkModels,
    run: async ({ models }) => (await import("./train.ts")).benchTrain(models),
  },
  blocks: {
    measures: "each operation with a gradient of its own, beside its plain form with tfjs's own gradients",
    takes: "about a minute",
    run: async () => (await import("./blocks.ts")).benchBlocks(),
  },
  steady: {
    measures: "what determinism costs, and whether memory stays where it is over 20,000 steps",
    takes: "about 7 minutes",
    check: checkModels,
    run: async ({ models }) => (await import("./steady.ts")).benchSteady(models),
  },
  precision: {
    measures: "one whole experiment in float32 and in bfloat16",
    takes: "about a minute",
    run: async () => (await import("./precision.ts")).benchPrecision(),
  },
  sweep: {
    measures: "where the time of three laptop runs goes: steps, evaluation, start and end",
    takes: "1 to 5 minutes",
    run: async () => (await import("./sweep.ts")).benchSweep(),
  },
  search: {
    measures: "the settings that were tried for the laptop preset, on seeds that are reported nowhere",
    takes: "about an hour",
    run: async () => (await import("./search.ts")).benchSearch(),
  },
  grids: {
    measures: "every three icon libraries told apart, drawn fairly and on their grids",
    takes: "about half an hour",
    run: async () => (await import("./grids.ts")).benchGrids(),
  },
  input: {
    measures: "images/s of the input pipeline alone, on the thread that takes the batches and beside it",
    takes: "about a minute",
    run: async () => (await import("./input.ts")).benchInput(),
  },
  transforms: {
    measures: "images/s of the paper's augmentation, beside timm's on Pillow",
    takes: "about a minute",
    peer: TIMM,
    run: async () => (await import("./transforms.ts")).benchTransforms(),
  },
  photos: {
    measures:
      "images/s from photographs to augmented batches at 224 px, beside PyTorch's DataLoader with timm",
    takes: "about 2 minutes",
    peer: TIMM,
    check: async ({ data }) => data !== undefined && (await import("../data/mod.ts")).manifestsOf(data),
    run: async ({ data }) => (await import("./photos.ts")).benchPhotos(data),
  },
  fetch: {
    measures: "images/s of fetching from a server on this machine, beside img2dataset",
    takes: "about 2 minutes",
    peer: IMG2DATASET,
    installs: true,
    run: async () => (await import("./fetch.ts")).benchFetch(),
  },
  ray: {
    measures:
      "seconds of a task of a tiny experiment on Ray, beside a plain task of Ray's and a process of " +
      "ours; runs of half a minute on Ray beside two processes by hand (Linux)",
    takes: "about 5 minutes",
    peer: RAY,
    installs: true,
    run: async () => (await import("./ray.ts")).benchRay(),
  },
  audit: {
    measures: "how often the audit's test and alibi-detect's ClassifierDrift tell the same images of two " +
      "datasets apart, and of one that is dealt in two",
    takes: "10 to 20 minutes",
    peer: ALIBI_DETECT,
    installs: true,
    check: async ({ data }) => data !== undefined && (await import("./audit.ts")).auditedDatasets(data),
    run: async ({ data }) => (await import("./audit.ts")).benchAudit(data),
  },
  memory: {
    measures: "peak of memory for pools of 1,000 and 100,000 images: building, opening, sampling, batches",
    takes: "about 10 minutes, and 1500 MB of the disk meanwhile",
    run: async () => (await import("./memory.ts")).benchMemory(),
  },
  gpu: {
    measures: "on an NVIDIA card, only where it is named: equality with the CPU, images/s beside a PyTorch " +
      "that is there, determinism's cost, waiting, growth of memory",
    takes: "at most 8 minutes",
    run: async ({ gpu }) => (await import("./gpu.ts")).benchGpu(gpu),
  },
};

async function checkModels({ models }: BenchChoice): Promise<void> {
  (await import("./contestants.ts")).subjectsNamed(models);
}

/** One line for the start of a benchmark: how long it takes, what it installs, and what it goes without. */
export async function announcement(name: string): Promise<string> {
  const { takes, peer, installs } = benchmarks[name];
  const begin = `${name}: ${takes}.`;
  if (!peer) return `${begin} It installs nothing.`;
  const { module, environment } = peer;
  const python = await knownOwnPython(peer);
  if (python) return `${begin} It installs nothing: ${module} is in ${python}.`;
  if (installs) return `${begin} It installs ${module} into ${environment}: ${peer.takes}.`;
  return `${begin} It installs nothing. There is no ${module}, so that its figures stay empty; for them: ` +
    `${await installCommand(peer)} (${peer.takes})`;
}

/** The benchmarks for `--help`: what each measures, installs and takes. */
export function benchmarkLines(): string {
  return Object.entries(benchmarks).map(([name, { measures, takes, peer, installs }]) => {
    const beside = !peer
      ? ""
      : installs
      ? `. The first time it installs ${peer.module} into ${peer.environment}: ${peer.takes}`
      : `, where ${peer.variable}, or ${peer.environment}, has it`;
    return `  ${name.padEnd(10)} ${measures}${beside}. It takes ${takes}`;
  }).join("\n");
}
