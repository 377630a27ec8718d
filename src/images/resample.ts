import type { Box, PackedImage } from "./image.ts";
import type { Interpolation } from "./interpolation.ts";
import { type ResampleWeights, resampleWeights } from "./resample_weights.ts";

/** What lies between the two passes: written cut off to 8 bits, read as plain bytes. */
let rows = { clamped: new Uint8ClampedArray(0), bytes: new Uint8Array(0) };

/**
 * Resizes `box` of `image` to `outWidth` x `outHeight` and writes the part `window` of the result to `out`. It is Pillow's
 * `Image.resize(…, box)` by BILINEAR or BICUBIC: an antialiased filter, horizontally, then vertically, in fixed point, each pass
 * rounded and cut off to 8 bits. Equal to the last bit, but where Pillow 13 goes vertically first (the height shrinks by more than
 * twice what the width does): there values may differ by 1. Allocates nothing once the weights of a pair of lengths are known.
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
  const across = resampleWeights(box.width, outWidth, interpolation);
  const down = resampleWeights(box.height, outHeight, interpolation);
  const firstRow = down.start[window.top];
  const last = window.top + window.height - 1;
  const rowCount = down.start[last] + down.count[last] - firstRow;
  const needed = rowCount * window.width * image.channels;
  if (rows.bytes.length < needed) {
    const clamped = new Uint8ClampedArray(needed);
    rows = { clamped, bytes: new Uint8Array(clamped.buffer) };
  }
  resampleRows(image, box, firstRow, rowCount, window, across);
  resampleColumns(window, image.channels, firstRow, down, out);
}

/** Output column by output column, each over all rows: its weights are the same in every row. */
function resampleRows(
  { pixels, width, channels }: PackedImage,
  box: Box,
  firstRow: number,
  rowCount: number,
  window: Box,
  { start, count, weights, stride }: ResampleWeights,
): void {
  const corner = ((box.top + firstRow) * width + box.left) * channels;
  const source = { values: pixels, tap: channels, step: width * channels };
  const target = { values: rows.clamped, step: window.width * channels, length: rowCount };
  for (let x = 0; x < window.width; x++) {
    const column = window.left + x;
    for (let c = 0; c < channels; c++) {
      const from = corner + start[column] * channels + c;
      weightedSums(source, from, weights, column * stride, count[column], target, x * channels + c);
    }
  }
}

/** Output row by output row. */
function resampleColumns(
  window: Box,
  channels: number,
  firstRow: number,
  { start, count, weights, stride }: ResampleWeights,
  out: Uint8Array,
): void {
  const line = window.width * channels;
  const clamped = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length);
  const source = { values: rows.bytes, tap: line, step: 1 };
  const target = { values: clamped, step: 1, length: line };
  for (let y = 0; y < window.height; y++) {
    const row = window.top + y;
    weightedSums(source, (start[row] - firstRow) * line, weights, row * stride, count[row], target, y * line);
  }
}

/** Values whose taps are `tap` apart, one sum's from the next one's `step`. */
interface Source {
  values: Uint8Array;
  tap: number;
  step: number;
}

/** Where `length` sums go, `step` apart. */
interface Target {
  values: Uint8ClampedArray;
  step: number;
  length: number;
}

/**
 * Sums of `count` taps with the same weights, those of `weights` from `first` on. Enlarging by BILINEAR takes two taps and by BICUBIC
 * four: with their weights in registers these take half the time of the general loop. (Missing taps weigh nothing.)
 */
function weightedSums(
  { values, tap, step }: Source,
  from: number,
  weights: Int32Array,
  first: number,
  count: number,
  { values: out, step: outStep, length }: Target,
  to: number,
): void {
  const w0 = weights[first], w1 = count > 1 ? weights[first + 1] : 0;
  const w2 = count > 2 ? weights[first + 2] : 0, w3 = count > 3 ? weights[first + 3] : 0;
  const tap1 = count > 1 ? tap : 0, tap3 = count > 3 ? 3 * tap : 0;
  if (count <= 2) {
    for (let i = 0, p = from, o = to; i < length; i++, p += step, o += outStep) {
      out[o] = (HALF + Math.imul(values[p], w0) + Math.imul(values[p + tap1], w1)) >> BITS;
    }
  } else if (count <= 4) {
    for (let i = 0, p = from, o = to; i < length; i++, p += step, o += outStep) {
      const left = HALF + Math.imul(values[p], w0) + Math.imul(values[p + tap], w1);
      const right = Math.imul(values[p + 2 * tap], w2) + Math.imul(values[p + tap3], w3);
      out[o] = (left + right) >> BITS;
    }
  } else {
    for (let i = 0, p = from, o = to; i < length; i++, p += step, o += outStep) {
      let sum = HALF;
      for (let k = 0, q = p; k < count; k++, q += tap) {
        sum = (sum + Math.imul(values[q], weights[first + k])) | 0;
      }
      out[o] = sum >> BITS;
    }
  }
}

/** Bits after the binary point of the weights, as in Pillow: the sum of 8-bit values times weights fits 32 bits. */
const BITS = 22;
const HALF = 1 << (BITS - 1);
