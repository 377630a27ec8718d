/** A process that decodes images as a network takes them: see `startDecoders`. */
import {
  decode,
  type Decoded,
  type Interpolation,
  resizeAndCentreCrop,
  serveDecoder,
} from "../images/mod.ts";

/** The images that a network takes. */
export interface NetworkInput {
  /** Side of the square, px. */
  imageSize: number;
  channels: 1 | 3;
  /** Filter of the resize. Default: bilinear. */
  interpolation?: Interpolation;
}

/**
 * Turns an image file into a network's input, as `validationBatches` does, for an image of any size that lies
 * in no pool.
 *
 * @returns `[imageSize, imageSize, channels]`, row by row
 * @throws {ImageFailure} for an image that cannot be decoded
 * @throws {RangeError} for one so long and narrow that it cannot be resized in memory
 */
export async function decodeForNetwork(
  file: Uint8Array,
  { imageSize, channels, interpolation }: NetworkInput,
): Promise<Decoded<Record<string, never>>> {
  const image = await decode(file, channels);
  const pixels = new Uint8Array(imageSize * imageSize * channels);
  resizeAndCentreCrop(image, imageSize, pixels, interpolation);
  return { facts: {}, bytes: pixels };
}

if (import.meta.main) await serveDecoder(decodeForNetwork);
