import { attribute, isNative, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

/**
 * Rows of a matrix, in any order and as often as wanted.
 *
 * @param x [rows, channels]
 * @param indices int32, [n], each in [0, rows)
 * @returns [n, channels]
 */
export function gatherRows(x: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  const precision = precisionOf(x);
  return withGradient<tf.Tensor2D>(
    [x],
    () => ({ value: rowsOf(x, indices), saved: [indices] }),
    (dy, [at]) => {
      // Sums of bfloat16 would lose what a row that was taken many times adds up to.
      const g = toPrecision(dy, "float32");
      return [toPrecision(tf.unsortedSegmentSum(g, at as tf.Tensor1D, x.shape[0]), precision)];
    },
  );
}

function rowsOf(x: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  if (!isNative()) return tf.gather(x, indices);
  return rawOp("GatherV2", [x, indices, tf.scalar(0, "int32")], [
    attribute.type("Tparams", precisionOf(x)),
    attribute.type("Tindices", "int32"),
    attribute.type("Taxis", "int32"),
  ])[0] as tf.Tensor2D;
}
