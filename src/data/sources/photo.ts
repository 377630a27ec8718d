import { centreSquare, decode, storedJpeg } from "../../images/mod.ts";
import type { Manifest } from "../manifest.ts";
import { type StoredImage, storedImage, storedSquare } from "../stored_image.ts";

/** No photograph has more bytes; what has is not read. */
export const LARGEST_FILE = 64 << 20;

/**
 * An encoded photograph as it is stored in a pool: the centred square of `side` px, in the manifest's channels, or a JPEG file whose
 * shorter side has at most `shorter` px.
 *
 * @throws ImageFailure
 */
export async function storedPhoto(file: Uint8Array, render: Manifest["render"]): Promise<StoredImage> {
  const { side, shorter, channels, background } = render;
  if (side === undefined) {
    const { file: bytes, image } = await storedJpeg(file, { shorter: shorter!, background });
    return storedImage(bytes, image);
  }
  const image = await decode(file, channels, background);
  const pixels = new Uint8Array(side ** 2 * channels);
  centreSquare(image, side, pixels);
  return storedSquare(pixels, side, channels);
}
