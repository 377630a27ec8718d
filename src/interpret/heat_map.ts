/** Maps of numbers as pictures, over the image that they are of. */
import type { PackedImage } from "../images/mod.ts";

/**
 * Ten colors at equal steps along viridis (van der Walt & Smith, 2015; CC0): equal steps look equal, in grey
 * too.
 */
const VIRIDIS = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/**
 * A color of viridis, from dark violet to yellow, 0 to 255 each of R, G, B.
 *
 * @param value in [0, 1]; what lies outside gets the color of the end
 */
export function viridis(value: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, value)) * (VIRIDIS.length - 1);
  const [from, to] = [VIRIDIS[Math.floor(place)], VIRIDIS[Math.ceil(place)]];
  const share = place - Math.floor(place);
  const [red, green, blue] = from.map((v, c) => Math.round(v + share * (to[c] - v)));
  return [red, green, blue];
}

/** A grid of numbers, row by row. */
export interface Grid {
  /** [height, width] */
  values: Float32Array;
  height: number;
  width: number;
}

/**
 * Enlarges a grid by linear interpolation between the centres of its cells; beyond the outermost ones it is
 * level.
 */
export function enlarge({ values, height, width }: Grid, toHeight: number, toWidth: number): Float32Array {
  const into = new Float32Array(toHeight * toWidth);
  const across = Array.from({ length: toWidth }, (_, x) => between(x, toWidth, width));
  for (let y = 0; y < toHeight; y++) {
    const { low, high, share } = between(y, toHeight, height);
    across.forEach((column, x) => {
      const row = (at: number) =>
        values[at * width + column.low] * (1 - column.share) +
        values[at * width + column.high] * column.share;
      into[y * toWidth + x] = row(low) * (1 - share) + row(high) * share;
    });
  }
  return into;
}

/**
 * The two cells between whose centres a pixel's centre lies, and how far it is from the first to the second.
 */
function between(pixel: number, pixels: number, cells: number) {
  const place = Math.min(cells - 1, Math.max(0, (pixel + 0.5) * cells / pixels - 0.5));
  const low = Math.floor(place);
  return { low, high: Math.min(cells - 1, low + 1), share: place - low };
}

/** Settings of {@link heatMap}. */
export interface HeatMapOptions {
  /** Values that get the first and the last color. Default: the grid's least and greatest. */
  range?: [number, number];
  /** Opacity of the colors over the image, [0, 1]. Default 0.6. */
  opacity?: number;
}

/**
 * A grid drawn over its image in the colors of {@link viridis}, as large as the image. The image fades to
 * grey, so that none of its own colors is taken for heat.
 *
 * @returns RGB
 * @throws {RangeError} when the values don't fill the grid, or for another opacity
 */
export function heatMap(
  image: PackedImage,
  grid: Grid,
  { range, opacity = 0.6 }: HeatMapOptions = {},
): PackedImage & { pixels: Uint8Array<ArrayBuffer>; channels: 3 } {
  if (grid.values.length !== grid.height * grid.width || grid.values.length === 0) {
    throw new RangeError(`${grid.values.length} values don't fill a grid of ${grid.height} x ${grid.width}.`);
  }
  if (!(opacity >= 0 && opacity <= 1)) {
    throw new RangeError(`opacity is ${opacity}; give a number from 0 to 1.`);
  }
  const { width, height } = image;
  const [low, high] = range ?? rangeOf(grid.values);
  const heat = enlarge(grid, height, width);
  const pixels = new Uint8Array(width * height * 3);
  heat.forEach((value, i) => {
    const color = viridis(high > low ? (value - low) / (high - low) : 0);
    const grey = luminance(image, i);
    color.forEach((part, c) => pixels[i * 3 + c] = Math.round(opacity * part + (1 - opacity) * grey));
  });
  return { pixels, width, height, channels: 3 };
}

/** Least and greatest value. */
function rangeOf(values: Float32Array): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

/** Brightness of a pixel, 0 to 255 (ITU-R BT.601). */
function luminance({ pixels, channels }: PackedImage, i: number): number {
  if (channels === 1) return pixels[i];
  const [red, green, blue] = pixels.subarray(i * channels, i * channels + 3);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
