/**
 * `deno task bench gpu`: whether and how fast the project trains on this machine's NVIDIA card.
 *
 * Started by itself, where set-up cannot run, it takes its options as JSON and writes the rows as JSON:
 *
 *     deno run -A --no-check src/bench/gpu.ts '{"only": ["equality"], "within": 300}'
 */
import { deviceRow, findCudaPyTorch, findEngine } from "./gpu/card.ts";
import { equalityRows } from "./gpu/equality.ts";
import { inputRows } from "./gpu/input.ts";
import {
  GPU_PARTS,
  type GpuContext,
  type GpuOptions,
  type GpuPart,
  type GpuPlan,
  type GpuRow,
  type GpuTask,
  PLAN,
  type SpeedSubject,
} from "./gpu/plan.ts";
import { determinismRows, growthRows, speedRows } from "./gpu/speed.ts";

const WITHIN = 450;

/** Parts that speak of PyTorch. */
const BESIDE_PYTORCH: readonly GpuPart[] = ["device", "speed", "other_speeds"];

/**
 * Measures the card. Every row is written to standard error as soon as it is there; the last row names what
 * was left out because the time was over. What ends its process is a row with its error.
 *
 * @throws {Error} where the engine takes no GPU, with its reason
 */
export async function benchGpu(
  { only = GPU_PARTS, within = WITHIN, batch }: GpuOptions = {},
  plan: GpuPlan = PLAN,
): Promise<GpuRow[]> {
  const began = performance.now();
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(new Error(`${within} s are over`)), within * 1000);
  const rows: GpuRow[] = [];
  const leftOut: string[] = [];
  const add = (row: GpuRow) => {
    rows.push(row);
    console.error(JSON.stringify(row));
  };
  try {
    const context: GpuContext = { plan, batch, signal: end.signal, best: new Map() };
    const engine = await findEngine(context);
    const isAsked = plan.pytorch && only.some((part) => BESIDE_PYTORCH.includes(part));
    const peer = isAsked ? await findCudaPyTorch() : { note: "" };
    context.pytorch = peer.found;
    if (only.includes("device")) add(await deviceRow(engine, context, peer.note));
    for (const part of GPU_PARTS.filter((part) => only.includes(part))) {
      for (const task of tasksOf(part, context)) {
        if (!end.signal.aborted) await runTask(task, part, add, end.signal);
        if (end.signal.aborted) leftOut.push(task.name);
      }
    }
    add({ part: "end", seconds: Math.round((performance.now() - began) / 1000), left_out: leftOut });
    return rows;
  } finally {
    clearTimeout(timer);
  }
}

async function runTask(
  { name, run }: GpuTask,
  part: GpuPart,
  add: (row: GpuRow) => void,
  signal: AbortSignal,
): Promise<void> {
  console.error(`${name} …`);
  try {
    for await (const row of run()) add(row);
  } catch (error) {
    if (!signal.aborted) add({ part, task: name, error: (error as Error).message });
  }
}

/** What a part consists of. */
function tasksOf(part: GpuPart, context: GpuContext): GpuTask[] {
  const { plan } = context;
  const named = ({ model, precision }: SpeedSubject) => `${part}: ${model} ${precision}`;
  switch (part) {
    case "device":
      return [];
    case "equality":
      return [{ name: part, run: () => equalityRows(context) }];
    case "speed":
      return [{ name: named(plan.speed), run: () => speedRows(context, plan.speed, part) }];
    case "other_speeds":
      return plan.otherSpeeds.map((subject) => ({
        name: named(subject),
        run: () => speedRows(context, subject, part),
      }));
    case "determinism":
      return plan.determinism.map((subject) => ({
        name: named(subject),
        run: () => determinismRows(context, subject),
      }));
    case "input":
      return [{ name: part, run: () => inputRows(context) }];
    case "growth":
      return [{ name: part, run: () => growthRows(context, plan) }];
  }
}

if (import.meta.main) {
  try {
    console.log(JSON.stringify(await benchGpu(JSON.parse(Deno.args[0] ?? "{}")), null, 2));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
