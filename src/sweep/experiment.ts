import { createHash } from "node:crypto";
import { z } from "zod";
import { checkAugmentation, checkDisjoint } from "../data/mod.ts";
import { checkImageSize, createModel, type ModelConfig } from "../models/mod.ts";
import { stepsPerEpoch } from "../train/mod.ts";

/** A whole number from 1. */
export const count = z.int().min(1);
const share = z.number().min(0).max(1);
const amount = z.number().min(0);

/** MixUp and CutMix. */
const mixSchema = z.strictObject({
  mixup: amount,
  cutmix: amount,
  probability: share,
  switchProbability: share,
  mode: z.enum(["batch", "element"]),
});

/** See the recipe. */
export const precisionSchema = z.enum(["float32", "bfloat16"]);

/** See the recipe. */
export const recipeSchema = z.strictObject({
  epochs: count,
  samplesPerEpoch: count,
  warmupEpochs: z.number().min(0),
  batchSize: count,
  learningRate: z.number().positive(),
  weightDecay: z.number().min(0),
  betas: z.tuple([share, share]),
  labelSmoothing: z.number().min(0).lt(1),
  mix: mixSchema.nullish(),
  clipNorm: z.number().positive().nullable(),
  ema: z.number().gt(0).lt(1).nullable(),
  precision: precisionSchema,
});

const head = { pool: count, hidden: count, dropout: z.number().min(0).lt(1) };
const dropPath = z.number().min(0).lt(1);

const configSchema: z.ZodType<ModelConfig> = z.discriminatedUnion("family", [
  z.strictObject({
    family: z.literal("alexnet"),
    dims: z.tuple([count, count, count, count, count]),
    stem: z.strictObject({ size: count, stride: count }),
    ...head,
  }),
  z.strictObject({
    family: z.literal("vgg"),
    dims: z.array(z.array(count).min(1)).min(1),
    batchNorm: z.boolean(),
    ...head,
  }),
  z.strictObject({
    family: z.literal("resnet"),
    block: z.enum(["basic", "bottleneck"]),
    depths: z.array(count).min(1),
    dims: z.array(count).min(1),
    stemDim: count,
    stem: z.enum(["7x7", "3x3"]),
  }),
  z.strictObject({
    family: z.literal("vit"),
    patch: count,
    dim: count,
    depth: count,
    heads: count,
    classToken: z.boolean(),
    pooling: z.enum(["token", "mean"]),
    positions: z.enum(["learnt", "sincos"]),
    dropPath,
  }),
  z.strictObject({
    family: z.literal("convnext"),
    depths: z.array(count).min(1),
    dims: z.array(count).min(1),
    patch: count,
    layerScale: z.number(),
    dropPath,
    convMlp: z.boolean().optional(),
  }),
  z.strictObject({ family: z.literal("cnn"), dims: z.array(count).min(1) }),
]);

/** A model's name in the registry, or its configuration. */
export const modelSchema = z.union([z.string(), configSchema]);

/** The shape of `Augmentation`; its ranges are checked by `checkAugmentation`. */
export const augmentationSchema = z.strictObject({
  crop: z.enum(["random-resized", "none"]),
  scale: z.tuple([share, share]),
  ratio: z.tuple([z.number().positive(), z.number().positive()]),
  flip: share,
  interpolation: z.enum(["bilinear", "bicubic", "random"]).optional(),
  randAugment: z.string().nullish(),
  colorJitter: z.strictObject({ brightness: amount, contrast: amount, saturation: amount, hue: amount })
    .nullish(),
  erase: z.strictObject({
    probability: share,
    mode: z.enum(["const", "rand", "pixel"]),
    area: z.tuple([share, share]),
    count,
  }).nullish(),
});

const corruptionSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("color-jitter"), strength: amount, seed: z.int().min(0) }),
  z.strictObject({ name: z.literal("gaussian-noise"), std: amount, seed: z.int().min(0) }),
  z.strictObject({ name: z.literal("gaussian-blur"), radius: amount }),
  z.strictObject({ name: z.literal("low-resolution"), size: count }),
]);

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

/** JSON with sorted keys: the same text for equal objects. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      part && typeof part === "object" && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  );
}

/** An experiment without the fields that say what their absence says: the same experiment has one hash, also that of before they were there. */
function withoutOff(experiment: Experiment): Experiment {
  const { corruption, labels, recipe: { mix, ...recipe }, augmentation, ...rest } = experiment;
  const { interpolation, randAugment, colorJitter, erase, ...cropAndFlip } = augmentation;
  return {
    ...rest,
    ...(corruption && { corruption }),
    ...(labels === "random" && { labels }),
    recipe: { ...recipe, ...(mix && { mix }) },
    augmentation: {
      ...cropAndFlip,
      ...(interpolation && interpolation !== "bilinear" && { interpolation }),
      ...(randAugment && { randAugment }),
      ...(colorJitter && { colorJitter }),
      ...(erase && { erase }),
    },
  };
}

/**
 * Raised when the code changes such that an old record no longer says what a new run would. 2: images are normalised inside of the
 * compiled step, which rounds the last bit of a value otherwise than the table of 1 did. 3: the result has the training accuracy.
 */
const RECORD_VERSION = 3;

/**
 * Identity of an experiment on the data that its datasets' names stand for today.
 *
 * @param data hash of each dataset's manifest, in the order of `experiment.datasets`
 * @returns 16 hex digits
 */
export function experimentHash(experiment: Experiment, data: string[]): string {
  return identityOf({ experiment: withoutOff(experiment), data, version: RECORD_VERSION });
}

/** The first 16 hex digits of the sha256 of a value's canonical JSON. */
export function identityOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);
}
