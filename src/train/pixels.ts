import type { Batch } from "../data/mod.ts";
import { bytesTensor, type tf } from "../tensorflow/mod.ts";

/** Pixels of a batch as a tensor, [B, size, size, channels]; see `imagesFromPixels`. The caller disposes it. */
export function pixelsTensor({ pixels, channels, labels }: Batch, size: number): tf.Tensor4D {
  return bytesTensor<tf.Rank.R4>(pixels, [labels.length, size, size, channels]);
}
