/**
 * Drawings at a scale and a place of their own. Collections are drawn on grids of 24, 32 or 256 units with
 * margins of their own. A grid that divides the pixels gives sharp edges, another one grey ones, and every
 * margin is the same: a network can read the collection from that alone (Saleknia & Sabokrou, arXiv
 * 2604.13610). A random native scale and a sub-pixel place before rasterising take it away.
 */
import type { PackedImage } from "../../images/mod.ts";
import { random, rank } from "../../stats/mod.ts";
import type { Jitter } from "./source.ts";

/** A part of the plane in a drawing's units. */
export interface ViewBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Share of the frame that the longer side of a collection's median drawing fills at a factor of 1. */
const FILL = 0.8;

/** Share of the frame that stays free at each side; inference cuts so much away (a centre crop of 0.875). */
const MARGIN = 1 / 16;

/** A value that differs from the background by more than this is ink. */
const INK = 8;

/**
 * The box in which a drawing is drawn instead of its own. Scale and place are drawn from the key, whatever
 * the dataset, so that one drawing in two releases stays one drawing. The place is uniform among those that
 * keep the ink off the margin; ink that is too large for that is centred.
 *
 * @param grid the drawing in its own box, a square
 * @param background value of an empty pixel in each channel
 */
export function jitteredBox(
  key: string,
  box: ViewBox,
  grid: PackedImage,
  background: readonly number[],
  { scale: [least, greatest], fill }: Jitter,
): ViewBox {
  const ink = inkOf(grid, background);
  if (!ink) return box;
  const draw = random(rank(0, `jitter ${key}`));
  const own = Math.max(box.width, box.height);
  const side = own * fill / FILL * (least + (greatest - least) * draw.uniform());
  const unit = own / grid.width;
  const place = (from: number, to: number, start: number) => {
    const [first, last] = [start + from * unit, start + to * unit];
    const [low, high] = [last - side * (1 - MARGIN), first - side * MARGIN];
    const share = draw.uniform();
    return low < high ? low + (high - low) * share : (low + high) / 2;
  };
  const left = place(ink.left, ink.left + ink.width, box.left + (box.width - own) / 2);
  const top = place(ink.top, ink.top + ink.height, box.top + (box.height - own) / 2);
  return { left, top, width: side, height: side };
}

/** The smallest box of whole pixels that has all ink; undefined where there is none. */
export function inkOf({ pixels, width, height, channels }: PackedImage, background: readonly number[]) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 0; i < pixels.length; i++) {
    if (Math.abs(pixels[i] - background[i % channels]) <= INK) continue;
    const pixel = Math.floor(i / channels);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  if (right < 0) return undefined;
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}
