/**
 * Affine transforms in place, as Pillow's `Image.transform(size, AFFINE, …)`. The output pixel (x, y) is the
 * input at matrix · (x + 1/2, y + 1/2, 1), interpolated from its 2 x 2 or 4 x 4 neighbours (bicubic: a = -1).
 * Pixels from outside of the image are filled.
 */
import { clip8, type PackedImage, scratchCopy } from "./image.ts";
import type { Interpolation } from "./resample.ts";

/** First and second row of an affine map from output to input: x' = a x + b y + c, y' = d x + e y + f. */
type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The filter between pixels, and the colour where there is no image. */
export interface AffineOptions {
  interpolation: Interpolation;
  /** A value a channel, 0 to 255. */
  fill: readonly number[];
}

/** Moves each row sideways by `factor` times its distance from the top (timm's ShearX). */
export function shearX(image: PackedImage, factor: number, options: AffineOptions): void {
  affine(image, [1, factor, 0, 0, 1, 0], options);
}

/** Moves each column up or down by `factor` times its distance from the left (timm's ShearY). */
export function shearY(image: PackedImage, factor: number, options: AffineOptions): void {
  affine(image, [1, 0, 0, factor, 1, 0], options);
}

/** Moves the image to the left by a share of its width (timm's TranslateXRel). */
export function translateX(image: PackedImage, share: number, options: AffineOptions): void {
  affine(image, [1, 0, share * image.width, 0, 1, 0], options);
}

/** Moves the image up by a share of its height (timm's TranslateYRel). */
export function translateY(image: PackedImage, share: number, options: AffineOptions): void {
  affine(image, [1, 0, 0, 0, 1, share * image.height], options);
}

/**
 * Turns the image about its centre, counter-clockwise for positive `degrees` (Pillow's `rotate`, -90 <
 * degrees < 90).
 */
export function rotate(image: PackedImage, degrees: number, options: AffineOptions): void {
  if (degrees === 0) return;
  // Pillow brings the angle into [0, 360) and rounds to 15 digits.
  const angle = -(((degrees % 360) + 360) % 360) * Math.PI / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)].map((v) => Math.round(v * 1e15) / 1e15);
  const [x, y] = [image.width / 2, image.height / 2];
  affine(image, [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y], options);
}

/** Replaces the image by its affine transform; pixels from outside become `fill`. */
export function affine(
  image: PackedImage,
  matrix: AffineMatrix,
  { interpolation, fill }: AffineOptions,
): void {
  const source = { ...image, pixels: scratchCopy(image.pixels) };
  const interpolate = interpolation === "bicubic" ? bicubicRow : bilinearRow;
  for (let y = 0; y < image.height; y++) interpolate(source, matrix, y, fill, image.pixels);
}

/** A place among `size`, the outermost repeated. */
function clamp(at: number, size: number): number {
  return at < 0 ? 0 : at < size ? at : size - 1;
}

/** The whole number at or below a number from -1 on. */
function floor(value: number): number {
  return ((value + 1) | 0) - 1;
}

// A function a row, not a pixel: numbers with a point that are handed to a function are allocated.

/** Writes one row of the output. */
function bilinearRow(
  { pixels, width, height, channels }: PackedImage,
  [a, b, c, d, e, f]: AffineMatrix,
  row: number,
  fill: readonly number[],
  out: Uint8Array,
): void {
  const line = width * channels;
  for (let column = 0, o = row * line; column < width; column++, o += channels) {
    const inX = a * (column + 0.5) + b * (row + 0.5) + c, inY = d * (column + 0.5) + e * (row + 0.5) + f;
    if (!(inX >= 0 && inX < width && inY >= 0 && inY < height)) {
      for (let i = 0; i < channels; i++) out[o + i] = fill[i];
      continue;
    }
    const x = floor(inX - 0.5), y = floor(inY - 0.5);
    const dx = inX - 0.5 - x, dy = inY - 0.5 - y;
    const left = clamp(x, width) * channels, right = clamp(x + 1, width) * channels;
    const above = clamp(y, height) * line, below = clamp(y + 1, height) * line;
    for (let i = 0; i < channels; i++) {
      const upper = linear(pixels[above + left + i], pixels[above + right + i], dx);
      const lower = dy === 0 ? upper : linear(pixels[below + left + i], pixels[below + right + i], dx);
      out[o + i] = linear(upper, lower, dy);
    }
  }
}

function linear(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/**
 * Writes one row of the output. A move along one axis is interpolated along that axis only: the other weights
 * are 0.
 */
function bicubicRow(
  { pixels, width, height, channels }: PackedImage,
  [a, b, c, d, e, f]: AffineMatrix,
  row: number,
  fill: readonly number[],
  out: Uint8Array,
): void {
  const line = width * channels;
  for (let column = 0, o = row * line; column < width; column++, o += channels) {
    const inX = a * (column + 0.5) + b * (row + 0.5) + c, inY = d * (column + 0.5) + e * (row + 0.5) + f;
    if (!(inX >= 0 && inX < width && inY >= 0 && inY < height)) {
      for (let i = 0; i < channels; i++) out[o + i] = fill[i];
      continue;
    }
    const x = floor(inX - 0.5), y = floor(inY - 0.5);
    const dx = inX - 0.5 - x, dy = inY - 0.5 - y;
    const x0 = clamp(x - 1, width) * channels, x1 = clamp(x, width) * channels;
    const x2 = clamp(x + 1, width) * channels, x3 = clamp(x + 2, width) * channels;
    const y0 = clamp(y - 1, height) * line, y1 = clamp(y, height) * line;
    const y2 = clamp(y + 1, height) * line, y3 = clamp(y + 2, height) * line;
    for (let i = 0; i < channels; i++) {
      const p = y0 + i, q = y1 + i, r = y2 + i, s = y3 + i;
      let value;
      if (dx === 0) value = cubic(pixels[p + x1], pixels[q + x1], pixels[r + x1], pixels[s + x1], dy);
      else {
        value = cubic(pixels[q + x0], pixels[q + x1], pixels[q + x2], pixels[q + x3], dx);
        if (dy !== 0) {
          value = cubic(
            cubic(pixels[p + x0], pixels[p + x1], pixels[p + x2], pixels[p + x3], dx),
            value,
            cubic(pixels[r + x0], pixels[r + x1], pixels[r + x2], pixels[r + x3], dx),
            cubic(pixels[s + x0], pixels[s + x1], pixels[s + x2], pixels[s + x3], dx),
            dy,
          );
        }
      }
      out[o + i] = clip8(value);
    }
  }
}

/**
 * The cubic through b at 0 and c at 1 whose slopes there are those of the chords from a to c and from b to d.
 */
function cubic(a: number, b: number, c: number, d: number, t: number): number {
  return b + t * (c - a + t * (2 * (a - b) + c - d + t * (b - a - c + d)));
}
