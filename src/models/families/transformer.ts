/**
 * The parts that a ViT and both halves of a masked autoencoder have in common. Blocks go over rows of tokens,
 * [B T, C].
 */
import { z } from "zod";
import { selfAttention as attention } from "../../ops/mod.ts";
import type { tf } from "../../tensorflow/mod.ts";
import { fields } from "./family.ts";
import { gelu, linear, norm } from "../layers.ts";
import { type Layer, residual, stage, tapped } from "../network.ts";
import { type Initialiser, type ParameterSpec, plainSpec } from "../parameters.ts";

const { whole } = fields;

/** Fields of a stack of blocks. */
export const transformerFields = {
  dim: whole.describe("Channels of a token; a multiple of the heads."),
  depth: whole.describe("Number of blocks."),
  heads: whole.describe("Heads of the attention."),
};

/** Width and depth of a stack of blocks. */
type TransformerConfig = z.infer<z.ZodObject<typeof transformerFields>>;

/**
 * The blocks `name.0`, `name.1`, …. Taps: `name.i.attn.qkv` [B, T, 3 C] (queries, keys and values, each
 * [heads, C / heads]), `name.i` [B, T, C].
 *
 * @param init initial values of a linear layer
 * @param dropPaths stochastic depth of each block's two branches. Default 0
 * @throws {Error} when the heads do not divide the channels
 */
export function transformerBlocks(
  name: string,
  { dim, depth, heads }: TransformerConfig,
  init: Initialiser,
  dropPaths: readonly number[] = Array(depth).fill(0),
): Layer[] {
  if (dim % heads !== 0) throw new Error(`${heads} heads do not divide ${dim} channels.`);
  return dropPaths.map((dropPath, i) =>
    stage(
      `${name}.${i}`,
      residual(
        dropPath,
        norm("norm1"),
        tapped("attn.qkv", linear("attn.qkv", 3 * dim, init)), // (B T, 3 C)
        selfAttention(heads),
        linear("attn.proj", dim, init),
      ),
      residual(
        dropPath,
        norm("norm2"),
        linear("mlp.fc1", 4 * dim, init), // (B T, 4 C)
        gelu,
        linear("mlp.fc2", dim, init),
      ),
    )
  );
}

/** Multi-head self-attention: queries, keys and values side by side, `[B T, 3 C] -> [B T, C]` */
function selfAttention(heads: number): Layer {
  return {
    place: ({ shape: [tokens, width] }) => ({
      shape: [tokens, width / 3],
      flops: 2 * tokens ** 2 * width / 3,
      apply: (_p, x) => attention(x as tf.Tensor2D, tokens, heads),
    }),
  };
}

/** Position embeddings of a square grid as parameter or as buffer. */
export function positionSpec(
  name: string,
  grid: number,
  dim: number,
  classToken: boolean,
  fixed: boolean,
): ParameterSpec {
  const init = fixed ? { positions: [grid, grid] as [number, number], classToken } : { std: 0.02 };
  return plainSpec(name, [1, grid ** 2 + (classToken ? 1 : 0), dim], init);
}

/** A trained token; `deviation` of its initial values. */
export const tokenSpec = (name: string, dim: number, deviation: number): ParameterSpec =>
  plainSpec(name, [1, 1, dim], { normal: deviation });
