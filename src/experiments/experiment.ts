import { z } from "zod";
import { checkAugmentation, checkDisjoint } from "../data/mod.ts";
import { checkImageSize, createModel } from "../models/mod.ts";
import { stepsPerEpoch } from "../train/mod.ts";
import { augmentationSchema, corruptionSchema, count, modelSchema, recipeSchema } from "./schemas.ts";

const experimentSchema = z.strictObject({
  /**
   * Two or more, in the order of the classes: names of manifests in `data_manifests/`, or some of a source's images: an official
   * split (`cifar10@test`), a part dealt out at random (`cifar10#1/3`), or both (`cifar10@train#1/2`).
   */
  datasets: z.array(z.string()).min(2, "a combination needs two datasets or more"),
  /** Training images sampled from each dataset. The paper: 1,000,000. */
  imagesPerDataset: count,
  /** Validation images sampled from each dataset. The paper: 10,000. */
  validationPerDataset: count,
  /** Side of the square that the network sees, px. The paper: 224. */
  imageSize: count,
  /**
   * What training images are called: `true`, the default, by their dataset; `random`, by a dataset dealt out at random (by the
   * seed, each as often as before), so that there is nothing to learn but the images themselves. Validation is by dataset.
   */
  labels: z.enum(["true", "random"]).optional(),
  /** Random transforms of training images. */
  augmentation: augmentationSchema,
  /** What is done to every image, of training and of validation, before anything else (Table 5). Left out or `null`: nothing. */
  corruption: corruptionSchema.nullish(),
  /** Name of a model in the registry, for example `convnext_micro`, or a configuration of your own. */
  model: modelSchema,
  /** How it is trained. */
  recipe: recipeSchema,
  /** Decides sampling, initial weights, order, crops, dropped paths and dropped values. */
  seed: z.int().min(0),
});

/**
 * Everything that determines the outcome of one run, as a plain serialisable object. Its hash is its identity: the same
 * experiment is never trained twice.
 */
export type Experiment = z.infer<typeof experimentSchema>;

/** A fault of an experiment's description, found before anything is trained. */
export class ExperimentError extends Error {
  override name = "ExperimentError";
}

/** One fault that zod found, naming its field. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const of = issue.errors.at(-1)!; // a name is hardly at fault: what is wrong with the configuration
    return of.map((inner) => describeIssue({ ...inner, path: [...issue.path, ...inner.path] })).join(". ");
  }
  const field = issue.path.join(".") || "the experiment";
  if (issue.code !== "unrecognized_keys") return `${field}: ${issue.message}`;
  const where = issue.path.length ? `${field}.` : "";
  return issue.keys.map((key) => `${where}${key}: there is no such field`).join("; ");
}

/** Makes the model, for its faults. */
function checkModel(model: Experiment["model"], classes: number, imageSize: number): void {
  try {
    checkImageSize(model, imageSize);
    createModel(model, classes, imageSize);
  } catch (error) {
    throw new ExperimentError((error as Error).message, { cause: error });
  }
}

/**
 * Checks an experiment.
 *
 * @returns the experiment itself
 * @throws {ExperimentError} naming every field at fault: unknown or missing, out of range, an unknown model, datasets that have
 *   images in common, an image smaller than the network's stride or not divided by its patches, a batch larger than an epoch
 */
export function checkExperiment(experiment: unknown): Experiment {
  const parsed = experimentSchema.safeParse(experiment);
  if (!parsed.success) {
    throw new ExperimentError(`Not an experiment. ${parsed.error.issues.map(describeIssue).join(". ")}.`);
  }
  const { datasets, imageSize, model, recipe, augmentation } = parsed.data;
  try {
    checkAugmentation(augmentation);
  } catch (error) {
    throw new ExperimentError(`${(error as Error).message}.`);
  }
  try {
    checkDisjoint(datasets);
  } catch (error) {
    throw new ExperimentError(`datasets: ${(error as Error).message}.`);
  }
  if (stepsPerEpoch(recipe) < 1) {
    throw new ExperimentError(
      `recipe.batchSize (${recipe.batchSize}) is larger than recipe.samplesPerEpoch (${recipe.samplesPerEpoch}).`,
    );
  }
  checkModel(model, datasets.length, imageSize);
  return parsed.data;
}
