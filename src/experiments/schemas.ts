/** What the parts of an experiment look like; their ranges, as far as a part by itself can tell. */
import { z } from "zod";

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

export { modelSchema } from "../models/mod.ts";

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

export const corruptionSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("color-jitter"), strength: amount, seed: z.int().min(0) }),
  z.strictObject({ name: z.literal("gaussian-noise"), std: amount, seed: z.int().min(0) }),
  z.strictObject({ name: z.literal("gaussian-blur"), radius: amount }),
  z.strictObject({ name: z.literal("low-resolution"), size: count }),
]);
