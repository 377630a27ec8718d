/**
 * Vision Transformer: Dosovitskiy et al., "An Image is Worth 16x16 Words" (ICLR 2021), arXiv 2010.11929. Tensor names and defaults
 * follow timm's vision_transformer.py.
 */
import { inPrecision, toPatches } from "../ops/mod.ts";
import type { tf } from "../tensorflow/mod.ts";
import {
  convSpecs,
  linearSpecs,
  normSpecs,
  risingDropPath,
  torchDefault,
  truncatedNormal,
} from "./layers.ts";
import { layerNorm, linearLayer } from "./layers.ts";
import { type Forward, makeModel, type Model, type Outline, tapped } from "./model.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";
import { TOWERS } from "./towers.ts";
import {
  applyBlocks,
  blocksFolds,
  blocksOutline,
  blocksSpecs,
  type TransformerConfig,
} from "./transformer.ts";

/** Width and depth of a ViT, and how it begins and ends. */
export interface ViTConfig extends TransformerConfig {
  family: "vit";
  /** Side of a patch, px; it must divide the image's. */
  patch: number;
  /** A token of its own before those of the patches. */
  classToken: boolean;
  /** What the classifier reads: the class token, or the mean over the patches. */
  pooling: "token" | "mean";
  /** Position embeddings: trained, or fixed sines and cosines (then a buffer). */
  positions: "learnt" | "sincos";
  /** Stochastic depth of the last block; it rises linearly from 0 at the first. */
  dropPath: number;
}

/**
 * Number of patches on a side of an image.
 *
 * @throws {Error} when the patch does not divide the image
 */
export function gridOf(patch: number, imageSize: number): number {
  if (imageSize % patch === 0) return imageSize / patch;
  throw new Error(
    `imageSize: patches of ${patch} px do not divide an image of ${imageSize} px. ` +
      `Choose a multiple of ${patch}, or another patch.`,
  );
}

/** Position embeddings of a square grid as parameter or as buffer. */
export function positionSpec(
  name: string,
  grid: number,
  dim: number,
  classToken: boolean,
  fixed: boolean,
): ParameterSpec {
  return {
    name,
    shape: [1, grid ** 2 + (classToken ? 1 : 0), dim],
    layout: "as-is",
    init: fixed ? { positions: [grid, grid], classToken } : truncatedNormal.weight,
    decay: false,
  };
}

/** A trained token; `deviation` of its initial values. */
export function tokenSpec(name: string, dim: number, deviation: number): ParameterSpec {
  return { name, shape: [1, 1, dim], layout: "as-is", init: { normal: deviation }, decay: false };
}

/** Patches of images as tokens, `[B, H, W, 3] -> [B N, C]`, float32. */
export function embedPatches(p: Parameters, images: tf.Tensor4D): tf.Tensor2D {
  const size = p["patch_embed.proj.weight"].shape[0];
  return inPrecision(linearLayer(p, "patch_embed.proj", toPatches(images, size)), "float32");
}

/** Adds positions and, before the patches, the class token: `[B, N, C] -> [B, T, C]` */
function addPositions(p: Parameters, patches: tf.Tensor3D): tf.Tensor3D {
  const positions = p.pos_embed; // (1, T, C)
  const token = p.cls_token as tf.Tensor3D | undefined; // (1, 1, C)
  if (!token) return patches.add(positions);
  const first = token.pad([[0, 0], [0, patches.shape[1]], [0, 0]]);
  return patches.pad([[0, 0], [1, 0], [0, 0]]).add(positions.add(first));
}

function makeSpecs(config: ViTConfig, classes: number, grid: number): ParameterSpec[] {
  const { patch, dim, classToken, pooling, positions } = config;
  return [
    ...(classToken ? [tokenSpec("cls_token", dim, 1e-6)] : []),
    ...(positions === "learnt" ? [positionSpec("pos_embed", grid, dim, classToken, false)] : []),
    ...convSpecs("patch_embed.proj", patch, 3, dim, torchDefault(3 * patch ** 2)),
    ...blocksSpecs("blocks", config, () => truncatedNormal),
    ...normSpecs(pooling === "token" ? "norm" : "fc_norm", dim),
    ...linearSpecs("head", dim, classes),
  ];
}

function outline(config: ViTConfig, classes: number, imageSize: number): Outline[] {
  const { patch, dim, classToken } = config;
  const patches = Math.floor(imageSize / patch) ** 2;
  const tokens = patches + (classToken ? 1 : 0);
  return [
    { name: "patch_embed", shape: [patches, dim] },
    { name: "pos_drop", shape: [tokens, dim], owns: ["cls_token", "pos_embed"] },
    ...blocksOutline("blocks", config, tokens),
    { name: "norm", shape: [tokens, dim] },
    { name: "fc_norm", shape: [dim] },
    { name: "head", shape: [classes] },
  ];
}

/** Features of the tokens, normalised, to logits. Only what the classifier reads is normalised, unless somebody taps. */
function applyHead(p: Parameters, { classToken, pooling }: ViTConfig, x: tf.Tensor3D, forward: Forward) {
  const [B, T, C] = x.shape;
  if (pooling === "mean") {
    const tokens = tapped(forward, "norm", x); // not normalised: with mean pooling, timm's `norm` is the identity
    const patches = classToken ? tokens.slice([0, 1, 0], [B, T - 1, C]) : tokens;
    const pooled = layerNorm(p, "fc_norm", patches.mean<tf.Tensor2D>(1));
    return linearLayer(p, "head", tapped(forward, "fc_norm", pooled));
  }
  const first = (y: tf.Tensor3D) => y.slice([0, 0, 0], [B, 1, C]).reshape<tf.Tensor2D>([B, C]);
  if (!forward.tap) return linearLayer(p, "head", layerNorm(p, "norm", first(x)));
  const normalised = forward.tap("norm", layerNorm(p, "norm", x));
  return linearLayer(p, "head", forward.tap("fc_norm", first(normalised)));
}

/**
 * A ViT for a number of classes and a size of images, which its position embeddings are for.
 *
 * @throws {Error} when the patch does not divide the image or the heads the channels, or a class token is to be read that there is
 *   not
 */
export function vit(name: string, config: ViTConfig, classes: number, imageSize: number): Model {
  const { patch, dim, depth, classToken, positions, dropPath } = config;
  if (config.pooling === "token" && !classToken) {
    throw new Error('ViT: pooling "token" needs classToken: true; without one, choose "mean".');
  }
  const grid = gridOf(patch, imageSize);
  return makeModel({
    name,
    classes,
    specs: makeSpecs(config, classes, grid),
    buffers: positions === "sincos" ? [positionSpec("pos_embed", grid, dim, classToken, true)] : [],
    folds: blocksFolds("blocks", config),
    stride: patch,
    heads: config.heads,
    dropPath: risingDropPath(depth, dropPath).flatMap((p) => [p, p]),
    towers: TOWERS,
    outline: (imageSize) => outline(config, classes, imageSize),
    apply: (p, images, forward = {}) => {
      const [B, H, W] = images.shape;
      if (H !== imageSize || W !== imageSize) {
        throw new Error(
          `This ViT is for images of ${imageSize} px; these are ${H} x ${W}. Make it for their size.`,
        );
      }
      const patches = embedPatches(p, images).reshape<tf.Tensor3D>([B, grid ** 2, dim]);
      const embedded = tapped(forward, "patch_embed", patches);
      const x = tapped(forward, "pos_drop", addPositions(p, embedded));
      const T = x.shape[1];
      const rows = applyBlocks(p, "blocks", config, x.reshape([B * T, dim]), T, forward);
      return applyHead(p, config, rows.reshape([B, T, dim]), forward);
    },
  });
}
