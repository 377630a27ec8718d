/**
 * Corruptions of the paper's Table 5. Not augmentations: a corruption is part of the data, training and validation images alike, and
 * an image looks the same every time it is shown. What is random about it is decided by the stream that the caller names, from the
 * corruption's seed and the image's key.
 */
import type { Random } from "../stats/mod.ts";
import { gaussianBlur } from "./blur.ts";
import { colorJitter } from "./transforms/color_jitter.ts";
import { clip8, type PackedImage } from "./image.ts";
import { resample } from "./resample.ts";

/** A corruption; sizes in px of the image that it is applied to (see {@link scaleCorruption}). */
export type Corruption =
  /** torchvision's ColorJitter with this brightness, contrast and saturation, as timm reads a single strength. */
  | { name: "color-jitter"; strength: number; seed: number }
  /** Normal noise of this standard deviation, of values in [0, 1], cut off there. */
  | { name: "gaussian-noise"; std: number; seed: number }
  /** Pillow's GaussianBlur. */
  | { name: "gaussian-blur"; radius: number }
  /** Resized to `size` x `size` px and back, bilinearly. */
  | { name: "low-resolution"; size: number };

/**
 * The eight of Table 5, whose sizes are for images of which 256 px, the shorter side, become a network's 224: with "YCD" and
 * ConvNeXt-T, 84.7% without, 81.1, 80.2, 77.3, 75.1, 80.9, 78.1, 78.4 and 68.4% in this order. The paper does not say what strength
 * means for hue: it is left alone.
 */
export const PAPER_CORRUPTIONS: readonly Corruption[] = [
  { name: "color-jitter", strength: 1, seed: 0 },
  { name: "color-jitter", strength: 2, seed: 0 },
  { name: "gaussian-noise", std: 0.2, seed: 0 },
  { name: "gaussian-noise", std: 0.3, seed: 0 },
  { name: "gaussian-blur", radius: 3 },
  { name: "gaussian-blur", radius: 5 },
  { name: "low-resolution", size: 64 },
  { name: "low-resolution", size: 32 },
];

/** Side of the stored image that the sizes of {@link PAPER_CORRUPTIONS} are for, px. */
const PAPER_SIDE = 256;

/**
 * A corruption of the paper for images of another size, its px in proportion to the side: for stored images of 64 px a blur of
 * radius 3 becomes one of 0.75, which spreads over the same part of a picture, and a low resolution of 64 px one of 16, which
 * keeps the same share of the pixels. Small images have less to lose: a notebook that wants the corruption to be as many px of
 * what the network sees as in the paper names its own sizes.
 *
 * @param side side of the stored images, px; of photographs stored as JPEG what their shorter side was reduced to
 */
export function scaleCorruption(corruption: Corruption, side: number): Corruption {
  const scale = side / PAPER_SIDE;
  if (corruption.name === "gaussian-blur") return { ...corruption, radius: corruption.radius * scale };
  if (corruption.name === "low-resolution") {
    return { ...corruption, size: Math.max(1, Math.round(corruption.size * scale)) };
  }
  return corruption;
}

/**
 * Checks a corruption.
 *
 * @throws Error naming the field at fault
 */
export function checkCorruption(corruption: Corruption): void {
  const amounts = { strength: undefined, std: undefined, radius: undefined, size: undefined, ...corruption };
  for (const field of ["strength", "std", "radius"] as const) {
    const amount = amounts[field];
    if (amount === undefined || amount >= 0) continue;
    throw new Error(`corruption.${field} is ${amount}; it must be 0 or more`);
  }
  if (amounts.size !== undefined && !(Number.isInteger(amounts.size) && amounts.size >= 1)) {
    throw new Error(`corruption.size is ${amounts.size}; it must be a whole number of pixels, 1 or more`);
  }
}

/**
 * Corrupts an image in place.
 *
 * @param random decides colours and noise: name it by the corruption's seed and the image's key
 */
export function corrupt(image: PackedImage, corruption: Corruption, random: Random): void {
  if (corruption.name === "color-jitter") {
    const { strength } = corruption;
    colorJitter(image, { brightness: strength, contrast: strength, saturation: strength, hue: 0 }, random);
  } else if (corruption.name === "gaussian-noise") gaussianNoise(image, corruption.std, random);
  else if (corruption.name === "gaussian-blur") gaussianBlur(image, corruption.radius);
  else lowResolution(image, corruption.size);
}

/** Adds normal noise to every value, `std` on the scale of [0, 1]. */
export function gaussianNoise({ pixels }: PackedImage, std: number, random: Random): void {
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = clip8(Math.round(pixels[i] + 255 * std * random.normal()));
  }
}

let small = new Uint8Array(0);

/** Resizes to `size` x `size` px and back, both with Pillow's BILINEAR. */
export function lowResolution(image: PackedImage, size: number): void {
  const { pixels, height, width, channels } = image;
  if (small.length < size * size * channels) small = new Uint8Array(size * size * channels);
  const whole = { left: 0, top: 0, width, height };
  const reduced = { left: 0, top: 0, width: size, height: size };
  resample(image, whole, size, size, reduced, small);
  resample({ pixels: small, height: size, width: size, channels }, reduced, width, height, whole, pixels);
}
