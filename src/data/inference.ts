import { type PackedImage, resizeAndCentreCrop } from "../images/mod.ts";

/**
 * One image as it goes to a network at inference: what `validationBatches` does, for an image of any size that lies in no pool.
 *
 * @returns `[imageSize, imageSize, channels]`, row by row
 * @throws {RangeError} for an image so long and narrow that it cannot be resized in memory
 */
export function inferencePixels(image: PackedImage, imageSize: number): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(imageSize * imageSize * image.channels);
  resizeAndCentreCrop(image, imageSize, pixels);
  return pixels;
}
