/**
 * Operations on colours, in place. Brightness, contrast, colour and sharpness are Pillow's ImageEnhance: they
 * mix the image with a degenerate of it. `factor` 0 gives the degenerate, 1 the image, and more leads away
 * from the degenerate. Hue is torchvision's `adjust_hue`. The others send each 8-bit value through a table,
 * as Pillow's ImageOps.
 */
import { clip8, luma, type PackedImage, scratchCopy } from "./image.ts";

/** ImageNet's mean of R, G, B, of values in [0, 1], as in torchvision and timm. */
export const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
/** ImageNet's standard deviation of R, G, B. */
export const IMAGENET_STD = [0.229, 0.224, 0.225] as const;

/**
 * The mean in 8 bits for an image of 1 (its luma) or 3 channels. timm fills with it where there is no image.
 */
export const MEAN_COLOR: Record<number, readonly number[]> = { 1: [117], 3: [124, 116, 104] };

/** Pillow's blend: `from + factor * (to - from)` in float32, cut off to 8 bits. */
function blend(from: number, to: number, factor: number): number {
  return clip8(Math.fround(from + Math.fround(factor * (to - from)))) | 0;
}

/** Mixes with black. */
export function brightness(image: PackedImage, factor: number): void {
  const f = Math.fround(factor);
  mapValues(image, (v) => blend(0, v, f));
}

/** Mixes with an even grey, the image's mean. */
export function contrast(image: PackedImage, factor: number): void {
  const f = Math.fround(factor);
  const mean = meanLuma(image);
  mapValues(image, (v) => blend(mean, v, f));
}

function meanLuma({ pixels, channels }: PackedImage): number {
  let sum = 0;
  if (channels === 1) { for (let i = 0; i < pixels.length; i++) sum += pixels[i]; }
  else for (let i = 0; i < pixels.length; i += 3) sum += luma(pixels[i], pixels[i + 1], pixels[i + 2]);
  return Math.trunc(sum / (pixels.length / channels) + 0.5);
}

/** Mixes with the grey image: saturation. A grey image stays as it is. */
export function color({ pixels, channels }: PackedImage, factor: number): void {
  if (channels === 1 || factor === 1) return;
  const mix = blendOfDifferences(factor);
  for (let i = 0; i < pixels.length; i += 3) {
    const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    const grey = luma(red, green, blue);
    pixels[i] = clip8(grey + mix[red - grey + 255]);
    pixels[i + 1] = clip8(grey + mix[green - grey + 255]);
    pixels[i + 2] = clip8(grey + mix[blue - grey + 255]);
  }
}

const differences = new Float32Array(511);

/** `factor` times each difference of two 8-bit values, -255 to 255. */
function blendOfDifferences(factor: number): Float32Array {
  const f = Math.fround(factor);
  for (let d = -255; d <= 255; d++) differences[d + 255] = f * d;
  return differences;
}

/**
 * Mixes with a smoothed image: a pixel is the mean of its 3 x 3 neighbours, itself counted five times; the
 * border stays.
 */
export function sharpness(image: PackedImage, factor: number): void {
  const { pixels, height, width, channels } = image;
  if (factor === 1) return;
  const mix = blendOfDifferences(factor);
  const source = scratchCopy(pixels);
  const line = width * channels;
  for (let y = 1; y < height - 1; y++) {
    const end = (y + 1) * line - channels;
    for (let i = y * line + channels; i < end; i++) {
      const [up, down] = [i - line, i + line];
      const sum = source[up - channels] + source[up] + source[up + channels] +
        source[i - channels] + 5 * source[i] + source[i + channels] +
        source[down - channels] + source[down] + source[down + channels];
      const smooth = SMOOTH[sum];
      pixels[i] = clip8(smooth + mix[source[i] - smooth + 255]);
    }
  }
}

/** A thirteenth of each sum, rounded. */
const SMOOTH = Uint8Array.from({ length: 13 * 255 + 1 }, (_, sum) => Math.floor(sum / 13 + 0.5));

/**
 * Turns the hue by `shift` of the whole circle, -0.5 to 0.5. It goes by way of Pillow's 8-bit HSV, so that a
 * shift of 0 rounds as well. A grey image stays as it is.
 */
export function hue({ pixels, channels }: PackedImage, shift: number): void {
  if (channels === 1) return;
  const turn = Math.trunc(shift * 255) & 0xff;
  for (let i = 0; i < pixels.length; i += 3) {
    const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    const value = Math.max(red, green, blue);
    const range = value - Math.min(red, green, blue);
    if (range === 0) continue;
    const angle = (hueOf(red, green, blue, value, range) + turn) & 0xff;
    const saturation = Math.trunc(Math.fround(range / value) * 255) / 255;
    if (saturation === 0) pixels[i] = pixels[i + 1] = pixels[i + 2] = value;
    else writeColor(pixels, i, angle, saturation, value);
  }
}

/** The hue as 0 to 255, from 0 for red through green to blue and back. */
function hueOf(red: number, green: number, blue: number, value: number, range: number): number {
  const { fround } = Math;
  const [r, g, b] = [
    fround((value - red) / range),
    fround((value - green) / range),
    fround((value - blue) / range),
  ];
  const sixth = fround(red === value ? b - g : green === value ? 2 + r - b : 4 + g - r);
  return Math.trunc(fround((sixth / 6 + 1) % 1) * 255);
}

/** For each sixth of the circle: the level of red, green and blue, by its place in {@link levels}. */
const SIXTHS = [[0, 3, 1], [2, 0, 1], [1, 0, 3], [1, 2, 0], [3, 1, 0], [0, 1, 2]];
/** Value, least, falling and rising level of a colour. */
const levels = new Uint8Array(4);

function writeColor(pixels: Uint8Array, at: number, angle: number, saturation: number, value: number): void {
  const place = angle * 6 / 255;
  const sixth = Math.floor(place);
  const part = place - sixth;
  levels[0] = value;
  levels[1] = Math.round(value * (1 - saturation));
  levels[2] = Math.round(value * (1 - saturation * part));
  levels[3] = Math.round(value * (1 - saturation * (1 - part)));
  const order = SIXTHS[sixth % 6];
  for (let c = 0; c < 3; c++) pixels[at + c] = levels[order[c]];
}

/** Tables of the three channels, filled anew by every transform. */
const TABLES = [new Uint8Array(256), new Uint8Array(256), new Uint8Array(256)] as const;
const counts = new Int32Array(256);

/**
 * Replaces every value `v` of every channel by `value(v)`, which must lie in [0, 255] and is cut off to a
 * whole number.
 */
function mapValues({ pixels }: PackedImage, value: (v: number) => number): void {
  const table = TABLES[0];
  for (let v = 0; v < 256; v++) table[v] = value(v);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]];
}

/** Inverts: 255 - v. */
export function invert(image: PackedImage): void {
  mapValues(image, (v) => 255 - v);
}

/**
 * Keeps the `bits` most significant bits of each value, 0 (all black; Pillow 13 refuses it) to 8 (no change).
 */
export function posterize(image: PackedImage, bits: number): void {
  const mask = 0xff << (8 - bits);
  mapValues(image, (v) => v & mask);
}

/** Inverts the values from `threshold` on, 0 (all) to 256 (none). */
export function solarize(image: PackedImage, threshold: number): void {
  mapValues(image, (v) => v < threshold ? v : 255 - v);
}

/** Adds `add` to the values below 128, up to 255. */
export function solarizeAdd(image: PackedImage, add: number): void {
  mapValues(image, (v) => v < 128 ? clip8(v + add) : v);
}

/**
 * Stretches each channel so that its darkest value becomes 0 and its lightest 255 (Pillow's `autocontrast`).
 */
export function autoContrast(image: PackedImage): void {
  mapChannels(image, (histogram, table) => {
    let [low, high] = [0, 255];
    while (low < 255 && histogram[low] === 0) low++;
    while (high > 0 && histogram[high] === 0) high--;
    if (high <= low) return identity(table);
    const scale = 255 / (high - low);
    const offset = -low * scale;
    for (let v = 0; v < 256; v++) table[v] = clip8(Math.trunc(v * scale + offset));
  });
}

/** Spreads each channel's values so that all are about equally frequent (Pillow's `equalize`). */
export function equalize(image: PackedImage): void {
  mapChannels(image, (histogram, table) => {
    let [total, last, kinds] = [0, 0, 0];
    for (let v = 0; v < 256; v++) {
      if (histogram[v] === 0) continue;
      total += histogram[v];
      last = histogram[v];
      kinds++;
    }
    const step = Math.floor((total - last) / 255);
    if (kinds <= 1 || step === 0) return identity(table);
    let n = step >> 1;
    for (let v = 0; v < 256; v++) {
      table[v] = clip8(Math.floor(n / step));
      n += histogram[v];
    }
  });
}

function identity(table: Uint8Array): void {
  for (let v = 0; v < 256; v++) table[v] = v;
}

/** Sends each channel through a table that `fill` makes of its histogram. */
function mapChannels(
  { pixels, channels }: PackedImage,
  fill: (histogram: Int32Array, table: Uint8Array) => void,
): void {
  for (let c = 0; c < channels; c++) {
    counts.fill(0);
    for (let i = c; i < pixels.length; i += channels) counts[pixels[i]]++;
    fill(counts, TABLES[c]);
  }
  if (channels === 1) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = TABLES[0][pixels[i]];
    return;
  }
  const [red, green, blue] = TABLES;
  for (let i = 0; i < pixels.length; i += 3) {
    pixels[i] = red[pixels[i]];
    pixels[i + 1] = green[pixels[i + 1]];
    pixels[i + 2] = blue[pixels[i + 2]];
  }
}
