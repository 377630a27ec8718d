/**
 * `deno task bench blocks`: value and gradients of each operation of `src/ops`, beside
 * those of its plain form.
 */
import { compile, startEngine, tf } from "../tensorflow/mod.ts";
import { type Block, blockInputs, blocks, valueAndGradients } from "./op_cases.ts";
import { median } from "./process.ts";

/** The figures of one operation: milliseconds of a compiled forward and backward pass, medians over turns. */
export interface BlockBenchRow {
  block: string;
  shapes: string;
  ours_ms: number;
  /** The plain form, differentiated by tfjs, compiled the same way. */
  plain_ms: number;
  /** `plain_ms / ours_ms` */
  faster: number;
}

const BATCH = 64;
const ROUNDS = 15;
/**
 * Length of a turn, about. A small operation is called many times in a turn: the clock and other
 * threads blur a single call.
 */
const TURN_MS = 20;

/** Milliseconds of one call, the mean of several. */
async function milliseconds(action: () => Promise<tf.TensorContainer>, calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) tf.dispose(await action());
  return (performance.now() - start) / calls;
}

async function measure(block: Block): Promise<BlockBenchRow> {
  const inputs = Object.fromEntries(blockInputs(block, BATCH).map((x, i) => [`x${i}`, x]));
  const forms = [block.ours, block.plain].map((f) =>
    compile((xs: Record<string, tf.Tensor>) => valueAndGradients(f, Object.values(xs)))
  );
  const contestants = [];
  for (const form of forms) {
    const action = () => form(inputs);
    await milliseconds(action, 2); // compiles
    const calls = Math.ceil(TURN_MS / await milliseconds(action, 2));
    contestants.push({ action, calls, times: [] as number[] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { action, calls, times } of contestants) times.push(await milliseconds(action, calls));
  }
  tf.dispose(inputs);
  for (const form of forms) form.dispose();
  const [ours, plain] = contestants.map(({ times }) => median(times));
  const shapes = block.shapes(BATCH).map((shape) => shape.join("x")).join(", ");
  return { block: block.name, shapes, ours_ms: ours, plain_ms: plain, faster: plain / ours };
}

/** Measures every operation, float32. */
export async function benchBlocks(): Promise<BlockBenchRow[]> {
  await startEngine();
  const rows = [];
  for (const block of blocks) rows.push(await measure(block));
  return rows;
}
