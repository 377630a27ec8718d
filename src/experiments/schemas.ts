/** What the parts of an experiment look like; their ranges, as far as a part by itself can tell. */
import { z } from "zod";
import type { ModelConfig } from "../models/mod.ts";

export { precisionSchema, recipeSchema } from "../train/mod.ts";

/** A whole number from 1. */
export const count = z.int().min(1);
const share = z.number().min(0).max(1);
const amount = z.number().min(0);

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

export const corruptionSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("color-jitter"), strength: amount, seed: z.int().min(0) }),
  z.strictObject({ name: z.literal("gaussian-noise"), std: amount, seed: z.int().min(0) }),
  z.strictObject({ name: z.literal("gaussian-blur"), radius: amount }),
  z.strictObject({ name: z.literal("low-resolution"), size: count }),
]);
