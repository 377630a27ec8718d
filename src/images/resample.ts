import { type Box, type EncodedImage, type PackedImage, partOf, roundHalfEven } from "./image.ts";
import { across, down, memory } from "./resample.wasm";

/** Filters of resizing and of affine transforms: Pillow's BILINEAR and BICUBIC. */
export type Interpolation = "bilinear" | "bicubic";

/**
 * Resizes `box` of `image` to `outWidth` x `outHeight` and writes the part `window` of the result to `out`.
 * It is Pillow's `Image.resize(…, box)` by BILINEAR or BICUBIC: an antialiased filter in fixed point,
 * horizontally, then vertically; each pass is rounded and cut off to 8 bits. The result is Pillow's to the
 * last bit. Only where Pillow 13 goes vertically first (the height shrinks by more than twice what the width
 * does) values may differ by 1. The two passes are in resample.wat.
 */
export function resample(
  image: PackedImage,
  box: Box,
  outWidth: number,
  outHeight: number,
  window: Box,
  out: Uint8Array,
  interpolation: Interpolation = "bilinear",
): void {
  const columns = tableOf(resampleWeights(box.width, outWidth, interpolation), window.left, window.width);
  const rows = tableOf(resampleWeights(box.height, outHeight, interpolation), window.top, window.height);
  const source = rowsOf(image, box, rows.first, rows.count);
  const line = window.width * image.channels;
  const places = layOut({
    columns: columns.table.byteLength,
    rows: rows.table.byteLength,
    source: source.band * source.line,
    between: (rows.count + 1) * line, // the last pair may be a single row
    out: window.height * line,
  });
  new Int32Array(memory.buffer, places.columns).set(columns.table);
  new Int32Array(memory.buffer, places.rows).set(rows.table);
  const bytes = new Uint8Array(memory.buffer);
  for (let row = 0; row < rows.count; row += source.band) {
    const count = Math.min(source.band, rows.count - row);
    bytes.set(source.copy(row, count), places.source);
    const to = places.between + row * line;
    across(
      places.source,
      source.line,
      count,
      image.channels,
      places.columns,
      columns.entry,
      window.width,
      to,
    );
  }
  const top = places.between - rows.first * line; // the table counts from the top of the box
  down(top, line, places.rows, rows.entry, window.height, places.out);
  out.set(bytes.subarray(places.out, places.out + window.height * line));
}

/** The table of the outputs from `begin` on, the bytes of an entry, and the inputs of these outputs. */
function tableOf({ start, count, table, entry }: ResampleWeights, begin: number, outputs: number) {
  const [first, last] = [start[begin], begin + outputs - 1];
  return {
    table: table.subarray(begin * entry, (begin + outputs) * entry),
    entry: entry * table.BYTES_PER_ELEMENT,
    first,
    count: start[last] + count[last] - first,
  };
}

/** Bytes of an image that are copied at a time: they fit a processor's cache. */
const BAND = 1 << 17;

/**
 * The rows of a box from `first` on: bytes a row of the image, rows that are copied at a time, and a way to
 * copy some.
 */
function rowsOf({ pixels, width, channels }: PackedImage, box: Box, first: number, count: number) {
  const line = width * channels;
  const corner = (box.top + first) * line + box.left * channels;
  return {
    line,
    band: Math.min(count, Math.max(1, Math.floor(BAND / line))),
    copy: (row: number, rows: number) => {
      const begin = corner + row * line;
      return pixels.subarray(begin, begin + (rows - 1) * line + box.width * channels);
    },
  };
}

/** Bytes that a pass may read or write past the end of its data. */
const SLACK = 16;

const PAGE = 65536;

/** Places in the memory of the passes for things of these sizes, bytes. */
function layOut<Name extends string>(bytes: Record<Name, number>): Record<Name, number> {
  const places = {} as Record<Name, number>;
  let end = 0;
  for (const name in bytes) {
    places[name] = end;
    end = Math.ceil((end + bytes[name] + SLACK) / SLACK) * SLACK;
  }
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return places;
}

/**
 * The weights of a one-dimensional resize: output i is the weighted mean of `count[i]` inputs from `start[i]`
 * on.
 */
interface ResampleWeights {
  start: Int32Array;
  count: Int32Array;
  /**
   * The table that resample.wat reads, `entry` values an output: `start`, the number of pairs of inputs, and
   * two values for each pair, the fine parts of its weights and the coarse ones, 16 bits each. Weights have
   * 22 bits after the binary point, of which 12 are fine.
   */
  table: Int32Array<ArrayBuffer>;
  entry: number;
}

/**
 * Pillow's BILINEAR (a triangle) and BICUBIC (Keys' kernel with a = -1/2): the reach to either side and the
 * value at a distance, both in pixels of the coarser grid.
 */
const FILTERS: Record<Interpolation, { reach: number; at: (x: number) => number }> = {
  bilinear: { reach: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { reach: 2, at: (x) => keys(Math.abs(x), -0.5) },
};

/** The cubic convolution kernel (Keys 1981). */
function keys(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

const cache = new Map<number, ResampleWeights>();
/**
 * Pairs of lengths that are kept: every crop of an image of 256 px to two sizes by two filters. The oldest is
 * forgotten.
 */
const CACHE_LIMIT = 2048;

/**
 * Weights of a filter for a resize from `input` to `output` pixels, widened when shrinking so that nothing
 * aliases. The arithmetic is Pillow's (`precompute_coeffs` and `normalize_coeffs_8bpc` of Resample.c). They
 * are computed once for each pair of lengths.
 */
function resampleWeights(
  input: number,
  output: number,
  interpolation: Interpolation = "bilinear",
): ResampleWeights {
  const key = (input * 65536 + output) * 2 + (interpolation === "bicubic" ? 1 : 0);
  const known = cache.get(key);
  if (known) return known;
  const made = filterWeights(input, output, interpolation);
  if (cache.size >= CACHE_LIMIT) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}

function filterWeights(input: number, output: number, interpolation: Interpolation): ResampleWeights {
  const { reach, at } = FILTERS[interpolation];
  const scale = input / output;
  const coarser = Math.max(scale, 1);
  const support = reach * coarser;
  const entry = 2 + 2 * (Math.ceil(support) + 1);
  const start = new Int32Array(output);
  const count = new Int32Array(output);
  const table = new Int32Array(output * entry);
  for (let i = 0; i < output; i++) {
    const centre = (i + 0.5) * scale;
    start[i] = Math.max(Math.trunc(centre - support + 0.5), 0);
    count[i] = Math.min(Math.trunc(centre + support + 0.5), input) - start[i];
    const raw = Array.from(
      { length: count[i] },
      (_, k) => at((k + start[i] - centre + 0.5) * (1 / coarser)),
    );
    const sum = raw.reduce((total, value) => total + value, 0);
    const weights = raw.map((value) => fixedPoint(value / sum));
    writeEntry(table.subarray(i * entry, (i + 1) * entry), start[i], weights);
  }
  return { start, count, table, entry };
}

function writeEntry(entry: Int32Array, start: number, weights: readonly number[]): void {
  entry[0] = start;
  entry[1] = Math.ceil(weights.length / 2);
  weights.forEach((weight, k) => {
    const [pair, half] = [2 + 2 * (k >> 1), 16 * (k & 1)];
    entry[pair] |= (weight & 0xfff) << half;
    entry[pair + 1] |= ((weight >> 12) & 0xffff) << half;
  });
}

/** 22 bits after the binary point, halves away from zero. */
function fixedPoint(weight: number): number {
  return Math.trunc(weight * (1 << 22) + (weight < 0 ? -0.5 : 0.5));
}

/**
 * Resizes `box` of `image` to a square of `size` px and writes it to `out` (`size * size * channels` values).
 * See {@link partOf}.
 */
export function cropResize(
  image: PackedImage | EncodedImage,
  box: Box,
  size: number,
  out: Uint8Array,
  interpolation: Interpolation = "bilinear",
): void {
  const part = partOf(image, box, size, size);
  const whole = { left: 0, top: 0, width: size, height: size };
  resample(part.image, part.box, size, size, whole, out, interpolation);
}

/**
 * Resizes the largest centred square of an image to `side` px and writes it to `out` (`side * side *
 * channels` values).
 */
export function centreSquare(image: PackedImage | EncodedImage, side: number, out: Uint8Array): void {
  const shorter = Math.min(image.width, image.height);
  const left = Math.floor((image.width - shorter) / 2), top = Math.floor((image.height - shorter) / 2);
  cropResize(image, { left, top, width: shorter, height: shorter }, side, out);
}

/**
 * Makes the network's input at inference (the paper, Appendix A: shorter side to 256, centre crop of 224) and
 * writes it to `out`. The shorter side becomes `round(size / 0.875)`, and the centre of `size` x `size` px is
 * cut out. Rounding is that of torchvision's Resize and CenterCrop. See {@link partOf}. An image that was
 * fitted already is copied.
 *
 * @param interpolation default: bilinear; the paper's authors: bicubic
 */
export function resizeAndCentreCrop(
  image: PackedImage | EncodedImage,
  size: number,
  out: Uint8Array,
  interpolation: Interpolation = "bilinear",
): void {
  if ("isFitted" in image && image.isFitted) return out.set(image.pixels.subarray(0, out.length));
  const shorter = Math.round(size / 0.875);
  const { width, height } = image;
  const outWidth = width <= height ? shorter : Math.trunc(shorter * width / height);
  const outHeight = width <= height ? Math.trunc(shorter * height / width) : shorter;
  const window = {
    left: roundHalfEven((outWidth - size) / 2),
    top: roundHalfEven((outHeight - size) / 2),
    width: size,
    height: size,
  };
  const part = partOf(image, { left: 0, top: 0, width, height }, outWidth, outHeight);
  resample(part.image, part.box, outWidth, outHeight, window, out, interpolation);
}
