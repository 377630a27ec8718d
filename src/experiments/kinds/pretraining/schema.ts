/**
 * Self-supervised pre-training as an experiment: a masked autoencoder on images without labels (arXiv
 * 2111.06377).
 */
import { z } from "zod";
import { createAutoencoder, maeSchema } from "../../../models/mod.ts";
import type { EpochPace } from "../../../train/mod.ts";
import { asExperimentFault, checkNumbers, checkSchedule } from "../../check.ts";
import { positiveInteger } from "../../../train/mod.ts";
import type { Description } from "../../kind.ts";
import type { FinishedRecord, FinishedResult } from "../../record/folder.ts";
import { recipeIdentity } from "../../record/identity.ts";
import { augmentationIdentity } from "../../../images/mod.ts";
import { augmentationSchema } from "../../../images/schemas.ts";
import { pretrainingRecipeSchema } from "../../../train/mod.ts";

const pretrainingSchema = z.strictObject({
  kind: z.literal("pretraining"),
  /** Names of manifests, one or more. The network is not told which dataset an image is from. */
  datasets: z.array(z.string()).min(1, "pre-training needs a dataset or more"),
  /** Images sampled from each dataset. */
  imagesPerDataset: positiveInteger,
  /**
   * Images of each dataset that are set aside: those that an experiment on the same datasets with the same
   * seed validates on, so that they have not been seen by a network that is probed with them.
   */
  validationPerDataset: positiveInteger,
  /** Side of the square that the network sees, px. */
  imageSize: positiveInteger,
  augmentation: augmentationSchema,
  /** Name of an autoencoder in the registry, for example `mae_vit_micro`, or a configuration of your own. */
  model: z.union([z.string(), maeSchema]),
  /** How it is trained. */
  recipe: pretrainingRecipeSchema,
  /** Decides sampling, initial weights, order, crops and which patches are hidden. */
  seed: z.int().min(0),
});

/**
 * Everything that determines the outcome of one pre-training, as a plain serialisable object; its hash is its
 * identity.
 */
export type Pretraining = z.infer<typeof pretrainingSchema>;

/** `result.json` of a pre-training. */
export interface PretrainingResult extends FinishedResult {
  /** Mean loss of the last epoch: squared error of hidden patches' normalised pixels. */
  loss: number;
  /** Trainable parameters of encoder and decoder. */
  parameters: number;
  /** Share of the training time in which the network waited for images, [0, 1]. */
  inputWait?: number;
}

/** Everything that a finished pre-training leaves behind; the encoder's weights lie beside it. */
export type PretrainingRecord = FinishedRecord<Pretraining, EpochPace, PretrainingResult>;

/** Pre-trainings, as they are checked and hashed. */
export const pretrainingDescription: Description<Pretraining> = {
  kind: "pretraining",
  schema: pretrainingSchema,
  version: 1,
  namesClasses: false,
  label: ({ datasets }) => `${datasets.join(" + ")} (MAE)`,
  datasets: ({ datasets }) => datasets,

  check({ model, imageSize, recipe }) {
    asExperimentFault(() => createAutoencoder(model, imageSize));
    checkSchedule(recipe);
  },

  checkImages({ datasets, imagesPerDataset, validationPerDataset }) {
    checkNumbers(datasets, imagesPerDataset + validationPerDataset);
  },

  /** Fields that are off are left out, such that the hash is the same whether they are off or absent. */
  identity: ({ augmentation, recipe, ...rest }) => ({
    ...rest,
    recipe: recipeIdentity(recipe, () => createAutoencoder(rest.model, rest.imageSize)),
    augmentation: augmentationIdentity(augmentation),
  }),
};
