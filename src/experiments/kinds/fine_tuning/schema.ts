/**
 * Fine-tuning as an experiment: a trained network is trained on as a whole, for a task that may be another.
 */
import { z } from "zod";
import { checkImageSize, createEncoder, createModel, modelSchema } from "../../../models/mod.ts";
import type { Proportion } from "../../../stats/mod.ts";
import type { EpochSummary } from "../../../train/mod.ts";
import { asExperimentFault, checkSchedule, ExperimentError } from "../../check.ts";
import { positiveInteger } from "../../../train/mod.ts";
import type { Description } from "../../kind.ts";
import type { FinishedRecord, FinishedResult } from "../../record/folder.ts";
import { inferenceIdentity, recipeIdentity } from "../../record/identity.ts";
import { augmentationSchema, interpolationSchema } from "../../../images/schemas.ts";
import { recipeSchema } from "../../../train/mod.ts";
import { checkTask, datasetsOfTask, taskSchema } from "../../task.ts";
import {
  checkSource,
  checkSourceImages,
  experimentsOf,
  fileSource,
  identityOfSource,
  labelOfSource,
  pretrainingSource,
  runSource,
} from "../../trained_source.ts";
import { augmentationIdentity } from "../../../images/mod.ts";

const fineTuningSchema = z.strictObject({
  kind: z.literal("fine_tuning"),
  /** The network whose weights are the first ones; its classifier is drawn anew. */
  start: z.discriminatedUnion("from", [runSource, pretrainingSource, fileSource]),
  task: taskSchema,
  /** Side of the square that the network sees, px; that of the training before. */
  imageSize: positiveInteger,
  /**
   * The network that is trained. It may differ from the one before in its last norm, its pooling and its
   * stochastic depth.
   */
  model: modelSchema,
  /** Random transforms of training images. */
  augmentation: augmentationSchema,
  /** Filter of the resize at inference. Default: bilinear. The paper's authors: bicubic. */
  inferenceInterpolation: interpolationSchema.optional(),
  /** How it is trained. */
  recipe: recipeSchema,
  /** Factor of the learning rate from each layer to the one before it, (0, 1]. MAE, Table 9: 0.75. */
  layerDecay: z.number().gt(0).max(1),
  /** Decides sampling, the classifier's initial weights, order, crops, dropped paths and dropped values. */
  seed: z.int().min(0),
});

/**
 * Everything that determines the outcome of one fine-tuning, as a plain serialisable object; its hash is its
 * identity.
 */
export type FineTuning = z.infer<typeof fineTuningSchema>;

/** `result.json` of a fine-tuning. */
export interface FineTuningResult extends FinishedResult {
  /** Accuracy on the validation images after the last epoch, with its 95% interval. */
  accuracy: Proportion;
  /** 1 / number of classes. */
  chance: number;
  /** Names of the classes, by number. */
  classes: string[];
  /** Number of trainable parameters. */
  parameters: number;
  /** Hash of the run or pre-training that it started from; absent where it was a file. */
  source?: string;
  /** Share of the training time in which the network waited for images, [0, 1]. */
  inputWait?: number;
}

/** Everything that a finished fine-tuning leaves behind; its network lies beside it. */
export type FineTuningRecord = FinishedRecord<FineTuning, EpochSummary, FineTuningResult>;

/** Fine-tunings, as they are checked and hashed. */
export const fineTuningDescription: Description<FineTuning> = {
  kind: "fine_tuning",
  schema: fineTuningSchema,
  version: 1,
  namesClasses: true,
  label: ({ start }) => `${labelOfSource(start)}, fine-tuned`,
  datasets: ({ task }) => datasetsOfTask(task),
  needs: ({ start }) => experimentsOf(start),

  check({ start, imageSize, model, recipe }) {
    checkSchedule(recipe);
    asExperimentFault(() => checkImageSize(model, imageSize));
    checkSource(start, imageSize);
    checkSharedTensors(start, imageSize, model);
  },

  checkImages({ start, task }) {
    checkSourceImages(start);
    checkTask(task);
  },

  /** Fields that are off are left out, such that the hash is the same whether they are off or absent. */
  identity({ start, augmentation, recipe, inferenceInterpolation, ...rest }) {
    return {
      ...rest,
      start: identityOfSource(start),
      recipe: recipeIdentity(recipe, () => createModel(rest.model, 2, rest.imageSize)),
      augmentation: augmentationIdentity(augmentation),
      ...inferenceIdentity(inferenceInterpolation),
    };
  },
};

/** Tensors that may be drawn anew: weight and bias of the classifier and of the last norm. */
const MOST_NEW = 4;

/**
 * Checks, before the network to start from has been trained, that it will have the tensors of the network
 * that starts from it. Of a file only its content tells, when it is read.
 *
 * @throws {ExperimentError} naming a tensor
 */
function checkSharedTensors(
  { from, ...start }: FineTuning["start"],
  imageSize: number,
  model: FineTuning["model"],
) {
  if (!("experiment" in start)) return;
  const before = from === "run"
    ? createModel(start.experiment.model as FineTuning["model"], 2, imageSize)
    : createEncoder(start.experiment.model as Parameters<typeof createEncoder>[0], imageSize);
  const after = createModel(model, 2, imageSize);
  const known = new Set(before.specs.map(({ name, shape }) => `${name} [${shape}]`));
  const missing = after.specs.map(({ name, shape }) => `${name} [${shape}]`).filter((name) =>
    !known.has(name)
  );
  if (missing.length <= MOST_NEW) return;
  throw new ExperimentError(
    `model: ${before.name}, from which it starts, lacks ${missing.length} tensors of ${after.name}, ` +
      `for example ${missing[0]}. Only the classifier and the last norm may be new.`,
  );
}
