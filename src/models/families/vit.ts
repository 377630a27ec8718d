/**
 * Vision Transformer: Dosovitskiy et al., "An Image is Worth 16x16 Words" (ICLR 2021), arXiv 2010.11929.
 * Tensor names and defaults follow timm's vision_transformer.py.
 */
import { z } from "zod";
import type { tf } from "../../tensorflow/mod.ts";
import { family, fields, risingDropPath } from "./family.ts";
import { linear, norm, patchEmbed } from "../layers.ts";
import { type Layer, named, network, place, sequence, tapped, TOWERS } from "../network.ts";
import { type Parameters, torchDefault, truncatedNormal } from "../parameters.ts";
import { positionSpec, tokenSpec, transformerBlocks, transformerFields } from "./transformer.ts";

const { whole, dropPath } = fields;

const schema = z.strictObject({
  family: z.literal("vit"),
  patch: whole.describe("Side of a patch, px; it must divide the image's."),
  ...transformerFields,
  classToken: z.boolean().describe("A token of its own before those of the patches."),
  pooling: z.enum(["token", "mean"]).describe(
    "What the classifier reads: the class token, or the mean over the patches.",
  ),
  positions: z.enum(["learnt", "sincos"]).describe(
    "Position embeddings: trained, or fixed sines and cosines (then a buffer).",
  ),
  dropPath,
});

/** Width and depth of a ViT, and how it begins and ends. */
export type ViTConfig = z.infer<typeof schema>;

/** Adds positions and, before the patches, the class token: `[B, N, C] -> [B, T, C]` */
function positions({ classToken, positions }: ViTConfig): Layer {
  return {
    place: ({ shape: [N, dim] }) => {
      const isFixed = positions === "sincos";
      const position = positionSpec("pos_embed", Math.sqrt(N), dim, classToken, isFixed);
      return {
        shape: [position.shape[1], dim],
        specs: [...(classToken ? [tokenSpec("cls_token", dim, 1e-6)] : []), ...(isFixed ? [] : [position])],
        buffers: isFixed ? [position] : [],
        apply: (p, x) => addPositions(p, x as tf.Tensor3D),
      };
    },
  };
}

function addPositions(p: Parameters, patches: tf.Tensor3D): tf.Tensor3D {
  const positions = p.pos_embed; // (1, T, C)
  const token = p.cls_token as tf.Tensor3D | undefined; // (1, 1, C)
  if (!token) return patches.add(positions);
  const first = token.pad([[0, 0], [0, patches.shape[1]], [0, 0]]);
  return patches.pad([[0, 0], [1, 0], [0, 0]]).add(positions.add(first));
}

/** Tokens as rows: `[B, T, C] -> [B T, C]` */
const toRows: Layer = {
  place: ({ shape: [T, C] }) => ({ apply: (_p, x) => x.reshape([x.shape[0] * T, C]) }),
};

/** Rows as tokens: `[B T, C] -> [B, T, C]` */
const toTokens: Layer = {
  place: ({ shape: [T, C] }) => ({ apply: (_p, x) => x.reshape([x.shape[0] / T, T, C]) }),
};

/** The class token, `[B, T, C] -> [B, C]` */
const firstToken: Layer = {
  place: ({ shape: [, C] }) => ({
    shape: [C],
    apply: (_p, x) => {
      const [B] = x.shape;
      return x.slice([0, 0, 0], [B, 1, C]).reshape([B, C]);
    },
  }),
};

/** Mean over the tokens of the patches, `[B, T, C] -> [B, C]` */
const patchMean = (classToken: boolean): Layer => ({
  place: ({ shape: [T, C] }) => ({
    shape: [C],
    apply: (_p, x) => {
      const patches = classToken ? x.slice([0, 1, 0], [x.shape[0], T - 1, C]) : x;
      return patches.mean(1);
    },
  }),
});

/**
 * Normalises all tokens where somebody looks on, otherwise the class token alone, which the classifier reads.
 */
const classTokenNorm: Layer = {
  place: (at) => {
    const seen = place(sequence(named("norm", norm("")), tapped("fc_norm", firstToken)), at);
    const alone = place(sequence(firstToken, norm("norm")), { ...at, next: undefined });
    return {
      ...seen,
      apply: (p, x, run) => (run.forward.tap ? seen : alone).apply(p, x, run),
    };
  },
};

/** With mean pooling, timm's `norm` is the identity. */
const meanNorm = (classToken: boolean) =>
  sequence(tapped("norm"), named("fc_norm", patchMean(classToken), norm("")));

/** A ViT's last norm: the one or the other, by its pooling. */
export const isLastNorm = (name: string): boolean => /^(fc_)?norm\.(weight|bias)$/.test(name);

/**
 * A ViT for a number of classes and a size of images, which its position embeddings are for.
 *
 * @throws {Error} when the patch does not divide the image or the heads the channels, or a class token is to
 *   be read that there is not
 */
function build(name: string, config: ViTConfig, classes: number, imageSize: number) {
  const { patch, dim, depth, heads, classToken, pooling } = config;
  if (pooling === "token" && !classToken) {
    throw new Error('ViT: pooling "token" needs classToken: true; without one, choose "mean".');
  }
  return network({
    name,
    classes,
    imageSize,
    leastSide: patch,
    heads,
    layers: [
      tapped("patch_embed", patchEmbed("patch_embed.proj", patch, dim, torchDefault)), // (B, N, C)
      tapped("pos_drop", positions(config)), // (B, T, C)
      toRows,
      ...transformerBlocks("blocks", config, truncatedNormal, risingDropPath(depth, config.dropPath)),
      toTokens,
      pooling === "token" ? classTokenNorm : meanNorm(classToken), // (B, C)
    ],
    classifier: linear("head", classes),
    groups: {
      stem: /^(cls_token|pos_embed|patch_embed)(\.|$)/,
      blocks: /^blocks\.(\d+)\./,
      lastBlock: /^norm\./,
    },
    towers: TOWERS,
    check: ({ shape: [, H, W] }) => {
      if (H === imageSize && W === imageSize) return;
      throw new Error(
        `This ViT is for images of ${imageSize} px; these are ${H} x ${W}. Make it for their size.`,
      );
    },
  });
}

const sized = (dim: number, heads: number, rest: Partial<ViTConfig> = {}): ViTConfig => ({
  family: "vit",
  patch: 16,
  dim,
  depth: 12,
  heads,
  classToken: true,
  pooling: "token",
  positions: "learnt",
  dropPath: 0,
  ...rest,
});

const micro = { depth: 4, classToken: false, pooling: "mean", positions: "sincos" } satisfies Partial<
  ViTConfig
>;

export const vit = family({
  schema,
  named: {
    vit_tiny_patch16_224: sized(192, 3),
    vit_small_patch16_224: sized(384, 6),
    vit_base_patch16_224: sized(768, 12),
    /**
     * For 32 to 64 px on two cores: patches of 4 px; mean pooling and fixed positions, which need less
     * training.
     */
    vit_micro: sized(96, 3, { patch: 4, ...micro }),
    /** The same for 48 to 64 px. */
    vit_micro_patch8: sized(96, 3, { patch: 8, ...micro }),
  },
  build,
});
