/** The card, and who computes on it. */
import { join } from "node:path";
import { besideModule, repositoryRoot } from "../../disk/mod.ts";
import { ownProgram, startAnswering } from "../process.ts";
import type { GpuContext, GpuRow } from "./plan.ts";

async function query(fields: string): Promise<string[] | undefined> {
  try {
    const args = [`--query-gpu=${fields}`, "--format=csv,noheader,nounits"];
    const { success, stdout } = await new Deno.Command("nvidia-smi", { args, stderr: "null" }).output();
    if (!success) return undefined;
    return new TextDecoder().decode(stdout).trim().split("\n")[0].split(",").map((value) => value.trim());
  } catch {
    return undefined; // there is no nvidia-smi
  }
}

/**
 * Begins to watch the memory of the first card.
 *
 * @returns what tells how much more is taken than now, by anybody, MB; null where there is no nvidia-smi
 */
export async function watchCard(): Promise<() => Promise<number | null>> {
  const taken = async () => Number((await query("memory.used"))?.[0] ?? NaN);
  const before = await taken();
  return async () => {
    const grown = await taken() - before;
    return Number.isFinite(grown) ? grown : null;
  };
}

/** A Python whose PyTorch computes on a card, or why there is none. */
export async function findCudaPyTorch(): Promise<{ found?: GpuContext["pytorch"]; note: string }> {
  const own = join(repositoryRoot, ".venv-pytorch/bin/python");
  const notes = [];
  for (const python of [Deno.env.get("NTD_PYTORCH"), own]) {
    if (!python) continue;
    const said = await torchOf(python);
    if (said?.isOnCard) return { found: { python, version: said.version, device: "cuda" }, note: "" };
    notes.push(said ? `${python} has PyTorch ${said.version} without CUDA` : `${python} has no PyTorch`);
  }
  return { note: `No PyTorch beside it: ${notes.join("; ")}. NTD_PYTORCH may name a Python that has one.` };
}

async function torchOf(python: string): Promise<{ version: string; isOnCard: boolean } | undefined> {
  const code = "import torch; print(torch.__version__, torch.cuda.is_available())";
  try {
    const { success, stdout } = await new Deno.Command(python, { args: ["-c", code], stderr: "null" })
      .output();
    if (!success) return undefined;
    const [version, isOnCard] = new TextDecoder().decode(stdout).trim().split(" ");
    return { version, isOnCard: isOnCard === "True" };
  } catch {
    return undefined; // there is no such Python
  }
}

/** The engine as a process of its own finds it. */
export interface FoundEngine {
  version: string;
  device: string;
  note?: string;
  /** Seconds to start it and to compute with it for the first time. */
  start_s: number;
}

/**
 * Starts the engine in a process of its own.
 *
 * @throws {Error} when the process ends early, or the engine is not where the plan has it
 */
export async function findEngine({ plan, signal }: GpuContext): Promise<FoundEngine> {
  const program = ownProgram(besideModule(import.meta.url, "./device_step.ts"));
  const { ask, close } = startAnswering(program, "the engine", { signal, quotes: true });
  try {
    const engine: FoundEngine = await ask("start");
    if (plan.device === "GPU" && engine.device === "CPU") {
      const why = engine.note ?? "the engine does not say why";
      throw new Error(`No GPU is taken, the engine computes on ${engine.device}: ${why}`);
    }
    return engine;
  } finally {
    await close();
  }
}

/** The row of the card, of the engine and of PyTorch. */
export async function deviceRow(
  { version, device, note, start_s }: FoundEngine,
  { pytorch }: GpuContext,
  pytorchNote: string,
): Promise<GpuRow> {
  const values = await query("name,compute_cap,memory.total,driver_version");
  const [name, capability, memory, driver] = values ?? [null, null, null, null];
  return {
    part: "device",
    card: name,
    compute_capability: capability,
    memory_mb: memory === null ? null : Number(memory),
    driver,
    engine: `TensorFlow ${version}`,
    device,
    start_s,
    cores: navigator.hardwareConcurrency,
    pytorch: pytorch?.version ?? null,
    note: [note, pytorchNote].filter(Boolean).join(" ") || null,
  };
}
