/**
 * Products of matrices, either of them transposed (a transpose by itself would be a pass over memory); linear
 * layers; and scales and shifts beside a linear layer, folded into its weights: the same function, with one
 * pass over the weights in place of one over the activations.
 */
import { attribute, fuse, isNative, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";
import { inPrecision } from "./tensors.ts";

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
 * Products of the matrices in the last two axes; axes before those are of the same length in both, or 1 in
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

/**
 * Sums over all axes but the last, float32. A row of ones times the matrix takes half of the time of a sum,
 * and two thirds of that of TensorFlow's gradient of a bias.
 */
function columnSums(x: tf.Tensor): tf.Tensor1D {
  const columns = x.shape.at(-1)!;
  const ones = toPrecision(tf.fill([1, x.size / columns], 1), precisionOf(x));
  return toPrecision(product(ones, x.reshape([-1, columns]), false, false).reshape([columns]), "float32");
}

/** A linear layer's tensors. */
interface LinearLayer {
  /**
   * [in, out], or a kernel whose axes before the last are `in` together; its precision is that of the
   * product.
   */
  weight: tf.Tensor;
  /** [out], float32 */
  bias: tf.Tensor;
}

/**
 * Linear layer `x W + b` in the precision of its weights.
 *
 * @param x [rows, in]
 * @returns [rows, out], in the weights' precision
 */
export function linear(x: tf.Tensor2D, { weight, bias }: LinearLayer): tf.Tensor2D {
  return addBias(matMul(x, weight.reshape([-1, bias.size])), bias);
}

function matMul(x: tf.Tensor2D, w: tf.Tensor2D): tf.Tensor2D {
  const [given, precision] = [precisionOf(x), precisionOf(w)];
  return withGradient<tf.Tensor2D>([x, w], () => {
    const rows = toPrecision(x, precision);
    return { value: product(rows, w, false, false), saved: [rows, w] };
  }, (dy, [rows, w]) => {
    const g = toPrecision(dy, precision);
    return [toPrecision(product(g, w, false, true), given), product(rows, g, true, false)];
  });
}

/** On a GPU TensorFlow adds no bias to a product, and its own op is far from as fast as the memory. */
const withBias = fuse("bias", ([x, bias]) => {
  return rawOp("BiasAdd", [x, toPrecision(bias, precisionOf(x))], [attribute.type("T", "float32")]);
}, { onlyOnGpu: true });

/**
 * Adds a bias to every position, in the input's precision; on a CPU TensorFlow does so while it writes the
 * product or convolution before it.
 *
 * @param x [..., channels]
 * @param bias [channels], float32
 */
export function addBias<T extends tf.Tensor>(x: T, bias: tf.Tensor): T {
  if (!isNative()) return x.add(bias);
  return withGradient<T>([x, bias], () => {
    const [value] = withBias([x, bias], {});
    return { value: value as T, saved: [] };
  }, (dy) => [dy, columnSums(dy)]);
}

/**
 * The layer that does the work of `(x scale + shift) W + b` on `x` alone. Where it reads several positions at
 * once (patches), its `in` is positions times channels.
 *
 * @param norm scale and shift before it, such as a normalisation's, [channels] each
 */
export function foldNorm(
  { weight, bias }: LinearLayer,
  norm: Record<"weight" | "bias", tf.Tensor>,
): LinearLayer {
  const [channels, outputs] = [norm.weight.size, bias.size];
  const positions = weight.size / (channels * outputs);
  const w = inPrecision(weight, "float32");
  const scaled = w.reshape([positions, channels, outputs]).mul(norm.weight.reshape([channels, 1]));
  const shifts = positions > 1 ? norm.bias.tile([positions]) : norm.bias;
  const shifted = shifts.reshape<tf.Tensor2D>([1, -1]).matMul(w.reshape([-1, outputs])); // (1, out)
  return { weight: likeWeight(scaled, weight), bias: shifted.reshape([outputs]).add(bias) };
}

/**
 * The layer that does the work of `(x W + b) scale`.
 *
 * @param scale after it, such as ConvNeXt's layer scale, [out]
 */
export function foldScale({ weight, bias }: LinearLayer, scale: tf.Tensor): LinearLayer {
  return { weight: likeWeight(inPrecision(weight, "float32").mul(scale), weight), bias: bias.mul(scale) };
}

const likeWeight = (x: tf.Tensor, weight: tf.Tensor) =>
  inPrecision(x.reshape(weight.shape), precisionOf(weight));
