import { type PackedImage, resizeAndCentreCrop } from "../images/mod.ts";

/** ImageNet's mean and standard deviation of R, G, B, of values in [0, 1] (as in torchvision and timm). */
export const normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
/** Normalised value of each 8-bit value, for each channel. */
const NORMALISED = normalisation.mean.map((mean, c) =>
  Float32Array.from({ length: 256 }, (_, v) => (v / 255 - mean) / normalisation.std[c])
);

/**
 * Normalises packed 8-bit pixels by ImageNet's mean and standard deviation.
 *
 * @param channels of `pixels`, 1 or 3: grey becomes three equal channels before it is normalised
 * @param into three values a pixel
 */
export function normalise(pixels: Uint8Array, channels: number, into: Float32Array): void {
  const [red, green, blue] = NORMALISED;
  const step = channels === 3 ? 1 : 0;
  let p = 0;
  for (let o = 0; o < into.length; o += 3) {
    into[o] = red[pixels[p]];
    into[o + 1] = green[pixels[p + step]];
    into[o + 2] = blue[pixels[p + 2 * step]];
    p += 1 + 2 * step;
  }
}

/**
 * One image as a network sees it at inference: what `validationBatches` does, for an image of any size that lies in no pool.
 *
 * @returns `[imageSize, imageSize, 3]`, row by row
 * @throws {RangeError} for an image so long and narrow that it cannot be resized in memory
 */
export function inferenceInput(image: PackedImage, imageSize: number): Float32Array<ArrayBuffer> {
  const seen = new Uint8Array(imageSize * imageSize * 3);
  resizeAndCentreCrop(image, imageSize, seen);
  const input = new Float32Array(seen.length);
  normalise(seen, image.channels, input);
  return input;
}
