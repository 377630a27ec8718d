import { compile, tf } from "../tensorflow/mod.ts";
import { blocksOf, type Features } from "./features.ts";

/**
 * Applies a function to all rows, block by block.
 *
 * @param columns values of a row of the result
 * @param f `[rows, features' columns] -> [rows, columns]`, compiled; tensors that it reads from outside must live until the end
 * @returns [rows, columns], row by row
 */
export async function mapRows(
  features: Features,
  columns: number,
  f: (x: tf.Tensor2D) => tf.Tensor2D,
): Promise<Float32Array<ArrayBuffer>> {
  const native = compile(f);
  const into = new Float32Array(features.rows * columns);
  try {
    for (const { begin, rows, values } of blocksOf(features)) {
      const x = tf.tensor2d(values, [rows, features.columns]);
      const y = await native(x).finally(() => x.dispose());
      into.set(await y.data() as Float32Array, begin * columns);
      y.dispose();
    }
    return into;
  } finally {
    native.dispose();
  }
}
