/** A linear probe as an experiment: what can be read off given features, for one task. */
import { z } from "zod";
import { datasetHash, manifestOf } from "../data/mod.ts";
import { createEncoder, createModel, type Model } from "../models/mod.ts";
import type { LinearProbeRecipe, ProbeCandidate } from "../probe/mod.ts";
import type { Proportion } from "../stats/mod.ts";
import { checkExperiment, describeIssue, type Experiment, ExperimentError } from "./experiment.ts";
import { identityOf } from "./identity.ts";
import { augmentationSchema, count, modelSchema, recipeSchema } from "./schemas.ts";
import { checkNumbers, checkPretraining, hashOfPretraining, type Pretraining } from "./pretraining.ts";
import { type EpochLine, type FinishedRecord } from "./record.ts";
import { checkRunnable, hashOf } from "./run.ts";
import { sha256OfFile } from "./file_identity.ts";

const seed = z.int().min(0);

/** Whose features. */
const featuresSchema = z.discriminatedUnion("from", [
  /** Of the network of a run, which is run first where its record isn't there. */
  z.strictObject({ from: z.literal("run"), experiment: z.custom<Experiment>() }),
  /** Of the encoder of a pre-training, which is run first where its record isn't there. */
  z.strictObject({ from: z.literal("pretraining"), experiment: z.custom<Pretraining>() }),
  /** Of a network with the weights that it is drawn with. */
  z.strictObject({ from: z.literal("random"), model: modelSchema, seed }),
  /** Of a network whose weights lie in a safetensors file with timm's names. Known by the file's content, not by its path. */
  z.strictObject({ from: z.literal("file"), path: z.string().min(1), model: modelSchema }),
  /** The pixels themselves, averaged down to `side` x `side`. */
  z.strictObject({ from: z.literal("pixels"), side: count }),
  z.strictObject({ from: z.literal("color-histogram"), bins: z.int().min(2).max(32) }),
  /** No probe: a whole network is trained on the task, for comparison. Layers, pooling and the probe's settings have no bearing. */
  z.strictObject({
    from: z.literal("end-to-end"),
    model: modelSchema,
    augmentation: augmentationSchema,
    recipe: recipeSchema,
  }),
]);

/** What is to be told apart. */
const taskSchema = z.discriminatedUnion("of", [
  /** Which dataset an image is from; on the images of an experiment with the same numbers and seed. */
  z.strictObject({
    of: z.literal("datasets"),
    datasets: z.array(z.string()).min(2, "telling datasets apart needs two or more"),
    imagesPerDataset: count,
    validationPerDataset: count,
  }),
  /** The semantic classes of one dataset. */
  z.strictObject({ of: z.literal("classes"), dataset: z.string(), images: count, validation: count }),
  /** What is drawn, where `drawnBy` or more of the datasets draw it; see `sampleConcepts`. */
  z.strictObject({
    of: z.literal("concepts"),
    datasets: z.array(z.string()).min(1),
    concepts: z.int().min(2),
    drawnBy: count,
    validationPerConcept: count,
  }),
]);

const probeRecipeSchema = z.strictObject({
  epochs: count,
  warmupEpochs: z.number().min(0),
  batchSize: count,
  momentum: z.number().min(0).lt(1),
  weightDecay: z.number().min(0),
  trustCoefficient: z.number().positive().nullable(),
}) satisfies z.ZodType<Omit<LinearProbeRecipe, "baseLearningRate">>;

const probeSchema = z.strictObject({
  kind: z.literal("probe"),
  features: featuresSchema,
  task: taskSchema,
  /** Side of the square that the network sees, px; that of the network's training where it is a run's or a pre-training's. */
  imageSize: count,
  /** Layers of the network to choose from, by timm's names. Of no bearing for pixels and histograms. */
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

/** Everything that determines the outcome of one probe, as a plain serialisable object; its hash is its identity. */
export type Probe = z.infer<typeof probeSchema>;
export type FeatureSource = Probe["features"];
export type ProbeTask = Probe["task"];

/** `result.json` of a probe. */
export interface ProbeOutcome {
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
  /** Wall time in seconds of the session that finished it, without the runs before it. */
  seconds: number;
  /** What it ran on, for example "TensorFlow 2.21.0, CPU". */
  engine: string;
  /** ISO 8601. */
  finishedAt: string;
}

/** Everything that a finished probe leaves behind. Epochs are those of a whole network; a probe has none. */
export type ProbeRecord = FinishedRecord<Probe, EpochLine, ProbeOutcome>;

/** Names of the datasets whose images a task shows. */
export const datasetsOfTask = (task: ProbeTask): string[] =>
  task.of === "classes" ? [task.dataset] : task.datasets;

/** The network whose layers are read; `undefined` for features that come from none. */
export function probedModel(features: FeatureSource, imageSize: number): Model | undefined {
  if (features.from === "pixels" || features.from === "color-histogram") return undefined;
  if (features.from === "pretraining") return createEncoder(features.experiment.model, imageSize);
  if (features.from !== "run") return createModel(features.model, 2, imageSize);
  const { model, datasets } = features.experiment;
  return createModel(model, datasets.length, imageSize);
}

/**
 * Checks a probe, with the run or pre-training that it refers to.
 *
 * @returns the experiment itself
 * @throws {ExperimentError} naming every field at fault
 * @throws {Error} for a dataset or a file that there is not
 */
export function checkProbe(probe: unknown): Probe {
  const parsed = probeSchema.safeParse(probe);
  if (!parsed.success) {
    throw new ExperimentError(`Not a probe. ${parsed.error.issues.map(describeIssue).join(". ")}.`);
  }
  const { features, task, imageSize } = parsed.data;
  checkFeatures(features, imageSize);
  checkLayers(parsed.data);
  if (task.of === "datasets") {
    checkNumbers(task.datasets, task.imagesPerDataset + task.validationPerDataset);
  } else if (task.of === "classes") {
    checkNumbers([task.dataset], task.images + task.validation);
  } else checkNumbers(task.datasets, 1);
  return parsed.data;
}

function checkFeatures(features: FeatureSource, imageSize: number): void {
  if (features.from === "run") checkRunnable(checkExperiment(features.experiment));
  if (features.from === "pretraining") checkPretraining(features.experiment);
  if (features.from === "file") sha256OfFile(features.path);
  if (!("experiment" in features) || features.experiment.imageSize === imageSize) return;
  throw new ExperimentError(
    `imageSize: the probe has ${imageSize} px, its network was trained at ${features.experiment.imageSize} px; they must be equal.`,
  );
}

function checkLayers({ features, imageSize, layers }: Probe): void {
  if (features.from === "end-to-end") return;
  const model = probedModel(features, imageSize);
  if (!model) return;
  const unknown = layers.find((layer) => !model.layers.includes(layer));
  if (layers.length > 0 && unknown === undefined) return;
  const fault = unknown === undefined ? "give one or more" : `${model.name} has no layer "${unknown}"`;
  throw new ExperimentError(`layers: ${fault}. Its layers: ${model.layers.join(", ")}.`);
}

/** Raised when the code changes such that an old record no longer says what a new probe would. */
const RECORD_VERSION = 1;

/** Identity of a probe on today's data; the name of its folder under `runs/`. */
export function hashOfProbe({ features, task, ...rest }: Probe): string {
  const { layers, pooling, recipe, baseLearningRates, heldOut, ...all } = rest;
  const fit = { recipe, baseLearningRates, heldOut };
  const reading = features.from === "pixels" || features.from === "color-histogram"
    ? fit
    : { ...fit, layers, pooling };
  return identityOf({
    ...all,
    ...(features.from === "end-to-end" ? {} : reading),
    features: identityOfFeatures(features),
    task,
    data: datasetsOfTask(task).map((name) => datasetHash(manifestOf(name))),
    version: RECORD_VERSION,
  });
}

function identityOfFeatures(features: FeatureSource): unknown {
  if (features.from === "run") return { run: hashOf(features.experiment) };
  if (features.from === "pretraining") return { pretraining: hashOfPretraining(features.experiment) };
  if (features.from !== "file") return features;
  return { file: sha256OfFile(features.path), model: features.model };
}
