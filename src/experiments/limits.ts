/** Datasets that are smaller than a preset asks for: the environment says how many images there are to take. */

/** Names of the environment variables by the field that they limit. */
const VARIABLES = { imagesPerDataset: "NTD_IMAGES", validationPerDataset: "NTD_VALIDATION" } as const;

/** Numbers of images of each dataset. */
type Sizes = Record<keyof typeof VARIABLES, number>;

/** @throws {Error} when the variable is no whole number of 1 or more */
function limitOf(field: keyof Sizes): number {
  const text = Deno.env.get(VARIABLES[field]);
  if (!text) return Infinity;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new Error(`${VARIABLES[field]}: "${text}" is no number of images; give a whole number, 1 or more.`);
}

/** What a preset asks for, but no more than `NTD_IMAGES` training and `NTD_VALIDATION` validation images of each dataset. */
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
