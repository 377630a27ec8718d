/** Self-supervised pre-training as an experiment: a masked autoencoder on images without labels (arXiv 2111.06377). */
import { z } from "zod";
import { checkAugmentation, expectedImages, manifestOf } from "../data/mod.ts";
import { createAutoencoder, maeSchema } from "../models/mod.ts";
import { type EpochPace, stepsPerEpoch } from "../train/mod.ts";
import { describeIssue, ExperimentError } from "./experiment.ts";
import { identityOf } from "./identity.ts";
import { augmentationSchema, count, recipeSchema } from "./schemas.ts";
import type { FinishedRecord } from "./record.ts";

const pretrainingSchema = z.strictObject({
  kind: z.literal("pretraining"),
  /** Names of manifests, one or more. Which dataset an image is from is not told to the network. */
  datasets: z.array(z.string()).min(1, "pre-training needs a dataset or more"),
  /** Images sampled from each dataset. */
  imagesPerDataset: count,
  /**
   * Images of each dataset that are set aside: those that an experiment on the same datasets with the same seed validates on, so
   * that they have not been seen by a network that is probed with them.
   */
  validationPerDataset: count,
  /** Side of the square that the network sees, px. */
  imageSize: count,
  augmentation: augmentationSchema,
  /** Name of an autoencoder in the registry, for example `mae_vit_micro`, or a configuration of your own. */
  model: z.union([z.string(), maeSchema]),
  /** How it is trained. */
  recipe: recipeSchema.omit({ labelSmoothing: true, mix: true, ema: true }),
  /** Decides sampling, initial weights, order, crops and which patches are hidden. */
  seed: z.int().min(0),
});

/** Everything that determines the outcome of one pre-training, as a plain serialisable object; its hash is its identity. */
export type Pretraining = z.infer<typeof pretrainingSchema>;

/** `result.json` of a pre-training. */
export interface PretrainingResult {
  /** Mean loss of the last epoch: squared error of hidden patches' normalised pixels. */
  loss: number;
  /** Trainable parameters of encoder and decoder. */
  parameters: number;
  /** Wall time in seconds over all sessions. */
  seconds: number;
  /** Share of the training time in which the network waited for images, [0, 1]. */
  inputWait?: number;
  /** What it ran on, for example "TensorFlow 2.21.0, CPU". */
  engine: string;
  /** ISO 8601. */
  finishedAt: string;
}

/** Everything that a finished pre-training leaves behind; the encoder's weights lie beside it. */
export type PretrainingRecord = FinishedRecord<Pretraining, EpochPace, PretrainingResult>;

/**
 * Checks a pre-training and that its datasets are there and large enough.
 *
 * @returns the experiment itself
 * @throws {ExperimentError} naming every field at fault
 * @throws {Error} for a dataset that there is not, listing those that there are
 */
export function checkPretraining(experiment: unknown): Pretraining {
  const parsed = pretrainingSchema.safeParse(experiment);
  if (!parsed.success) {
    throw new ExperimentError(`Not a pre-training. ${parsed.error.issues.map(describeIssue).join(". ")}.`);
  }
  const { datasets, augmentation, model, imageSize, recipe } = parsed.data;
  try {
    checkAugmentation(augmentation);
    createAutoencoder(model, imageSize);
  } catch (error) {
    throw new ExperimentError((error as Error).message, { cause: error });
  }
  if (stepsPerEpoch(recipe) < 1) {
    throw new ExperimentError(
      `recipe.batchSize (${recipe.batchSize}) is larger than recipe.samplesPerEpoch (${recipe.samplesPerEpoch}).`,
    );
  }
  checkNumbers(datasets, parsed.data.imagesPerDataset + parsed.data.validationPerDataset);
  return parsed.data;
}

/**
 * Checks that each dataset has so many images.
 *
 * @throws {ExperimentError} for one that has not, and one that is named twice
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

/** Raised when the code changes such that an old record no longer says what a new pre-training would. */
const RECORD_VERSION = 1;

/** Identity of a pre-training on today's data; the name of its folder under `runs/`. */
export function hashOfPretraining(experiment: Pretraining): string {
  const data = experiment.datasets.map((name) => manifestOf(name).hash);
  return identityOf({ experiment, data, version: RECORD_VERSION });
}
