import sharp, { type Sharp } from "sharp";

/** A made-up photograph: coarse patches with fine grain, for JPEG as much work as a real one. */
export interface MadePhotograph {
  width: number;
  height: number;
  /** Bits of the grain, 0 to 8. */
  grain: number;
}

/** One of its own for every number, to be encoded. */
export async function photograph(number: number, { width, height, grain }: MadePhotograph): Promise<Sharp> {
  let state = number + 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 24;
  const patches = Uint8Array.from({ length: 32 * 24 * 3 }, next);
  const smooth = await sharp(patches, { raw: { width: 32, height: 24, channels: 3 } })
    .resize(width, height).raw().toBuffer();
  const middle = 1 << (grain - 1);
  const pixels = smooth.map((value) => Math.max(0, Math.min(255, value + (next() >> (8 - grain)) - middle)));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
