import { createHash } from "node:crypto";
import { centreSquare, decode, type PackedImage, perceptualHash, storedJpeg } from "../../images/mod.ts";
import type { SourceManifest, StoredImage } from "./source.ts";

/** Side of the square that shows an image of a pool of JPEG files, px. */
export const SQUARE_SIDE = 256;

/** @param image what `bytes` show */
function storedImage(bytes: Uint8Array, image: PackedImage): StoredImage {
  const { width, height } = image;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const hash = perceptualHash(square(image));
  return { bytes, facts: { width, height, sha256, perceptualHash: hash, isBlank: isBlank(image) } };
}

/** A square that is stored as its pixels. */
export function storedSquare(pixels: Uint8Array, side: number, channels: 1 | 3): StoredImage {
  return storedImage(pixels, { pixels, height: side, width: side, channels });
}

/** The centred square of an image. It is hashed for both kinds of pool, so that their hashes compare. */
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

/** No photograph has more bytes; what has is not read. */
export const LARGEST_FILE = 64 << 20;

/**
 * An encoded photograph as it is stored in a pool: the centred square of `side` px, in the manifest's
 * channels, or a JPEG file whose shorter side has at most `shorter` px.
 *
 * @throws {ImageFailure}
 */
export async function storedPhoto(file: Uint8Array, render: SourceManifest["render"]): Promise<StoredImage> {
  const { side, shorter, channels, background } = render;
  if (side === undefined) {
    const { file: bytes, image, warning } = await storedJpeg(file, { shorter: shorter!, background });
    return withWarning(storedImage(bytes, image), warning);
  }
  const image = await decode(file, channels, background);
  const pixels = new Uint8Array(side ** 2 * channels);
  centreSquare(image, side, pixels);
  return withWarning(storedSquare(pixels, side, channels), image.warning);
}

function withWarning({ bytes, facts }: StoredImage, warning: string | undefined): StoredImage {
  return { bytes, facts: warning === undefined ? facts : { ...facts, warning } };
}
