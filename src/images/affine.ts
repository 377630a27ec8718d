/**
 * Affine transforms as Pillow's `Image.transform(size, AFFINE, …)`: the output pixel (x, y) is the input at matrix · (x + 1/2, y + 1/2, 1),
 * interpolated from its 2 x 2 or 4 x 4 neighbours (bicubic: a = -1); what comes from outside is filled. In place.
 */
import type { PackedImage } from "./geometry.ts";
import type { Interpolation } from "./interpolation.ts";
import { clip8 } from "./rounding.ts";
import { scratchCopy } from "./scratch.ts";

/** First and second row of an affine map from output to input: x' = a x + b y + c, y' = d x + e y + f. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** How an affine transform looks between pixels, and what it puts where there is no image. */
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

/** Turns the image about its centre, counter-clockwise for positive `degrees` (Pillow's `rotate`, -90 < degrees < 90). */
export function rotate(image: PackedImage, degrees: number, options: AffineOptions): void {
  if (degrees === 0) return;
  // Pillow brings the angle into [0, 360) and rounds to 15 digits.
  const angle = -(((degrees % 360) + 360) % 360) * Math.PI / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)].map((v) => Math.round(v * 1e15) / 1e15);
  const [x, y] = [image.width / 2, image.height / 2];
  affine(image, [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y], options);
}

/** Replaces the image by its affine transform, pixels from outside by `fill`. */
export function affine(
  image: PackedImage,
  [a, b, c, d, e, f]: AffineMatrix,
  { interpolation, fill }: AffineOptions,
): void {
  const { pixels, height, width, channels } = image;
  const source = scratchCopy(pixels);
  const sample = interpolation === "bicubic" ? sampleBicubic : sampleBilinear;
  let o = 0;
  for (let row = 0; row < height; row++) {
    const y = row + 0.5;
    for (let column = 0; column < width; column++, o += channels) {
      const x = column + 0.5;
      const [atX, atY] = [a * x + b * y + c, d * x + e * y + f];
      if (atX >= 0 && atX < width && atY >= 0 && atY < height) {
        sample(source, width, height, channels, atX - 0.5, atY - 0.5, pixels, o);
      } else for (let i = 0; i < channels; i++) pixels[o + i] = fill[i];
    }
  }
}

/** A place among `size`, the outermost repeated. */
function clamp(at: number, size: number): number {
  return at < 0 ? 0 : at < size ? at : size - 1;
}

function sampleBilinear(
  source: Uint8Array,
  width: number,
  height: number,
  channels: number,
  atX: number,
  atY: number,
  out: Uint8Array,
  o: number,
): void {
  const [x, y] = [Math.floor(atX), Math.floor(atY)];
  const [dx, dy] = [atX - x, atY - y];
  const [left, right] = [clamp(x, width) * channels, clamp(x + 1, width) * channels];
  const line = width * channels;
  const [above, below] = [clamp(y, height) * line, clamp(y + 1, height) * line];
  for (let i = 0; i < channels; i++) {
    const upper = linear(source[above + left + i], source[above + right + i], dx);
    const lower = dy === 0 ? upper : linear(source[below + left + i], source[below + right + i], dx);
    out[o + i] = linear(upper, lower, dy);
  }
}

function linear(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

function sampleBicubic(
  source: Uint8Array,
  width: number,
  height: number,
  channels: number,
  atX: number,
  atY: number,
  out: Uint8Array,
  o: number,
): void {
  const [x, y] = [Math.floor(atX), Math.floor(atY)];
  const [dx, dy] = [atX - x, atY - y];
  const line = width * channels;
  const x0 = clamp(x - 1, width) * channels, x1 = clamp(x, width) * channels;
  const x2 = clamp(x + 1, width) * channels, x3 = clamp(x + 2, width) * channels;
  const y0 = clamp(y - 1, height) * line, y1 = clamp(y, height) * line;
  const y2 = clamp(y + 1, height) * line, y3 = clamp(y + 2, height) * line;
  for (let i = 0; i < channels; i++) {
    const value = cubic(
      cubicRow(source, y0 + i, x0, x1, x2, x3, dx),
      cubicRow(source, y1 + i, x0, x1, x2, x3, dx),
      cubicRow(source, y2 + i, x0, x1, x2, x3, dx),
      cubicRow(source, y3 + i, x0, x1, x2, x3, dx),
      dy,
    );
    out[o + i] = clip8(value);
  }
}

function cubicRow(
  source: Uint8Array,
  row: number,
  x0: number,
  x1: number,
  x2: number,
  x3: number,
  t: number,
): number {
  return cubic(source[row + x0], source[row + x1], source[row + x2], source[row + x3], t);
}

/** The cubic through b at 0 and c at 1 whose slopes there are those of the chords from a to c and from b to d. */
function cubic(a: number, b: number, c: number, d: number, t: number): number {
  return b + t * (c - a + t * (2 * (a - b) + c - d + t * (b - a - c + d)));
}
