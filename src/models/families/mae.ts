/**
 * Masked autoencoder: He et al., "Masked Autoencoders Are Scalable Vision Learners" (CVPR 2022), arXiv
 * 2111.06377. A ViT encodes the few patches of an image that are left, a small transformer reconstructs the
 * pixels of the others. Tensor names are those of the authors' mae_vit_base_patch16; the encoder's are timm's
 * ViT's, so that its weights are a {@link vit}'s with `positions: "sincos"`.
 */
import { z } from "zod";
import { gatherRows, inPrecision, linear as linearOf, toPatches } from "../../ops/mod.ts";
import { tf } from "../../tensorflow/mod.ts";
import { fields } from "./family.ts";
import { checkFolded, type Fold } from "../model.ts";
import { gridOf, linear, norm, patchEmbed } from "../layers.ts";
import { type Layer, place, type Placed, sequence, TOWERS } from "../network.ts";
import {
  type FlatWeights,
  inFlatOrder,
  type Initialiser,
  type Parameters,
  type ParameterSpec,
  placesIn,
  termsOf,
} from "../parameters.ts";
import { positionSpec, tokenSpec, transformerBlocks, transformerFields } from "./transformer.ts";
import type { ViTConfig } from "./vit.ts";

const transformer = z.strictObject(transformerFields);

/** Shape of a configuration. */
export const maeSchema = z.strictObject({
  family: z.literal("mae"),
  patch: fields.whole.describe("Side of a patch, px; it must divide the image's."),
  encoder: transformer.describe("Width and depth of the half that is kept."),
  decoder: transformer.describe(
    "Width and depth of the half that reconstructs. The paper's: 512 channels, 8 blocks, 16 heads.",
  ),
  maskRatio: z.number().gt(0).lt(1).describe("Share of the patches that are hidden. The paper's: 0.75."),
});

/** Widths and depths of a masked autoencoder. */
export type MaeConfig = z.infer<typeof maeSchema>;

/** A batch of B images with N patches of P px, reconstructed. */
interface Reconstruction {
  /** Mean over the hidden patches of the mean squared error of their normalised pixels. */
  loss: tf.Scalar;
  /**
   * Normalised pixels of every patch, row by row, [B, N, P * P * 3]; of interest where they were hidden.
   */
  prediction: tf.Tensor3D;
  /** 1 where a patch was hidden, 0 where it was seen, [B, N]. */
  mask: tf.Tensor2D;
}

/** A masked autoencoder: its tensors, and the function of them. */
export interface MaskedAutoencoder {
  /** Name in the registry, or `mae` for a configuration of your own. */
  name: string;
  specs: ParameterSpec[];
  /** The fixed positions of both halves. */
  buffers: ParameterSpec[];
  /** Norms that `apply` finds folded into linear layers. */
  folds: Fold[];
  /** Side of a patch, px. */
  patch: number;
  /** Number N of patches of an image. */
  patches: number;
  /** Number of parts of a batch that are computed side by side. */
  towers: number;
  /**
   * @param p its tensors by name, with its folds
   * @param images normalised, [B, H, W, 3]
   * @param noise decides which patches are hidden: those with the largest numbers in their row; [B, N],
   *   uniform, from outside, so that the network is a pure function
   * @throws {Error} when the tensors are without its folds
   */
  apply(p: Parameters, images: tf.Tensor4D, noise: tf.Tensor2D): Reconstruction;
}

/** Glorot & Bengio 2010 (PyTorch's `xavier_uniform_`). */
const xavier: Initialiser = (fanIn, fanOut) => ({
  weight: { uniform: Math.sqrt(6 / (fanIn + fanOut)) },
  bias: 0,
});

/** Standard deviation of the tokens' initial values. */
const TOKEN_DEVIATION = 0.02;

/** The parts with trained tensors, each in its place. */
interface Parts {
  embed: Placed;
  /** Blocks of the encoder, `[B (V + 1), C] -> [B (V + 1), C]` */
  encoder: Placed;
  /** From the encoder to the decoder's width. */
  bridge: Placed;
  /** Blocks of the decoder, `[B (N + 1), D] -> [B (N + 1), D]` */
  decoder: Placed;
  /** Tokens to pixels. */
  pixels: Placed;
}

/** @param seen V, patches of an image that are seen */
function makeParts({ patch, encoder, decoder }: MaeConfig, imageSize: number, seen: number): Parts {
  const values = 3 * patch ** 2; // of a patch
  const projection: Initialiser = () => ({
    ...xavier(values, encoder.dim),
    bias: { uniform: 1 / Math.sqrt(values) },
  });
  const at = (shape: number[], ...layers: Layer[]) =>
    place(sequence(...layers), { path: "", shape, left: {} });
  const [V, N] = [seen, gridOf(patch, imageSize) ** 2];
  return {
    embed: at([imageSize, imageSize, 3], patchEmbed("patch_embed.proj", patch, encoder.dim, projection)),
    encoder: at([V + 1, encoder.dim], ...transformerBlocks("blocks", encoder, xavier)),
    bridge: at([V + 1, encoder.dim], norm("norm"), linear("decoder_embed", decoder.dim, xavier)),
    decoder: at([N + 1, decoder.dim], ...transformerBlocks("decoder_blocks", decoder, xavier)),
    pixels: at([N, decoder.dim], norm("decoder_norm"), linear("decoder_pred", values, xavier)),
  };
}

/** Applies a part to rows; autoencoders have no stochastic depth. */
const applied = (part: Placed, p: Parameters, rows: tf.Tensor2D) =>
  part.apply(p, rows, { forward: {}, branches: [] }) as tf.Tensor2D;

/** The patches that are seen. */
interface Masking {
  /**
   * Numbers of the seen patches among all of the batch, image by image, in the order in which they go on,
   * int32 [B V].
   */
  seen: tf.Tensor1D;
  /** The same within their image. */
  seenHere: tf.Tensor1D;
  /** Place of each patch in its image's random order: below V it is seen, [B, N]. */
  rank: tf.Tensor2D;
}

/** Indices that would sort each row. */
const argsort = (x: tf.Tensor2D) => tf.topk(x.neg(), x.shape[1], true).indices as tf.Tensor2D;

/** First number of each row of `length`, int32 [B, 1]. */
const rowStarts = (B: number, length: number) => tf.range(0, B * length, length, "int32").reshape([B, 1]);

/** Leaves the `V` patches with the least noise of each image. */
function randomMasking(noise: tf.Tensor2D, V: number): Masking {
  const [B, N] = noise.shape;
  const order = argsort(noise); // (B, N)
  const here = order.slice([0, 0], [B, V]);
  return {
    seen: here.add(rowStarts(B, N)).reshape([B * V]),
    seenHere: here.reshape([B * V]),
    rank: argsort(order.cast("float32") as tf.Tensor2D),
  };
}

/** Encodes the seen patches: `patches [B N, pixels] -> [B (V + 1), C]`, the class token first. */
function encode(
  p: Parameters,
  { encoder }: Parts,
  patches: tf.Tensor2D,
  masking: Masking,
  B: number,
): tf.Tensor2D {
  const [, T, C] = p.pos_embed.shape;
  const seen = gatherRows(patches, masking.seen);
  const tokens = inPrecision(linearOf(seen, termsOf(p, "patch_embed.proj")), "float32");
  const positions = p.pos_embed.slice([0, 1, 0], [1, T - 1, C]).reshape<tf.Tensor2D>([T - 1, C]);
  const placed = tokens.add(gatherRows(positions, masking.seenHere)).reshape<tf.Tensor3D>([B, -1, C]);
  const V = placed.shape[1];
  const first = p.cls_token.add(p.pos_embed.slice([0, 0, 0], [1, 1, C])) as tf.Tensor3D; // (1, 1, C)
  const x = placed.pad([[0, 0], [1, 0], [0, 0]]).add(first.pad([[0, 0], [0, V], [0, 0]]));
  return applied(encoder, p, x.reshape([-1, C]));
}

/** Places the encoded patches among mask tokens and predicts all: `[B (V + 1), C] -> [B N, pixels]` */
function decode(
  p: Parameters,
  { bridge, decoder, pixels }: Parts,
  encoded: tf.Tensor2D,
  rank: tf.Tensor2D,
): tf.Tensor2D {
  const [B, N] = rank.shape;
  const rows = encoded.shape[0];
  const embedded = inPrecision(applied(bridge, p, encoded), "float32");
  const D = embedded.shape[1];
  const table = tf.concat2d([embedded, p.mask_token.reshape([1, D])], 0); // the mask token is row B (V + 1)
  const starts = rowStarts(B, rows / B);
  const seen = rank.less(tf.scalar(rows / B - 1, "int32"));
  const patches = tf.where(seen, rank.add(starts).add(tf.scalar(1, "int32")), tf.fill([B, N], rows, "int32"));
  const places = tf.concat([starts, patches], 1).reshape<tf.Tensor1D>([-1]); // class token first
  const x = gatherRows(table, places).reshape([B, N + 1, D]).add(p.decoder_pos_embed);
  const y = applied(decoder, p, x.reshape([-1, D]));
  const withoutToken = y.reshape([B, N + 1, D]).slice([0, 1, 0], [B, N, D]).reshape<tf.Tensor2D>([B * N, D]);
  return inPrecision(applied(pixels, p, withoutToken), "float32");
}

/** Added to a patch's variance. */
const EPSILON = 1e-6;

/**
 * Pixels of each patch with their own mean and (unbiased) standard deviation taken out, `[B N, pixels]`.
 */
function normalisedPatches(patches: tf.Tensor2D): tf.Tensor2D {
  const n = patches.shape[1];
  const centred = patches.sub(patches.mean(-1, true));
  const variance = centred.square().sum(-1, true).div(n - 1);
  return centred.mul(variance.add(EPSILON).rsqrt());
}

/**
 * A masked autoencoder for a size of images.
 *
 * @throws {Error} when the patch does not divide the image, or no patch would be seen or none hidden
 */
export function mae(name: string, config: MaeConfig, imageSize: number): MaskedAutoencoder {
  const { patch, encoder, decoder, maskRatio } = config;
  const grid = gridOf(patch, imageSize);
  const patches = grid ** 2;
  const seen = Math.floor(patches * (1 - maskRatio));
  if (seen < 1 || seen >= patches) {
    throw new Error(
      `MAE: maskRatio ${maskRatio} leaves ${seen} of ${patches} patches; some must be seen, and some hidden.`,
    );
  }
  const parts = makeParts(config, imageSize, seen);
  const all = Object.values(parts) as Placed[];
  const folds = all.flatMap(({ folds }) => folds);
  return {
    name,
    specs: inFlatOrder([
      tokenSpec("cls_token", encoder.dim, TOKEN_DEVIATION),
      tokenSpec("mask_token", decoder.dim, TOKEN_DEVIATION),
      ...all.flatMap(({ specs }) => specs),
    ]),
    buffers: [
      positionSpec("pos_embed", grid, encoder.dim, true, true),
      positionSpec("decoder_pos_embed", grid, decoder.dim, true, true),
    ],
    folds,
    patch,
    patches,
    towers: TOWERS,
    apply: (p, images, noise) => {
      checkFolded(p, folds);
      const B = images.shape[0];
      const pixels = toPatches(images, patch); // (B N, P P 3)
      const masking = randomMasking(noise, seen);
      const predicted = decode(p, parts, encode(p, parts, pixels, masking, B), masking.rank);
      const hidden = masking.rank.greaterEqual(tf.scalar(seen, "int32")).cast("float32");
      const errors = predicted.sub(normalisedPatches(pixels)).square().mean(-1); // (B N)
      return {
        loss: errors.mul(hidden.reshape([-1])).sum().div(B * (patches - seen)),
        prediction: predicted.reshape([B, patches, -1]),
        mask: hidden as tf.Tensor2D,
      };
    },
  };
}

/** The encoder of an autoencoder as a ViT. */
export function encoderConfig({ patch, encoder }: MaeConfig): ViTConfig {
  return {
    family: "vit",
    patch,
    ...encoder,
    classToken: true,
    pooling: "token",
    positions: "sincos",
    dropPath: 0,
  };
}

/** Whether only pre-training needs a tensor of this name. */
export const isPretrainingOnly = (name: string): boolean => /^(decoder_|mask_token$)/.test(name);

/**
 * The encoder's tensors of an autoencoder and their values, under timm's names, as MAE's authors publish
 * them.
 */
export function encoderOf(model: MaskedAutoencoder, { parameters, buffers }: FlatWeights) {
  const kept = (specs: readonly ParameterSpec[], flat: Float32Array) =>
    placesIn(specs, flat).filter(({ spec }) => !isPretrainingOnly(spec.name));
  const [own, fixed] = [kept(model.specs, parameters), kept(model.buffers, buffers!)];
  const specsOf = (places: typeof own) => places.map(({ spec }) => spec);
  const valuesOf = (places: typeof own) => joined(places.map(({ values }) => values));
  return {
    model: { name: `${model.name} (encoder)`, specs: specsOf(own), buffers: specsOf(fixed) },
    weights: { parameters: valuesOf(own), buffers: valuesOf(fixed) },
  };
}

/** Vectors one behind the other. */
function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** Every named masked autoencoder. */
export const autoencoders = {
  /** The paper's (arXiv 2111.06377). Its encoder is `vit_base_patch16_224` with fixed positions. */
  mae_vit_base_patch16: {
    family: "mae",
    patch: 16,
    encoder: { dim: 768, depth: 12, heads: 12 },
    decoder: { dim: 512, depth: 8, heads: 16 },
    maskRatio: 0.75,
  },
  /** For 32 to 64 px on two cores. */
  mae_vit_micro: {
    family: "mae",
    patch: 4,
    encoder: { dim: 96, depth: 4, heads: 3 },
    decoder: { dim: 64, depth: 1, heads: 4 },
    maskRatio: 0.75,
  },
} satisfies Record<string, MaeConfig> as Readonly<Record<string, MaeConfig>>;
