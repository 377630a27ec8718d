/**
 * Edges around images, as ops of their own: with explicit padding, the gradients of TensorFlow's convolution and pooling are ten
 * to thirty times as slow.
 */
import { attribute, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";

/** `[B, H, W, C] -> [B, H + 2 pad, W + 2 pad, C]`, on native TensorFlow; itself where there is nothing to add. */
export function padded(x: tf.Tensor4D, pad: number, value = 0): tf.Tensor4D {
  if (pad === 0) return x;
  const types = [attribute.type("T", "float32"), attribute.type("Tpaddings", "int32")];
  const edges = tf.tensor2d([[0, 0], [pad, pad], [pad, pad], [0, 0]], [4, 2], "int32");
  if (value === 0) return rawOp("Pad", [x, edges], types)[0] as tf.Tensor4D;
  return rawOp("PadV2", [x, edges, toPrecision(tf.scalar(value), precisionOf(x))], types)[0] as tf.Tensor4D;
}

/** An image without what {@link padded} put around it. */
export function unpadded(x: tf.Tensor, pad: number): tf.Tensor {
  const [B, H, W, C] = x.shape;
  return pad > 0 ? x.slice([0, pad, pad, 0], [B, H - 2 * pad, W - 2 * pad, C]) : x;
}
