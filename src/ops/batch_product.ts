import { attribute, isNative, rawOp, tf } from "../tensorflow/mod.ts";

/**
 * Products of the matrices in the last two axes, either of them transposed; axes before those are of the same length in both, or 1 in
 * one of them. Automatic differentiation does not see it.
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
