/** Blocks of a Vision Transformer over rows of tokens, [B T, C], with timm's names; for ViT and for MAE's two halves. */
import { z } from "zod";
import { fields } from "./family.ts";
import { gelu, type Initialiser, linear, norm, selfAttention } from "./layers.ts";
import { type Layer, residual, stage, tapped } from "./network.ts";

const { whole } = fields;

/** Fields of a stack of blocks. */
export const transformerFields = {
  dim: whole.describe("Channels of a token; a multiple of the heads."),
  depth: whole.describe("Number of blocks."),
  heads: whole.describe("Heads of the attention."),
};

/** Width and depth of a stack of blocks. */
export type TransformerConfig = z.infer<z.ZodObject<typeof transformerFields>>;

/**
 * The blocks `name.0`, `name.1`, …. Taps: `name.i.attn.qkv` [B, T, 3 C] (queries, keys and values, each [heads, C / heads]),
 * `name.i` [B, T, C].
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
