import { IMAGENET_MEAN, IMAGENET_STD } from "../images/mod.ts";
import { bytesToFloat, fuse, tf } from "../tensorflow/mod.ts";

const inBytes = (shares: readonly number[]) => tf.tensor1d(shares.map((share) => 255 * share));

const forward = fuse("pixels", ([pixels]) => [
  bytesToFloat(pixels).sub(inBytes(IMAGENET_MEAN)).div(inBytes(IMAGENET_STD)),
]);

/**
 * What a network sees of 8-bit pixels: `(v / 255 - mean) / std` with ImageNet's statistics of each channel. Automatic
 * differentiation does not see it.
 *
 * @param pixels a `bytesTensor`, or such values as float32, [B, H, W, 3], or [B, H, W, 1] for grey, which becomes three equal channels
 * @returns [B, H, W, 3], float32
 */
export function imagesFromPixels(pixels: tf.Tensor4D): tf.Tensor4D {
  return forward([pixels], {})[0] as tf.Tensor4D;
}
