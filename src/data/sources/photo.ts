import { centreSquare, decode } from "../../images/mod.ts";
import type { Manifest } from "../manifest.ts";

/** No photograph has more bytes; what has is not read. */
export const LARGEST_FILE = 64 << 20;

/** An encoded photograph as it is stored in a pool: the centred square of `side` px, in the manifest's channels. */
export async function photoPixels(file: Uint8Array, { render }: Manifest): Promise<Uint8Array> {
  const image = await decode(file, render.channels, render.background);
  const pixels = new Uint8Array(render.side ** 2 * render.channels);
  centreSquare(image, render.side, pixels);
  return pixels;
}
