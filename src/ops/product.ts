/** Products of matrices, either of them transposed: a transpose by itself would be a pass over memory. */
import { attribute, isNative, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";

/** Up to so many rows, the product with a transposed matrix is slower than that of a batch of one. */
const FEW_ROWS = 64;

/** Product of two matrices of the same precision. Automatic differentiation does not see it. */
export function product(
  a: tf.Tensor,
  b: tf.Tensor,
  transposeA: boolean,
  transposeB: boolean,
): tf.Tensor2D {
  if (!isNative()) return tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, transposeA, transposeB);
  if (transposeB && !transposeA && a.shape[0] <= FEW_ROWS) {
    return batchProduct(a.expandDims(0), b.expandDims(0), false, true).squeeze([0]);
  }
  const transposes = [attribute.bool("transpose_a", transposeA), attribute.bool("transpose_b", transposeB)];
  return rawOp("MatMul", [a, b], [...transposes, attribute.type("T", "float32")])[0] as tf.Tensor2D;
}

/**
 * Products of the matrices in the last two axes; axes before those are of the same length in both, or 1 in one of them. Automatic
 * differentiation does not see it.
 */
export function batchProduct<T extends tf.Tensor>(
  a: tf.Tensor,
  b: tf.Tensor,
  transposeA: boolean,
  transposeB: boolean,
): T {
  if (!isNative()) return tf.matMul(a as T, b as T, transposeA, transposeB);
  const transposes = [attribute.bool("adj_x", transposeA), attribute.bool("adj_y", transposeB)];
  return rawOp("BatchMatMulV2", [a, b], [...transposes, attribute.type("T", "float32")])[0] as T;
}

/**
 * Sums over all axes but the last, float32. A row of ones times the matrix takes half of the time of a sum, and two thirds of that
 * of TensorFlow's gradient of a bias.
 */
export function columnSums(x: tf.Tensor): tf.Tensor1D {
  const columns = x.shape.at(-1)!;
  const ones = toPrecision(tf.fill([1, x.size / columns], 1), precisionOf(x));
  return toPrecision(product(ones, x.reshape([-1, columns]), false, false).reshape([columns]), "float32");
}
