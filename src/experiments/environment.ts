/**
 * Environment variables that decide about experiments: the preset, the datasets, and limits for small
 * datasets.
 */
import { datasetsOf } from "../data/mod.ts";
import { repositoryRoot } from "../disk/mod.ts";

/** How large everything is: seconds, minutes or GPU-days. */
export const presets = ["smoke", "laptop", "paper"] as const;
export type Preset = typeof presets[number];

/**
 * The preset that the environment asks for (`NTD_PRESET`, which headless runs set), else `laptop`.
 *
 * @throws {Error} for an unknown name
 */
export function presetFromEnvironment(): Preset {
  const name = Deno.env.get("NTD_PRESET") || "laptop";
  if ((presets as readonly string[]).includes(name)) return name as Preset;
  throw new Error(`NTD_PRESET: there is no preset "${name}". Known presets: ${presets.join(", ")}.`);
}

/**
 * The datasets that the environment asks for (`NTD_DATASETS`, which headless runs set: a collection, or names
 * or paths of folders with commas between), else those given. Relative paths start at the repository:
 * notebooks run in a folder of their own.
 *
 * @throws {Error} for an unknown name, listing the known ones
 */
export function datasetsFromEnvironment(otherwise: string[]): string[] {
  const choice = Deno.env.get("NTD_DATASETS");
  return choice ? datasetsOf(choice, undefined, repositoryRoot) : otherwise;
}

/** Names of the environment variables by the field that they limit. */
const VARIABLES = { imagesPerDataset: "NTD_IMAGES", validationPerDataset: "NTD_VALIDATION" } as const;

/** Numbers of images of each dataset. */
type Sizes = Record<keyof typeof VARIABLES, number>;

/**
 * The limit of a number of images; `Infinity` where none is set.
 *
 * @throws {Error} when the variable is no whole number of 1 or more
 */
function limitOf(field: keyof Sizes): number {
  const text = Deno.env.get(VARIABLES[field]);
  if (!text) return Infinity;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new Error(`${VARIABLES[field]}: "${text}" is no number of images; give a whole number, 1 or more.`);
}

/**
 * A preset's numbers, but no more than `NTD_IMAGES` training and `NTD_VALIDATION` validation images of each
 * dataset.
 */
export function limited<S extends Sizes>(scale: S): S {
  return {
    ...scale,
    imagesPerDataset: Math.min(scale.imagesPerDataset, limitOf("imagesPerDataset")),
    validationPerDataset: Math.min(scale.validationPerDataset, limitOf("validationPerDataset")),
  };
}

/**
 * The values of an axis of training images a dataset that `NTD_IMAGES` allows.
 *
 * @throws {Error} when it allows none of them
 */
export function sizesFromEnvironment(sizes: readonly number[]): number[] {
  const limit = limitOf("imagesPerDataset");
  const allowed = sizes.filter((size) => size <= limit);
  if (allowed.length > 0) return allowed;
  throw new Error(
    `NTD_IMAGES: ${limit} is fewer than the least of ${sizes.join(", ")} images; give smaller sizes.`,
  );
}
