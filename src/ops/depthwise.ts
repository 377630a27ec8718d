import { attribute, isNative, rawOp, tf } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

/** Depthwise convolution of an image that zeros are put around, so many on each side. */
function paddedConv(x: tf.Tensor4D, kernel: tf.Tensor4D, pad: number): tf.Tensor4D {
  if (!isNative()) {
    return tf.depthwiseConv2d(x.pad([[0, 0], [pad, pad], [pad, pad], [0, 0]]), kernel, 1, "valid");
  }
  return rawOp("DepthwiseConv2dNative", [x, kernel], [
    attribute.type("T", "float32"),
    attribute.ints("strides", [1, 1, 1, 1]),
    attribute.string("padding", "EXPLICIT"),
    attribute.ints("explicit_paddings", [0, 0, pad, pad, pad, pad, 0, 0]),
  ])[0] as tf.Tensor4D;
}

/**
 * Gradient by the kernels. The library's own op for it is the slowest of a ConvNeXt's training step; this is its forward op
 * with the parts swapped: every channel of every image is a channel, and the gradient slides over the input.
 */
function kernelGradient(x: tf.Tensor4D, dy: tf.Tensor4D, size: number): tf.Tensor4D {
  const [B, H, W, C] = x.shape;
  const image = x.transpose([1, 2, 0, 3]).reshape<tf.Tensor4D>([1, H, W, B * C]);
  const kernel = dy.transpose([1, 2, 0, 3]).reshape<tf.Tensor4D>([H, W, B * C, 1]);
  const each = paddedConv(image, kernel, (size - 1) / 2); // (1, size, size, B C)
  return each.reshape([size, size, B, C]).sum(2).reshape([size, size, C, 1]);
}

/**
 * Depthwise convolution, stride 1, padded to the same height and width.
 *
 * @param x [B, H, W, C]
 * @param kernel odd height and width, [size, size, C, 1]
 * @returns [B, H, W, C]
 */
export function depthwiseConv(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  return withGradient<tf.Tensor4D>([x, kernel], () => {
    return { value: tf.depthwiseConv2d(x, kernel, 1, "same"), saved: [x, kernel] };
  }, (dy, [x, kernel]) => [
    tf.depthwiseConv2d(dy, kernel.reverse([0, 1]) as tf.Tensor4D, 1, "same"),
    kernelGradient(x as tf.Tensor4D, dy, kernel.shape[0]!),
  ]);
}
