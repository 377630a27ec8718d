/** What the parts of an experiment look like; their ranges, as far as a part by itself can tell. */
import { z } from "zod";
import type { ModelConfig } from "../models/mod.ts";

export { precisionSchema, recipeSchema } from "../train/mod.ts";

/** A whole number from 1. */
export const count = z.int().min(1);

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

export { augmentationSchema, corruptionSchema } from "../images/schemas.ts";
