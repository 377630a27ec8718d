import { attribute, isNative, precisionOf, rawOp, type tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";
import { columnSums } from "./product.ts";

/**
 * Adds a bias to every position, in the input's precision; TensorFlow does so while it writes the product or convolution before
 * it.
 *
 * @param x [..., channels]
 * @param bias [channels], float32
 */
export function addBias<T extends tf.Tensor>(x: T, bias: tf.Tensor): T {
  if (!isNative()) return x.add(bias);
  return withGradient<T>([x, bias], () => {
    const inputs = [x, toPrecision(bias, precisionOf(x))];
    return { value: rawOp("BiasAdd", inputs, [attribute.type("T", "float32")])[0] as T, saved: [] };
  }, (dy) => [dy, columnSums(dy)]);
}
