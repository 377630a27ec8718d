import type { Random } from "../stats/mod.ts";
import type { Interpolation } from "./interpolation.ts";
import { type ResampleWeights, resampleWeights } from "./resample_weights.ts";
import { clip8, roundHalfEven } from "./rounding.ts";

/** A rectangle of whole pixels within an image. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A packed image: `pixels[(y * width + x) * channels + c]`, 8 bits a value. */
export interface PackedImage {
  pixels: Uint8Array;
  height: number;
  width: number;
  /** 1 (grey) or 3 (RGB). */
  channels: number;
}

/**
 * Where a random-resized-crop cuts: torchvision's `RandomResizedCrop.get_params`, step by step. Ten tries at an area that is a
 * share in `scale` of the image's, with an aspect ratio drawn from `ratio` on the log scale; after ten misses the largest
 * centred box whose aspect ratio is allowed.
 */
export function randomResizedCropBox(
  random: Random,
  height: number,
  width: number,
  scale: readonly [number, number] = [0.08, 1],
  ratio: readonly [number, number] = [3 / 4, 4 / 3],
): Box {
  const [logLow, logHigh] = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let tries = 0; tries < 10; tries++) {
    const area = height * width * (scale[0] + (scale[1] - scale[0]) * random.uniform());
    const aspect = Math.exp(logLow + (logHigh - logLow) * random.uniform());
    const w = roundHalfEven(Math.sqrt(area * aspect));
    const h = roundHalfEven(Math.sqrt(area / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = random.below(height - h + 1);
      return { left: random.below(width - w + 1), top, width: w, height: h };
    }
  }
  return centredFallback(height, width, ratio);
}

function centredFallback(height: number, width: number, ratio: readonly [number, number]): Box {
  const aspect = width / height;
  let [w, h] = [width, height];
  if (aspect < ratio[0]) h = roundHalfEven(w / ratio[0]);
  else if (aspect > ratio[1]) w = roundHalfEven(h * ratio[1]);
  return { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
}

/** Cuts `box` out of `image` and resizes it to a square of `size` px, into `out` (`size * size * channels` values). */
export function cropResize(
  image: PackedImage,
  box: Box,
  size: number,
  out: Uint8Array,
  interpolation: Interpolation = "bilinear",
): void {
  resample(image, box, size, size, { left: 0, top: 0, width: size, height: size }, out, interpolation);
}

/**
 * What the network sees at inference (the paper, appendix A: shorter side to 256, centre crop of 224): shorter side to
 * `round(size / 0.875)`, then the centre crop of `size` px, into `out`. Rounding as torchvision's Resize and CenterCrop.
 */
export function resizeAndCentreCrop(image: PackedImage, size: number, out: Uint8Array): void {
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
  resample(image, { left: 0, top: 0, width, height }, outWidth, outHeight, window, out);
}

/** Mirrors a square or oblong image left to right, in place. */
export function flipHorizontal(pixels: Uint8Array, height: number, width: number, channels: number): void {
  for (let y = 0; y < height; y++) {
    let left = y * width * channels;
    let right = left + (width - 1) * channels;
    while (left < right) {
      for (let c = 0; c < channels; c++) {
        const kept = pixels[left + c];
        pixels[left + c] = pixels[right + c];
        pixels[right + c] = kept;
      }
      left += channels;
      right -= channels;
    }
  }
}

let rows = new Uint8Array(0);

/**
 * Resizes `box` of `image` to `outWidth` x `outHeight` and writes the part `window` of the result to `out`. It is Pillow's
 * `Image.resize(…, box)` by BILINEAR or BICUBIC: an antialiased filter, horizontally, then vertically, in fixed point, each pass
 * rounded and cut off to 8 bits. Equal to the last bit, but where Pillow 13 goes vertically first (the height shrinks by more than twice
 * what the width does): there values may differ by 1. Allocates nothing once the weights of a pair of lengths are known.
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
  if (rows.length < needed) rows = new Uint8Array(needed);
  resampleRows(image, box, firstRow, rowCount, window, across);
  resampleColumns(window, image.channels, firstRow, down, out);
}

function resampleRows(
  { pixels, width, channels }: PackedImage,
  box: Box,
  firstRow: number,
  rowCount: number,
  window: Box,
  across: ResampleWeights,
): void {
  const pass = channels === 3 ? resampleRowOf3 : resampleRowOf1;
  for (let y = 0; y < rowCount; y++) {
    const row = ((box.top + firstRow + y) * width + box.left) * channels;
    pass(pixels, row, window, across, y * window.width * channels);
  }
}

function resampleRowOf1(
  pixels: Uint8Array,
  row: number,
  { left, width }: Box,
  { start, count, weights, stride }: ResampleWeights,
  o: number,
): void {
  const target = rows;
  for (let x = left; x < left + width; x++) {
    let sum = HALF;
    for (let k = 0, p = row + start[x], w = x * stride; k < count[x]; k++) {
      sum = (sum + Math.imul(pixels[p++], weights[w++])) | 0;
    }
    target[o++] = clip8(sum >> BITS);
  }
}

function resampleRowOf3(
  pixels: Uint8Array,
  row: number,
  { left, width }: Box,
  { start, count, weights, stride }: ResampleWeights,
  o: number,
): void {
  const target = rows;
  for (let x = left; x < left + width; x++) {
    let [red, green, blue] = [HALF, HALF, HALF];
    const taps = count[x];
    for (let k = 0, p = row + start[x] * 3, w = x * stride; k < taps; k++, p += 3) {
      const weight = weights[w++];
      red = (red + Math.imul(pixels[p], weight)) | 0;
      green = (green + Math.imul(pixels[p + 1], weight)) | 0;
      blue = (blue + Math.imul(pixels[p + 2], weight)) | 0;
    }
    target[o] = clip8(red >> BITS);
    target[o + 1] = clip8(green >> BITS);
    target[o + 2] = clip8(blue >> BITS);
    o += 3;
  }
}

function resampleColumns(
  window: Box,
  channels: number,
  firstRow: number,
  { start, count, weights, stride }: ResampleWeights,
  out: Uint8Array,
): void {
  const source = rows;
  const line = window.width * channels;
  let o = 0;
  for (let y = window.top; y < window.top + window.height; y++) {
    const from = (start[y] - firstRow) * line;
    const w = y * stride;
    const taps = count[y];
    for (let i = 0; i < line; i++) {
      let sum = HALF;
      for (let k = 0, p = from + i; k < taps; k++, p += line) {
        sum = (sum + Math.imul(source[p], weights[w + k])) | 0;
      }
      out[o++] = clip8(sum >> BITS);
    }
  }
}

/** Bits after the binary point of the weights, as in Pillow: the sum of 8-bit values times weights fits 32 bits. */
const BITS = 22;
const HALF = 1 << (BITS - 1);
