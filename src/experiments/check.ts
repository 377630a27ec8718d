/** Faults of experiments, found before anything is trained. */
import { expectedImages, parseReference } from "../data/mod.ts";
import { partsOf, type Recipe, type Schedule, stepsPerEpoch } from "../train/mod.ts";

/** A fault of an experiment's description, found before anything is trained. */
export class ExperimentError extends Error {
  override name = "ExperimentError";
}

/**
 * Makes a fault of the experiment of whatever a check throws.
 *
 * @param field put before the message, where the check does not name it
 * @throws {ExperimentError} with the message of the check's error
 */
export function asExperimentFault<Value>(check: () => Value, field?: string): Value {
  try {
    return check();
  } catch (cause) {
    const { message } = cause as Error;
    const named = field ? `${field}: ${message}` : message;
    throw new ExperimentError(/[.?!]$/.test(named) ? named : `${named}.`, { cause });
  }
}

/**
 * Checks that an epoch has a batch or more, that batches have the parts that they are taken in, and that
 * training is not stopped after its end.
 *
 * @throws {ExperimentError} naming both fields
 */
export function checkSchedule(recipe: Schedule & Pick<Recipe, "accumulate">): void {
  asExperimentFault(() => partsOf(recipe));
  const { epochs, stopAfter = epochs } = recipe;
  if (stopAfter > epochs) {
    throw new ExperimentError(
      `recipe.stopAfter (${stopAfter}) is larger than recipe.epochs (${epochs}). Leave it out to train to the end.`,
    );
  }
  asExperimentFault(() => stepsPerEpoch(recipe));
}

/**
 * Checks that each dataset has as many images as are asked for.
 *
 * @throws {ExperimentError} for one that has fewer, and one that is named twice
 * @throws {Error} for a dataset that does not exist, listing those that do
 */
export function checkNumbers(datasets: readonly string[], needed: number): void {
  const twice = datasets.find((name, i) => datasets.indexOf(name) !== i);
  if (twice) throw new ExperimentError(`datasets: "${twice}" is named twice.`);
  for (const name of datasets) {
    const images = expectedImages(name);
    if (needed <= images) continue;
    throw new ExperimentError(
      `${needed} images of "${name}" are asked for, to train and to set aside; it has ${images}. Ask for fewer.`,
    );
  }
}

/** A part may have this many times its equal share of images, since groups are dealt out whole. */
const PART_MARGIN = 1.2;

/**
 * Checks that each dataset of a classifier's task has as many images as are asked for.
 *
 * @throws {ExperimentError} for one that has fewer
 * @throws {Error} for a dataset that does not exist, listing those that do
 */
export function checkSplit(
  { datasets, imagesPerDataset, validationPerDataset }: {
    datasets: readonly string[];
    imagesPerDataset: number;
    validationPerDataset: number;
  },
): void {
  const needed = imagesPerDataset + validationPerDataset;
  for (const name of datasets) {
    const isPart = parseReference(name).part !== undefined;
    const images = expectedImages(name);
    if (needed <= (isPart ? PART_MARGIN : 1) * images) continue;
    throw new ExperimentError(
      `imagesPerDataset (${imagesPerDataset}) and validationPerDataset (${validationPerDataset}) ask for ` +
        `${needed} images of "${name}", which has ${
          isPart ? "about " : ""
        }${images}. Ask for fewer, or leave it out.`,
    );
  }
}
