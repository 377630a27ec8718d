/** A classifier: a network that is trained to tell datasets apart. */
import { z } from "zod";
import { checkDisjoint } from "../../../data/mod.ts";
import { checkImageSize, createModel, modelSchema } from "../../../models/mod.ts";
import type { Proportion } from "../../../stats/mod.ts";
import type { EpochSummary } from "../../../train/mod.ts";
import { asExperimentFault, checkSchedule, checkSplit } from "../../check.ts";
import type { Description } from "../../kind.ts";
import { checkLabelling, seenBy, seenFields } from "../../seen.ts";
import type { FinishedRecord, FinishedResult } from "../../record/folder.ts";
import type { Outcome } from "../../record/outcomes.ts";
import { recipeIdentity } from "../../record/identity.ts";
import { augmentationSchema } from "../../../images/schemas.ts";
import { recipeSchema } from "../../../train/mod.ts";
import { augmentationIdentity } from "../../../images/mod.ts";

const experimentSchema = z.strictObject({
  kind: z.literal("classifier"),
  ...seenFields,
  /** Random transforms of training images. */
  augmentation: augmentationSchema,
  /** Name of a model in the registry, for example `convnext_micro`, or a configuration of your own. */
  model: modelSchema,
  /** How it is trained. */
  recipe: recipeSchema,
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
  identity({ kind, model, recipe, augmentation, ...seen }) {
    return {
      kind,
      model,
      ...seenBy(seen),
      recipe: recipeIdentity(recipe, () => createModel(model, seen.datasets.length, seen.imageSize)),
      augmentation: augmentationIdentity(augmentation),
    };
  },
};
