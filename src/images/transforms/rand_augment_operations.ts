/**
 * The operations of RandAugment (Cubuk et al. 2020) as timm's `auto_augment.py` has them: strengths, signs,
 * names.
 */
import { type AffineOptions, rotate, shearX, shearY, translateX, translateY } from "../affine.ts";
import {
  autoContrast,
  brightness,
  color,
  contrast,
  equalize,
  invert,
  posterize,
  sharpness,
  solarize,
  solarizeAdd,
} from "../color.ts";
import type { PackedImage } from "../image.ts";

/** One operation of RandAugment. */
interface RandAugmentOperation {
  /** timm's name. */
  name: string;
  /** Says in a few words what happens to an image. */
  does: string;
  /** Its argument over the magnitudes from 0 to 10, for a table. */
  parameters: string;
  /** Whether the sign of its argument is random, each with probability 0.5. */
  signed: boolean;
  /** The argument at a magnitude from 0 to 10, with sign 1 or -1. */
  argument(magnitude: number, sign: 1 | -1): number;
  /** Transforms the image in place. */
  apply(image: PackedImage, argument: number, options: AffineOptions): void;
}

type Apply = RandAugmentOperation["apply"];

const none = (name: string, does: string, apply: (image: PackedImage) => void): RandAugmentOperation => ({
  name,
  does,
  parameters: "none",
  signed: false,
  argument: () => 0,
  apply,
});

const moved = (
  name: string,
  does: string,
  most: number,
  unit: string,
  apply: Apply,
): RandAugmentOperation => ({
  name,
  does,
  parameters: `-${most} to ${most} ${unit}`,
  signed: true,
  argument: (magnitude, sign) => sign * magnitude / 10 * most,
  apply,
});

/** Factors from 0.1 to 1.9, growing with the magnitude. */
const enhanced = (name: string, does: string, apply: Apply): RandAugmentOperation => ({
  name,
  does,
  parameters: "factor, 0.1 to 1.9",
  signed: false,
  argument: (magnitude) => magnitude / 10 * 1.8 + 0.1,
  apply,
});

/** Factors from 1, which changes nothing, to 0.1 or 1.9. */
const enhancedIncreasing = (name: string, does: string, apply: Apply): RandAugmentOperation => ({
  name,
  does,
  parameters: "factor, 1 to 0.1 or to 1.9",
  signed: true,
  argument: (magnitude, sign) => Math.max(0.1, 1 + sign * magnitude / 10 * 0.9),
  apply,
});

const bits = (magnitude: number) => Math.trunc(magnitude / 10 * 4);
const threshold = (magnitude: number) => Math.min(256, Math.trunc(magnitude / 10 * 256));

const graded = (
  name: string,
  does: string,
  parameters: string,
  argument: (magnitude: number) => number,
  apply: Apply,
): RandAugmentOperation => ({ name, does, parameters, signed: false, argument, apply });

const CHANGES: [name: string, does: string, apply: Apply][] = [
  ["Color", "saturation: towards grey or away from it", color],
  ["Contrast", "towards the mean grey or away from it", contrast],
  ["Brightness", "towards black or away from it", brightness],
  ["Sharpness", "towards a smoothed image or away from it", sharpness],
];

const before = [
  none("AutoContrast", "stretches each channel to 0 … 255", autoContrast),
  none("Equalize", "makes each channel's values equally frequent", equalize),
  none("Invert", "255 less each value", invert),
  moved("Rotate", "turns about the centre", 30, "degrees", rotate),
];

const after = [
  moved("ShearX", "moves rows sideways, the further down the more", 0.3, "px a row", shearX),
  moved("ShearY", "moves columns, the further right the more", 0.3, "px a column", shearY),
  moved("TranslateXRel", "moves sideways", 0.45, "of the width", translateX),
  moved("TranslateYRel", "moves up or down", 0.45, "of the height", translateY),
];

const brighter = graded(
  "SolarizeAdd",
  "adds to the values below 128",
  "added, 0 to 110",
  (magnitude) => Math.min(128, Math.trunc(magnitude / 10 * 110)),
  solarizeAdd,
);

/** timm's operations without `inc1`. The effect of some shrinks as the magnitude grows. */
export const RAND_AUGMENT_OPERATIONS: readonly RandAugmentOperation[] = [
  ...before,
  graded("Posterize", "keeps the highest bits of each value", "bits kept, 0 to 4", bits, posterize),
  graded("Solarize", "inverts the values from a threshold on", "threshold, 0 to 256", threshold, solarize),
  brighter,
  ...CHANGES.map((change) => enhanced(...change)),
  ...after,
];

/** timm's operations with `inc1`: the greater the magnitude, the greater the effect. */
export const INCREASING_OPERATIONS: readonly RandAugmentOperation[] = [
  ...before,
  graded(
    "PosterizeIncreasing",
    "keeps the highest bits of each value",
    "bits kept, 4 to 0",
    (magnitude) => 4 - bits(magnitude),
    posterize,
  ),
  graded(
    "SolarizeIncreasing",
    "inverts the values from a threshold on",
    "threshold, 256 to 0",
    (magnitude) => 256 - threshold(magnitude),
    solarize,
  ),
  brighter,
  ...CHANGES.map(([name, does, apply]) => enhancedIncreasing(`${name}Increasing`, does, apply)),
  ...after,
];
