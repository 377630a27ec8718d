import { type OpAttribute, precisionOf, rawOp, tf } from "../tensorflow/mod.ts";
import { product } from "./product.ts";
import { padded } from "./pad.ts";

/** Up to so many output positions an image, a product of matrices is the faster way in bfloat16. */
const FEW_POSITIONS = 4;

/**
 * Gradient of a convolution by its kernel.
 *
 * @param x input, with its edges unless the convolution is `same`, [B, H, W, in]
 * @param dy gradient by the output, [B, H', W', out], in the precision of `x`
 * @param shape of the kernel, [height, width, in, out]
 * @param how attributes of the convolution
 */
export function kernelGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  shape: number[],
  { stride, same, how }: { stride: number; same: boolean; how: OpAttribute[] },
): tf.Tensor {
  const [size, , , outputs] = shape;
  const [, height, width] = dy.shape;
  const edges = same ? (size - 1) / 2 : 0;
  const isFew = size > 1 && height * width <= FEW_POSITIONS;
  const isEven = Number.isInteger(edges) && (stride === 1 || !same); // as many zeros on each side
  // There oneDNN's bfloat16 kernel takes two to four times as long; its float32 one is about as fast.
  if (isFew && isEven && precisionOf(x) === "bfloat16") {
    const seen = windows(padded(x, edges), size, stride, dy.shape);
    return product(seen, dy.reshape([-1, outputs]), true, false).reshape(shape);
  }
  return rawOp("Conv2DBackpropFilter", [x, tf.tensor1d(shape, "int32"), dy], how)[0];
}

/** What the kernel sees at each output position, [B * H' * W', size * size * in]. */
function windows(
  x: tf.Tensor4D,
  size: number,
  stride: number,
  [B, height, width]: [number, number, number, number],
): tf.Tensor2D {
  const C = x.shape[3];
  const offsets = Array.from({ length: size * size }, (_, i) => [Math.floor(i / size), i % size]);
  const parts = offsets.map(([top, left]) => {
    const end = [B, top + (height - 1) * stride + 1, left + (width - 1) * stride + 1, C];
    return x.stridedSlice([0, top, left, 0], end, [1, stride, stride, 1]);
  });
  return tf.concat(parts, 3).reshape([B * height * width, size * size * C]);
}
