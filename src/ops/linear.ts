import { attribute, isNative, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";
import { batchProduct } from "./batch_product.ts";
import { type Fold, foldNorm, foldNothing, foldScale } from "./fold.ts";
import { withGradient } from "./gradient.ts";

type Matrix = tf.Tensor2D;

/** A linear layer and what stands beside it. */
export interface LinearLayer {
  /** [in, out]; its precision is that of the product. */
  weight: tf.Tensor;
  /** [out], float32 */
  bias: tf.Tensor;
  /** Scale and shift of a normalisation before it, [channels] each, where `in` is a multiple of the channels. */
  norm?: { weight: tf.Tensor; bias: tf.Tensor };
  /** Scale after it, [out]; not together with `norm`. */
  scale?: tf.Tensor;
}

/** One op for a product of matrices, either of them transposed: a transpose by itself would be a pass over memory. */
export function product(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): Matrix {
  if (!isNative()) return tf.matMul(a as Matrix, b as Matrix, transposeA, transposeB);
  if (transposeB && !transposeA && a.shape[0] <= FEW_ROWS) {
    return batchProduct(a.expandDims(0), b.expandDims(0), false, true).squeeze([0]);
  }
  const transposes = [attribute.bool("transpose_a", transposeA), attribute.bool("transpose_b", transposeB)];
  return rawOp("MatMul", [a, b], [...transposes, attribute.type("T", "float32")])[0] as Matrix;
}

/** Up to so many rows, the product with a transposed matrix is slower than that of a batch of one. */
const FEW_ROWS = 64;

/** TensorFlow adds a bias while it writes the product before it. */
function addBias(x: Matrix, bias: tf.Tensor): Matrix {
  if (!isNative()) return x.add(bias);
  return rawOp("BiasAdd", [x, toPrecision(bias, precisionOf(x))], [
    attribute.type("T", "float32"),
  ])[0] as Matrix;
}

/**
 * Linear layer `x W + b` in the precision of its weights, with a scale and shift before it or a scale after it as if they were
 * layers of their own.
 *
 * @param x [rows, in]
 * @returns [rows, out], in the weights' precision
 */
export function linear(x: Matrix, { weight, bias, norm, scale }: LinearLayer): Matrix {
  const fold: Fold = norm ? foldNorm : scale ? foldScale : foldNothing;
  const given = precisionOf(x);
  const matrix = weight.reshape([-1, bias.size]);
  const parts = [matrix, bias, ...(norm ? [norm.weight, norm.bias] : scale ? [scale] : [])];
  return withGradient<Matrix>([x, ...parts], () => {
    const [w, b] = fold.forward(parts);
    const rows = toPrecision(x, precisionOf(w));
    return { value: addBias(product(rows, w, false, false), b), saved: [rows, w, ...parts] };
  }, (dy, [rows, w, ...parts]) => {
    const g = toPrecision(dy, precisionOf(w));
    const dx = toPrecision(product(g, w, false, true), given);
    return [dx, ...fold.backward([product(rows, g, true, false), g, ...parts])];
  });
}
