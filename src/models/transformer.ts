/** Blocks of a Vision Transformer over rows of tokens, [B T, C], with timm's names; for ViT and for MAE's two halves. */
import { addResidual, gelu, selfAttention } from "../ops/mod.ts";
import type { tf } from "../tensorflow/mod.ts";
import type { Fold } from "./folds.ts";
import {
  blockNames,
  keepRows,
  type LayerInit,
  linearLayer,
  linearSpecs,
  normLinear,
  normSpecs,
} from "./layers.ts";
import { type Forward, type Outline, tapped } from "./model.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** Width and depth of a stack of blocks. */
export interface TransformerConfig {
  /** Channels of a token; a multiple of the heads. */
  dim: number;
  depth: number;
  heads: number;
}

/** Widening inside the MLP. */
const EXPANSION = 4;

/**
 * Specifications of the blocks `name.0`, `name.1`, ….
 *
 * @param init initial values of a linear layer
 * @throws {Error} when the heads do not divide the channels
 */
export function blocksSpecs(
  name: string,
  { dim, depth, heads }: TransformerConfig,
  init: (inputs: number, outputs: number) => LayerInit,
): ParameterSpec[] {
  if (dim % heads !== 0) throw new Error(`${heads} heads do not divide ${dim} channels.`);
  const linear = (layer: string, inputs: number, outputs: number) =>
    linearSpecs(layer, inputs, outputs, init(inputs, outputs));
  return blockNames(name, depth).flatMap((block) => [
    ...normSpecs(`${block}.norm1`, dim),
    ...linear(`${block}.attn.qkv`, dim, 3 * dim),
    ...linear(`${block}.attn.proj`, dim, dim),
    ...normSpecs(`${block}.norm2`, dim),
    ...linear(`${block}.mlp.fc1`, dim, EXPANSION * dim),
    ...linear(`${block}.mlp.fc2`, EXPANSION * dim, dim),
  ]);
}

/** The norms of the blocks go into the layers that read them. */
export function blocksFolds(name: string, { depth }: TransformerConfig): Fold[] {
  return blockNames(name, depth).flatMap((block) => [
    { layer: `${block}.attn.qkv`, norm: `${block}.norm1` },
    { layer: `${block}.mlp.fc1`, norm: `${block}.norm2` },
  ]);
}

/** Lines of the blocks for a number of tokens; the two products of attention come to the weights'. */
export function blocksOutline(name: string, { dim, depth }: TransformerConfig, tokens: number): Outline[] {
  return blockNames(name, depth).flatMap((block) => [
    { name: `${block}.attn.qkv`, shape: [tokens, 3 * dim] },
    { name: block, shape: [tokens, dim], more: 2 * tokens ** 2 * dim },
  ]);
}

/**
 * Runs the blocks. Taps: `name.i.attn.qkv` [B, T, 3 C] (queries, keys and values, each [heads, C / heads]), `name.i` [B, T, C].
 *
 * @param rows [B T, C], float32
 * @param tokens T
 * @param keep factors of the branches, [2 depth, B]: attention and MLP of each block
 */
export function applyBlocks(
  p: Parameters,
  name: string,
  { depth, heads }: TransformerConfig,
  rows: tf.Tensor2D,
  tokens: number,
  forward: Forward = {},
): tf.Tensor2D {
  const branches = forward.keep ? forward.keep.unstack() as tf.Tensor1D[] : [];
  const tap = (layer: string, y: tf.Tensor2D) =>
    forward.tap
      ? tapped(forward, layer, y.reshape<tf.Tensor3D>([-1, tokens, y.shape[1]])).reshape<tf.Tensor2D>(y.shape)
      : y;
  let x = rows;
  for (let i = 0; i < depth; i++) {
    const block = `${name}.${i}`;
    const [keepAttention, keepMlp] = [2 * i, 2 * i + 1].map((k) => keepRows(branches[k], tokens));
    const qkv = tap(`${block}.attn.qkv`, normLinear(p, `${block}.attn.qkv`, x)); // (B T, 3 C)
    x = addResidual(
      x,
      linearLayer(p, `${block}.attn.proj`, selfAttention(qkv, tokens, heads)),
      keepAttention,
    );
    const hidden = gelu(normLinear(p, `${block}.mlp.fc1`, x)); // (B T, 4 C)
    x = tap(block, addResidual(x, linearLayer(p, `${block}.mlp.fc2`, hidden), keepMlp));
  }
  return x;
}
