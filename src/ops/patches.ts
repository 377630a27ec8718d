import type { tf } from "../tensorflow/mod.ts";

/**
 * Cuts images into squares; what is left at the right and the bottom is dropped. A convolution whose stride is its size is a
 * linear layer of these.
 *
 * @param x [B, H, W, C]
 * @param size side of a patch, px
 * @returns [B * floor(H / size) * floor(W / size), size * size * C]; in a patch row by row
 */
export function toPatches(x: tf.Tensor4D, size: number): tf.Tensor2D {
  const [B, H, W, C] = x.shape;
  const [h, w] = [Math.floor(H / size), Math.floor(W / size)];
  const whole = h * size === H && w * size === W ? x : x.slice([0, 0, 0, 0], [B, h * size, w * size, C]);
  return whole.reshape([B, h, size, w, size * C]).transpose([0, 1, 3, 2, 4]).reshape([
    B * h * w,
    size * size * C,
  ]);
}
