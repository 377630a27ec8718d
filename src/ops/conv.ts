import { attribute, isNative, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";
import { kernelGradient } from "./kernel_gradient.ts";
import { withGradient } from "./gradient.ts";
import { padded, unpadded } from "./pad.ts";
import { convSmallMap, isSmallMap } from "./small_map.ts";

/** Zeros around an image, px: as many on each side, or as TensorFlow's `same`. */
export type Padding = number | "same";

/** Attributes of a convolution and of its gradients. */
function attributes(stride: number, same: boolean) {
  return [
    attribute.type("T", "float32"),
    attribute.ints("strides", [1, stride, stride, 1]),
    attribute.string("padding", same ? "SAME" : "VALID"),
  ];
}

/**
 * Convolution in the precision of its kernel.
 *
 * @param x [B, H, W, in]
 * @param kernel [height, width, in, out]
 * @returns [B, H', W', out], in the kernel's precision
 */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number, pad: Padding): tf.Tensor4D {
  if (!isNative()) {
    return tf.conv2d(
      x,
      kernel,
      stride,
      pad === 0 ? "valid" : pad,
      "NHWC",
      1,
      pad === "same" ? undefined : "floor",
    );
  }
  const same = pad === "same" || (stride === 1 && kernel.shape[0] === 2 * pad + 1);
  if (stride === 1 && isSmallMap(x.shape, kernel.shape, same)) return convSmallMap(x, kernel);
  const [given, precision] = [precisionOf(x), precisionOf(kernel)];
  const zeros = same ? 0 : pad as number;
  const how = attributes(stride, same);
  return withGradient<tf.Tensor4D>([x, kernel], () => {
    const input = padded(toPrecision(x, precision), zeros);
    return { value: rawOp("Conv2D", [input, kernel], how)[0] as tf.Tensor4D, saved: [input, kernel] };
  }, (dy, [input, kernel]) => {
    const g = toPrecision(dy, precision);
    const [dx] = rawOp("Conv2DBackpropInput", [tf.tensor1d(input.shape, "int32"), kernel, g], how);
    const dKernel = kernelGradient(input as tf.Tensor4D, g, kernel.shape, { stride, same, how });
    return [toPrecision(unpadded(dx, zeros), given), dKernel];
  });
}

/** `max(x, 0)`. */
export function relu<T extends tf.Tensor>(x: T): T {
  if (!isNative()) return tf.relu(x);
  const T = [attribute.type("T", "float32")];
  return withGradient<T>([x], () => {
    const [value] = rawOp("Relu", [x], T);
    return { value: value as T, saved: [value] };
  }, (dy, [value]) => rawOp("ReluGrad", [dy, value], T));
}
