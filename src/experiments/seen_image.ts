import { decode, type Decoded, resizeAndCentreCrop } from "../images/mod.ts";

/** What a network takes. */
export interface Input {
  imageSize: number;
  channels: 1 | 3;
}

/**
 * An image file as it goes to a network at inference: what `validationBatches` does, for an image of any size that lies in no pool.
 *
 * @returns `[imageSize, imageSize, channels]`, row by row
 * @throws ImageFailure for one that cannot be decoded; RangeError for one so long and narrow that it cannot be resized in memory
 */
export async function seenImage(
  file: Uint8Array,
  { imageSize, channels }: Input,
): Promise<Decoded<Record<string, never>>> {
  const image = await decode(file, channels);
  const pixels = new Uint8Array(imageSize * imageSize * channels);
  resizeAndCentreCrop(image, imageSize, pixels);
  return { facts: {}, bytes: pixels };
}
