/** `deno task bench blocks`: value and gradients of each operation of `src/ops`, beside the plain form's. */
import { compile, startEngine, tf } from "../tensorflow/mod.ts";
import { type Block, blockInputs, blocks, valueAndGradients } from "./bench/blocks.ts";
import { median } from "./bench/median.ts";

/** One operation's figures: milliseconds of a compiled forward and backward pass, medians over interleaved rounds. */
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

async function milliseconds(action: () => Promise<tf.TensorContainer>): Promise<number> {
  const start = performance.now();
  tf.dispose(await action());
  return performance.now() - start;
}

async function measure(block: Block): Promise<BlockBenchRow> {
  const inputs = Object.fromEntries(blockInputs(block, BATCH).map((x, i) => [`x${i}`, x]));
  const forms = [block.ours, block.plain].map((f) =>
    compile((xs: Record<string, tf.Tensor>) => valueAndGradients(f, Object.values(xs)))
  );
  const times = forms.map((): number[] => []);
  for (let round = -2; round < ROUNDS; round++) {
    for (const [i, form] of forms.entries()) {
      const time = await milliseconds(() => form(inputs));
      if (round >= 0) times[i].push(time); // the first two compile and warm up
    }
  }
  tf.dispose(inputs);
  for (const form of forms) form.dispose();
  const [ours, plain] = times.map(median);
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
