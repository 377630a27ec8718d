import type { Random } from "../../stats/mod.ts";
import type { PackedImage } from "../image.ts";
import { MEAN_COLOR } from "../color.ts";
import { faultOf, type Parameters, withDefaults } from "../parameters.ts";
import type { Interpolation } from "../resample.ts";
import { INCREASING_OPERATIONS, RAND_AUGMENT_OPERATIONS } from "./rand_augment_operations.ts";
import { drawInterpolation, interpolation, onCopy, transform, type TransformExample } from "./transform.ts";

/** RandAugment (Cubuk et al. 2020) as timm has it. */
export const randAugment = transform({
  name: "RandAugment",
  kind: "RandAugment",
  does: "some of these operations at random, each done half of the time",
  source: "Cubuk et al. 2020, timm rand_augment_transform",
  paperName: "RandAug",
  parameters: {
    randAugment: {
      type: "text",
      default: null,
      does: "the policy; the paper's recipe: rand-m9-mstd0.5-inc1",
      notation: "timm's notation, for example rand-m9-mstd0.5-inc1",
      read: parseRandAugment,
    },
    interpolation,
  },
  isOn: ({ randAugment }) => randAugment !== null,
  apply(image, { randAugment, interpolation }, random) {
    if (randAugment) applyRandAugment(image, policyOf(randAugment), interpolation, random);
  },
  examples: [{
    does: "two of these operations at random, each done half of the time",
    settings: { randAugment: "rand-m9-mstd0.5-inc1", interpolation: "random" },
  }],
  operations: shownOperations(),
});

/** A policy of RandAugment, read from timm's notation. */
interface RandAugmentPolicy {
  /** Strength, 0 to 10. */
  magnitude: number;
  /** Standard deviation of the strength; infinite (timm: above 100): uniform from 0 to the magnitude. */
  magnitudeStd: number;
  /** Limit of a drawn strength. */
  magnitudeMax: number;
  /** Operations an image, drawn with replacement. */
  layers: number;
  /** Probability of each drawn operation to be done. */
  probability: number;
  operations: typeof RAND_AUGMENT_OPERATIONS;
}

/** The parts of timm's notation: letters, each followed by a number. */
const PARTS = {
  m: { type: "number", least: 0, most: 10, default: 10, does: "magnitude" },
  n: { type: "number", least: 0, most: 15, whole: true, default: 2, does: "operations an image" },
  p: { type: "number", least: 0, most: 1, default: 0.5, does: "probability of each" },
  mstd: { type: "number", least: 0, default: 0, does: "spread of the magnitude" },
  mmax: { type: "number", least: 0, most: 10, default: 10, does: "limit of the magnitude" },
  inc: { type: "number", least: 0, most: 1, whole: true, default: 0, does: "1: all grow with the magnitude" },
} as const satisfies Parameters;

const NOTATION = `write it as timm does, for example rand-m9-mstd0.5-inc1: rand, then, with -, ${
  Object.entries(PARTS).map(([key, { does }]) => `${key} (${does})`).join(", ")
}`;

/**
 * Reads timm's notation of RandAugment. `rand-m9-mstd0.5-inc1` is the paper's: magnitude 9 with a standard
 * deviation of 0.5, and operations that all grow with the magnitude, two an image, each done with probability
 * 0.5. timm's weighted choices (`t…`) are not offered.
 *
 * @throws {Error} naming the part that cannot be read
 */
export function parseRandAugment(text: string): RandAugmentPolicy {
  const [head, ...sections] = text.split("-");
  const fault = (what: string) => new Error(`"${text}" is not a RandAugment: ${what}; ${NOTATION}`);
  if (head !== "rand") throw fault(`it begins with "${head}"`);
  const given: Partial<Record<string, number>> = {};
  for (const section of sections) {
    const [, key, digits] = /^([a-z]+)(\d+(?:\.\d+)?)$/.exec(section) ?? [];
    if (key === undefined || !Object.hasOwn(PARTS, key)) throw fault(`"${section}" is not one of its parts`);
    if (key in given) throw fault(`"${key}" is given twice`);
    given[key] = Number(digits);
    const wrong = faultOf(PARTS[key as keyof typeof PARTS], given[key], key);
    if (wrong) throw fault(`"${section}": ${wrong}`);
  }
  const values = withDefaults(PARTS, given);
  return {
    magnitude: values.m,
    magnitudeStd: values.mstd > 100 ? Infinity : values.mstd,
    magnitudeMax: values.mmax,
    layers: values.n,
    probability: values.p,
    operations: values.inc ? INCREASING_OPERATIONS : RAND_AUGMENT_OPERATIONS,
  };
}

let latest: { text: string; policy: RandAugmentPolicy } | undefined;

/** The policy of a text, read once for many images. */
function policyOf(text: string): RandAugmentPolicy {
  if (latest?.text !== text) latest = { text, policy: parseRandAugment(text) };
  return latest.policy;
}

/**
 * Applies RandAugment to an image in place, as timm does. `layers` operations are drawn evenly with
 * replacement. Each is done with `probability`, at a magnitude of its own, with a random sign where it has
 * one. Geometric operations fill with ImageNet's mean colour.
 */
export function applyRandAugment(
  image: PackedImage,
  { operations, layers, probability, ...strength }: RandAugmentPolicy,
  interpolation: Interpolation | "random",
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
  { magnitude, magnitudeStd, magnitudeMax }: Pick<
    RandAugmentPolicy,
    "magnitude" | "magnitudeStd" | "magnitudeMax"
  >,
  random: Random,
): number {
  let drawn = magnitude;
  if (magnitudeStd === Infinity) drawn = random.uniform() * magnitude;
  else if (magnitudeStd > 0) drawn += random.normal() * magnitudeStd;
  return Math.min(Math.max(drawn, 0), magnitudeMax);
}

/** Operations are shown at the paper's magnitude. */
const SHOWN_MAGNITUDE = 9;

/** Every operation of both lists once. */
function shownOperations(): TransformExample[] {
  const all = [...INCREASING_OPERATIONS, ...RAND_AUGMENT_OPERATIONS];
  const byName = new Map(all.map((operation) => [operation.name, operation]));
  return [...byName.values()].map(({ name, does, parameters, argument, apply }) => ({
    name,
    kind: "RandAugment",
    does,
    parameters,
    source: "timm auto_augment",
    example: onCopy((image, random) => {
      const sign = random.uniform() < 0.5 ? -1 : 1;
      const options = { interpolation: "bicubic", fill: MEAN_COLOR[image.channels] } as const;
      apply(image, argument(SHOWN_MAGNITUDE, sign), options);
    }),
  }));
}
