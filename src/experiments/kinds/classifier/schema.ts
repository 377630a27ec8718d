/** A classifier: a network that is trained to tell datasets apart. */
import { z } from "zod";
import { checkDisjoint } from "../../../data/mod.ts";
import { checkImageSize, createModel, modelSchema } from "../../../models/mod.ts";
import type { Proportion } from "../../../stats/mod.ts";
import type { EpochSummary } from "../../../train/mod.ts";
import { asExperimentFault, checkSchedule, checkSplit } from "../../check.ts";
import { positiveInteger } from "../../../train/mod.ts";
import type { Description } from "../../kind.ts";
import { checkLabelling } from "../../labels.ts";
import type { FinishedRecord, FinishedResult } from "../../record/folder.ts";
import type { Outcome } from "../../record/outcome.ts";
import { inferenceIdentity, recipeIdentity } from "../../record/identity.ts";
import { augmentationSchema, corruptionSchema, interpolationSchema } from "../../../images/schemas.ts";
import { recipeSchema } from "../../../train/mod.ts";
import { augmentationIdentity } from "../../../images/mod.ts";

const experimentSchema = z.strictObject({
  kind: z.literal("classifier"),
  /**
   * Two or more, in the order of the classes: names of manifests in `data_manifests/`, or some of a source's
   * images: an official split (`cifar10@test`), a part dealt out at random (`cifar10#1/3`), both
   * (`cifar10@train#1/2`), or a part of several together (`tabler+mdi#1/3`).
   */
  datasets: z.array(z.string()).min(2, "a combination needs two datasets or more"),
  /** Training images sampled from each dataset. The paper: 1,000,000. */
  imagesPerDataset: positiveInteger,
  /** Validation images sampled from each dataset. The paper: 10,000. */
  validationPerDataset: positiveInteger,
  /** Side of the square that the network sees, px. The paper: 224. */
  imageSize: positiveInteger,
  /**
   * Labels of training images. `true`, the default: their datasets. `random`: datasets dealt out at random,
   * each equally often among the images of every dataset, so that nothing can be learnt but the images
   * themselves. Validation images keep their true labels. `origin`: of parts of several datasets together
   * (`tabler+mdi#1/2`, `tabler+mdi#2/2`) not the part is told, but the dataset that an image is of, in
   * training and validation: the very images of the pseudo-datasets, told apart as real ones.
   */
  labels: z.enum(["true", "random", "origin"]).optional(),
  /**
   * Number of the deal of random labels. Default: 0. Deals of one seed share images, initial weights and
   * order, so that they differ in nothing but the labels: the spread of their outcomes is that of the deal.
   */
  deal: z.int().min(0).optional(),
  /** Random transforms of training images. */
  augmentation: augmentationSchema,
  /**
   * Corruption of every image, of training and of validation, before augmentation (Table 5). Left out or
   * `null`: none.
   */
  corruption: corruptionSchema.nullish(),
  /** Filter of the resize at inference. Default: bilinear. The paper's authors: bicubic. */
  inferenceInterpolation: interpolationSchema.optional(),
  /**
   * Whether every image is first resized and centre cropped to `imageSize`: then the pixels that the network
   * sees are corrupted, and augmentation starts from them. Default: false, the stored image is corrupted,
   * and the resize after it averages part of a corruption away.
   */
  fitFirst: z.boolean().optional(),
  /** Name of a model in the registry, for example `convnext_micro`, or a configuration of your own. */
  model: modelSchema,
  /** How it is trained. */
  recipe: recipeSchema,
  /** Decides sampling, initial weights, order, crops, dropped paths and dropped values. */
  seed: z.int().min(0),
});

/**
 * Everything that determines the outcome of training a network to tell datasets apart, as a plain
 * serialisable object. Its hash is its identity: the same experiment is never trained twice.
 */
export type Experiment = z.infer<typeof experimentSchema>;

/** `result.json`: the outcome. */
export interface Result extends FinishedResult, Outcome {
  /**
   * Accuracy, with its 95% interval, on training images without augmentation, against the labels of the
   * training: of all images, or of the first of each dataset in the order of sampling where there are more
   * than 10,000.
   */
  training: Proportion;
  /** Number of trainable parameters. */
  parameters: number;
  /** Wall time in seconds over all sessions of the run. */
  seconds: number;
  /** Share of the training time in which the network waited for images, [0, 1]. */
  inputWait?: number;
}

/** Everything that a finished classifier leaves behind; its network lies beside it. */
export type RunRecord = FinishedRecord<Experiment, EpochSummary, Result>;

/** Classifiers, as they are checked and hashed. */
export const classifierDescription: Description<Experiment> = {
  kind: "classifier",
  schema: experimentSchema,
  /**
   * 2: images are normalised inside of the compiled step, which rounds the last bit of a value otherwise than
   * the table of 1 did. 3: the result has the training accuracy.
   */
  version: 3,
  namesClasses: true,
  label: ({ datasets }) => datasets.join(" + "),
  datasets: ({ datasets }) => datasets,

  check({ datasets, labels, deal, imageSize, model, recipe }) {
    asExperimentFault(() => checkDisjoint(datasets), "datasets");
    checkLabelling({ datasets, labels, deal });
    checkSchedule(recipe);
    asExperimentFault(() => {
      checkImageSize(model, imageSize);
      createModel(model, datasets.length, imageSize);
    });
  },

  checkImages: checkSplit,

  /** Fields that are off are left out, such that the hash is the same whether they are off or absent. */
  identity(
    { corruption, fitFirst, labels, deal = 0, recipe, augmentation, inferenceInterpolation, ...rest },
  ) {
    return {
      ...rest,
      ...(corruption && { corruption }),
      ...(fitFirst && { fitFirst }),
      // `deal` is always there, since before it was a field the labels were dealt in another way.
      ...(labels === "random" && { labels, deal }),
      ...(labels === "origin" && { labels }),
      recipe: recipeIdentity(recipe),
      augmentation: augmentationIdentity(augmentation),
      ...inferenceIdentity(inferenceInterpolation),
    };
  },
};
