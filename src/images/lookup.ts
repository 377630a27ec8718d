/**
 * Transforms that send each 8-bit value through a table, one a channel or one for all; in place. Same values as Pillow's ImageOps and
 * `Image.point`.
 */
import type { PackedImage } from "./image.ts";
import { clip8 } from "./rounding.ts";

/** Tables of the three channels, filled anew by every transform. */
const TABLES = [new Uint8Array(256), new Uint8Array(256), new Uint8Array(256)] as const;
const counts = new Int32Array(256);

/** Replaces every value `v` of every channel by `value(v)`, which must lie in [0, 255]; what follows the point is cut off. */
export function mapValues({ pixels }: PackedImage, value: (v: number) => number): void {
  const table = TABLES[0];
  for (let v = 0; v < 256; v++) table[v] = value(v);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]];
}

/** Inverts: 255 - v. */
export function invert(image: PackedImage): void {
  mapValues(image, (v) => 255 - v);
}

/** Keeps the `bits` most significant bits of each value, 0 (all black; Pillow 13 refuses it) to 8 (no change). */
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

/** Stretches each channel such that its darkest value becomes 0 and its lightest 255 (Pillow's `autocontrast`). */
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

/** Spreads each channel's values such that all are about equally frequent (Pillow's `equalize`). */
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
