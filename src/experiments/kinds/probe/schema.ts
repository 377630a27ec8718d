/** A linear probe as an experiment: how well given features tell the classes of a task apart. */
import { z } from "zod";
import { createEncoder, createModel, describe, type Model, modelSchema } from "../../../models/mod.ts";
import { type LinearProbeRecipe, prefixTokens, type ProbeCandidate } from "../../../probe/mod.ts";
import type { Proportion } from "../../../stats/mod.ts";
import type { EpochSummary } from "../../../train/mod.ts";
import { checkSchedule, ExperimentError } from "../../check.ts";
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
  type TrainedSource,
} from "../../trained_source.ts";

const seed = z.int().min(0);

/** The source of the features. */
const featuresSchema = z.discriminatedUnion("from", [
  runSource,
  pretrainingSource,
  /** A network with its initial weights. */
  z.strictObject({ from: z.literal("random"), model: modelSchema, seed }),
  fileSource.extend({ model: modelSchema }),
  /** The pixels themselves, averaged down to `side` x `side`. */
  z.strictObject({ from: z.literal("pixels"), side: positiveInteger }),
  z.strictObject({ from: z.literal("color-histogram"), bins: z.int().min(2).max(32) }),
  /**
   * No probe: a whole network is trained on the task, for comparison. Layers, pooling and the probe's
   * settings are not used.
   */
  z.strictObject({
    from: z.literal("end-to-end"),
    model: modelSchema,
    augmentation: augmentationSchema,
    recipe: recipeSchema,
  }),
]);

const probeRecipeSchema = z.strictObject({
  epochs: positiveInteger,
  warmupEpochs: z.number().min(0),
  batchSize: positiveInteger,
  momentum: z.number().min(0).lt(1),
  weightDecay: z.number().min(0),
  trustCoefficient: z.number().positive().nullable(),
}) satisfies z.ZodType<Omit<LinearProbeRecipe, "baseLearningRate">>;

const probeSchema = z.strictObject({
  kind: z.literal("probe"),
  features: featuresSchema,
  task: taskSchema,
  /**
   * Side of the square that the network sees, px; that of the network's training where it is a run's or a
   * pre-training's.
   */
  imageSize: positiveInteger,
  /** Filter of the resize at inference. Default: bilinear. The paper's authors: bicubic. */
  inferenceInterpolation: interpolationSchema.optional(),
  /** Layers of the network to choose from, by timm's names. Not used for pixels and histograms. */
  layers: z.array(z.string()),
  /** How a layer's output becomes one vector an image. */
  pooling: z.enum(["mean", "class-token", "flatten"]),
  recipe: probeRecipeSchema,
  /** Learning rates of a batch of 256 to choose from. The paper, for Table 8: 0.1, 0.2, 0.3. */
  baseLearningRates: z.array(z.number().positive()).min(1),
  /** Share of the training images on which layer and learning rate are chosen. */
  heldOut: z.number().gt(0).lt(1),
  /** Decides sampling, what is held out, and the classifier's initial weights and order. */
  seed,
});

/**
 * Everything that determines the outcome of one probe, as a plain serialisable object; its hash is its
 * identity.
 */
export type Probe = z.infer<typeof probeSchema>;
export type FeatureSource = Probe["features"];

/** `result.json` of a probe. */
interface ProbeOutcome extends FinishedResult {
  /** Accuracy on the validation images, which were looked at once, with its 95% interval. */
  accuracy: Proportion;
  /** 1 / number of classes. */
  chance: number;
  /** Names of the classes, by number. */
  classes: string[];
  /** The setting that was best on held-out training images; absent where a whole network was trained. */
  layer?: string;
  baseLearningRate?: number;
  /** Every setting, and how it did on the held-out training images. */
  candidates?: ProbeCandidate[];
  /** Hash of the run or pre-training whose network was probed. */
  source?: string;
}

/** Everything that a finished probe leaves behind. Only a whole network has epochs. */
export type ProbeRecord = FinishedRecord<Probe, EpochSummary, ProbeOutcome>;

/** The network whose layers are read; `undefined` for features that come from none. */
export function probedModel(features: FeatureSource, imageSize: number): Model | undefined {
  if (ofImage(features)) return undefined;
  if (features.from === "pretraining") return createEncoder(features.experiment.model, imageSize);
  if (features.from !== "run") return createModel(features.model, 2, imageSize);
  const { model, datasets } = features.experiment;
  return createModel(model, datasets.length, imageSize);
}

/** Probes, as they are checked and hashed. */
export const probeDescription: Description<Probe> = {
  kind: "probe",
  schema: probeSchema,
  /** 2: pixels and histograms of grey images have one channel in place of three equal ones. */
  version: 2,
  namesClasses: false,
  label: labelOf,
  datasets: ({ task }) => datasetsOfTask(task),
  needs: ({ features }) => experimentsOf(features),

  check(probe) {
    if (isTrained(probe.features)) checkSource(probe.features, probe.imageSize);
    if (probe.features.from === "end-to-end") checkSchedule(probe.features.recipe);
    checkLayers(probe);
  },

  checkImages({ features, task }) {
    if (isTrained(features)) checkSourceImages(features);
    checkTask(task);
  },

  /** Fields that are not used with the features do not count. */
  identity({
    layers,
    pooling,
    recipe,
    baseLearningRates,
    heldOut,
    features,
    inferenceInterpolation,
    ...rest
  }) {
    const fit = { recipe, baseLearningRates, heldOut };
    const reading = ofImage(features) ? fit : { ...fit, layers, pooling };
    return {
      ...rest,
      ...(features.from === "end-to-end" ? {} : reading),
      ...inferenceIdentity(inferenceInterpolation),
      features: isTrained(features) ? identityOfSource(features) : identityOfOwn(features, rest.imageSize),
    };
  },
};

/** The part of features that nobody has trained before that has a bearing on the outcome. */
function identityOfOwn(features: Exclude<FeatureSource, TrainedSource>, imageSize: number): unknown {
  if (features.from !== "end-to-end" || features.recipe.accumulate === undefined) return features;
  const { model, recipe } = features;
  return { ...features, recipe: recipeIdentity(recipe, () => createModel(model, 2, imageSize)) };
}

/** Whether features are of a network that an experiment, or somebody else, has trained. */
export function isTrained(features: FeatureSource): features is Extract<FeatureSource, TrainedSource> {
  return features.from === "run" || features.from === "pretraining" || features.from === "file";
}

/** Whether features are computed from the image itself, without a network. */
export function ofImage(
  features: FeatureSource,
): features is Extract<FeatureSource, { from: "pixels" | "color-histogram" }> {
  return features.from === "pixels" || features.from === "color-histogram";
}

/** "cifar10 (MAE)", "random convnext_micro", "cifar10 (classes)", … */
function labelOf({ features, task }: Probe): string {
  if (features.from === "end-to-end") {
    const shown = task.of === "words" ? task.trainedOn : datasetsOfTask(task);
    return `${shown.join(" + ")} (${task.of})`;
  }
  if (ofImage(features)) return features.from;
  if (features.from === "run" || features.from === "pretraining") return labelOfSource(features);
  const { model } = features;
  return `${features.from} ${typeof model === "string" ? model : model.family}`;
}

function checkLayers({ features, imageSize, layers, pooling }: Probe): void {
  if (features.from === "end-to-end") return;
  const model = probedModel(features, imageSize);
  if (!model) return;
  const unknown = layers.find((layer) => !model.layers.includes(layer));
  if (layers.length > 0 && unknown === undefined) {
    if (pooling === "class-token") checkClassToken(model, imageSize, layers);
    return;
  }
  const fault = unknown === undefined ? "give one or more" : `${model.name} has no layer "${unknown}"`;
  throw new ExperimentError(`layers: ${fault}. Its layers: ${model.layers.join(", ")}.`);
}

/** Checks that each layer gives a class token, or is pooled already. */
function checkClassToken(model: Model, imageSize: number, layers: readonly string[]): void {
  const outputs = describe(model, imageSize).layers.filter(({ output }) => output.length > 1);
  const without = outputs.find(({ layer, output }) =>
    layers.includes(layer) && (output.length !== 2 || prefixTokens(model, layer) === 0)
  );
  if (!without) return;
  throw new ExperimentError(
    `pooling: "${without.layer}" has no class token: pool it by "mean" or "flatten".`,
  );
}
