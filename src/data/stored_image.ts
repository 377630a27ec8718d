import { createHash } from "node:crypto";
import { centreSquare, type Decoded, type PackedImage, perceptualHash } from "../images/mod.ts";

/** Side of the square that shows an image of a pool of JPEG files, px. */
export const SQUARE_SIDE = 256;

/** What is known of an image that a pool stores. */
export interface StoredFacts {
  /** px. */
  width: number;
  height: number;
  /** Of what is written, hex. */
  sha256: string;
  /** See `perceptualHash`. */
  perceptualHash: string;
  /** Whether it is of one colour throughout. */
  isBlank: boolean;
}

/** An image as a pool stores it: as its pixels, or as a JPEG file. */
export type StoredImage = Decoded<StoredFacts>;

/** @param image what `bytes` show */
export function storedImage(bytes: Uint8Array, image: PackedImage): StoredImage {
  const { width, height } = image;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const hash = perceptualHash(square(image));
  return { bytes, facts: { width, height, sha256, perceptualHash: hash, isBlank: isBlank(image) } };
}

/** A square that is stored as its pixels. */
export function storedSquare(pixels: Uint8Array, side: number, channels: 1 | 3): StoredImage {
  return storedImage(pixels, { pixels, height: side, width: side, channels });
}

/** What is hashed, so that pools of pixels and of JPEG files compare: the centred square. */
function square(image: PackedImage): PackedImage {
  if (image.width === image.height) return image;
  const pixels = new Uint8Array(SQUARE_SIDE ** 2 * image.channels);
  centreSquare(image, SQUARE_SIDE, pixels);
  return { pixels, height: SQUARE_SIDE, width: SQUARE_SIDE, channels: image.channels };
}

function isBlank({ pixels, channels }: PackedImage): boolean {
  for (let i = channels; i < pixels.length; i++) if (pixels[i] !== pixels[i - channels]) return false;
  return true;
}
