import { precisionOf, type tf, toPrecision } from "../tensorflow/mod.ts";
import { addBias } from "./bias.ts";
import { withGradient } from "./gradient.ts";
import { product } from "./product.ts";

/** A linear layer's tensors. */
export interface LinearLayer {
  /** [in, out], or a kernel whose axes before the last are `in` together; its precision is that of the product. */
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
