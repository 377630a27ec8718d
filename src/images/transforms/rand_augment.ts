import type { Random } from "../../stats/mod.ts";
import { drawInterpolation, type InterpolationChoice } from "../resample.ts";
import { MEAN_COLOR } from "../imagenet.ts";
import type { PackedImage } from "../image.ts";
import {
  INCREASING_OPERATIONS,
  RAND_AUGMENT_OPERATIONS,
  type RandAugmentOperation,
} from "./rand_augment_operations.ts";

/** RandAugment, read from timm's notation. */
export interface RandAugment {
  /** Strength, 0 to 10. */
  magnitude: number;
  /** Standard deviation of the strength; infinite (timm: above 100): uniform from 0 to the magnitude. */
  magnitudeStd: number;
  /** What a drawn strength is cut off at. */
  magnitudeMax: number;
  /** Operations an image, drawn with replacement. */
  layers: number;
  /** Probability of each drawn operation to be done. */
  probability: number;
  operations: readonly RandAugmentOperation[];
}

const NOTATION =
  "write it as timm does, for example rand-m9-mstd0.5-inc1: rand, then, with -, m (magnitude), n (operations an image), " +
  "p (probability of each), mstd (spread of the magnitude), mmax (its limit), inc (0 or 1)";

/**
 * Reads timm's notation of RandAugment. `rand-m9-mstd0.5-inc1` is the paper's: magnitude 9, its standard deviation 0.5, operations
 * that all grow with the magnitude, two an image, each done with probability 0.5. Left out: m10, n2, p0.5, mstd0, mmax10, inc0.
 * Weighted choices (`t…`) are not offered.
 *
 * @throws Error naming the part that cannot be read
 */
export function parseRandAugment(text: string): RandAugment {
  const [head, ...sections] = text.split("-");
  const fault = (what: string) => new Error(`"${text}" is not a RandAugment: ${what}; ${NOTATION}`);
  if (head !== "rand") throw fault(`it begins with "${head}"`);
  const values: Record<string, number> = { m: 10, n: 2, p: 0.5, mstd: 0, mmax: 10, inc: 0 };
  const seen = new Set<string>();
  for (const section of sections) {
    const [, key, digits] = /^([a-z]+)(\d+(?:\.\d+)?)$/.exec(section) ?? [];
    if (key === undefined || !Object.hasOwn(values, key)) throw fault(`"${section}" is not one of its parts`);
    if (seen.has(key)) throw fault(`"${key}" is given twice`);
    seen.add(key);
    values[key] = Number(digits);
    const wrong = RANGES[key](values[key]);
    if (wrong) throw fault(`"${section}": ${wrong}`);
  }
  return {
    magnitude: values.m,
    magnitudeStd: values.mstd > 100 ? Infinity : values.mstd,
    magnitudeMax: values.mmax,
    layers: values.n,
    probability: values.p,
    operations: values.inc ? INCREASING_OPERATIONS : RAND_AUGMENT_OPERATIONS,
  };
}

/** What is wrong with a part's value, or nothing. */
const RANGES: Record<string, (value: number) => string | undefined> = {
  m: (value) => value <= 10 ? undefined : "a magnitude is 0 to 10",
  n: (value) => Number.isInteger(value) && value <= 15 ? undefined : "it takes 0 to 15 operations an image",
  p: (value) => value <= 1 ? undefined : "a probability is 0 to 1",
  mstd: () => undefined,
  mmax: (value) => value <= 10 ? undefined : "magnitudes above 10 are not defined here",
  inc: (value) => value === 0 || value === 1 ? undefined : "it is 0 or 1",
};

/**
 * Applies RandAugment to an image, in place: as timm's, `layers` operations drawn evenly with replacement; each is done with
 * `probability`, at a magnitude of its own, its sign drawn where it has one; geometric ones fill with ImageNet's mean colour.
 */
export function randAugment(
  image: PackedImage,
  { operations, layers, probability, ...strength }: RandAugment,
  interpolation: InterpolationChoice,
  random: Random,
): void {
  for (let layer = 0; layer < layers; layer++) {
    const operation = operations[random.below(operations.length)];
    if (random.uniform() >= probability) continue;
    const magnitude = drawMagnitude(strength, random);
    const sign = operation.signed && random.uniform() < 0.5 ? -1 : 1;
    const options = {
      interpolation: drawInterpolation(interpolation, random),
      fill: MEAN_COLOR[image.channels],
    };
    operation.apply(image, operation.argument(magnitude, sign), options);
  }
}

function drawMagnitude(
  { magnitude, magnitudeStd, magnitudeMax }: Pick<RandAugment, "magnitude" | "magnitudeStd" | "magnitudeMax">,
  random: Random,
): number {
  let drawn = magnitude;
  if (magnitudeStd === Infinity) drawn = random.uniform() * magnitude;
  else if (magnitudeStd > 0) drawn += random.normal() * magnitudeStd;
  return Math.min(Math.max(drawn, 0), magnitudeMax);
}
