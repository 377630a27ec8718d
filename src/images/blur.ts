import type { PackedImage } from "./image.ts";

/** Number of box filters in a row that approximate the Gaussian. */
const PASSES = 3;

let line = new Uint8Array(0);
let blurred = new Uint8Array(0);

/**
 * Blurs in place by a Gaussian of standard deviation `radius` px, as Pillow's `ImageFilter.GaussianBlur`.
 * Three extended box filters (Gwosdek et al. 2011) go along the rows, then along the columns. Each is rounded
 * to 8 bits, and border pixels are repeated outwards.
 */
export function gaussianBlur(image: PackedImage, radius: number): void {
  const { pixels, height, width, channels } = image;
  if (radius === 0) return;
  const box = boxOf(radius);
  reserve(Math.max(width, height));
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < channels; c++) blurLine(pixels, y * width * channels + c, channels, width, box);
  }
  for (let i = 0; i < width * channels; i++) blurLine(pixels, i, width * channels, height, box);
}

function reserve(length: number): void {
  if (line.length >= length) return;
  [line, blurred] = [new Uint8Array(length), new Uint8Array(length)];
}

/**
 * A box filter whose two outermost pixels count in part: whole pixels to each side, and weights in 24 bits
 * after the point.
 */
interface ExtendedBox {
  whole: number;
  inner: number;
  outer: number;
}

/** The box filter that has the Gaussian's variance after `PASSES` passes; in float32, as Pillow. */
function boxOf(radius: number): ExtendedBox {
  const variance = Math.fround(radius * radius / PASSES);
  const length = Math.fround(Math.sqrt(12 * variance + 1));
  const whole = Math.floor((length - 1) / 2);
  const part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) / (6 * (variance - (whole + 1) ** 2));
  const exact = Math.fround(whole + part);
  const inner = Math.trunc((1 << 24) / Math.fround(exact * 2 + 1));
  return {
    whole: Math.trunc(exact),
    inner,
    outer: Math.trunc(((1 << 24) - (2 * Math.trunc(exact) + 1) * inner) / 2),
  };
}

/** All passes over one row or column: `length` values that are `step` apart from `at` on. */
function blurLine(pixels: Uint8Array, at: number, step: number, length: number, box: ExtendedBox): void {
  for (let i = 0, p = at; i < length; i++, p += step) line[i] = pixels[p];
  for (let pass = 0; pass < PASSES; pass++) {
    boxFilter(length, box);
    [line, blurred] = [blurred, line];
  }
  for (let i = 0, p = at; i < length; i++, p += step) pixels[p] = line[i];
}

/** One extended box filter from `line` to `blurred`, by a running sum. */
function boxFilter(length: number, { whole, inner, outer }: ExtendedBox): void {
  const [from, to, last] = [line, blurred, length - 1];
  let sum = from[0] * (whole + 1); // of the box about -1
  for (let i = 0; i < whole; i++) sum += from[Math.min(i, last)];
  for (let i = 0; i < length; i++) {
    const left = Math.max(i - whole - 1, 0);
    sum += from[Math.min(i + whole, last)] - from[left];
    const ends = from[left] + from[Math.min(i + whole + 1, last)];
    to[i] = (sum * inner + ends * outer + (1 << 23)) / (1 << 24);
  }
}
