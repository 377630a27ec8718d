/** Features of images from any layer of a network. */
import { createHash } from "node:crypto";
import type { Batch } from "../data/mod.ts";
import { layerOutput, type Model, type Weights } from "../models/mod.ts";
import { imagesFromPixels } from "../ops/mod.ts";
import { compile, type Compiled, type Precision, tf } from "../tensorflow/mod.ts";
import { pixelsTensor } from "../train/mod.ts";
import {
  collectFeatures,
  type CollectOptions,
  type DisposableFeaturizer,
  type ImageSource,
} from "./collect.ts";
import type { StoredFeatures } from "./feature_file.ts";

/**
 * How the output of a layer becomes one vector an image: `mean` over positions, of feature maps or of the
 * patches' tokens; `class-token`, the first token; `flatten`, all of it. Pooled outputs, [B, C], stay as they
 * are.
 */
type Pooling = "mean" | "class-token" | "flatten";

/** The features that are taken. */
export interface FeatureOptions {
  /** One of the model's `layers`. Default: the last, what the classifier reads. */
  layer?: string;
  /** Default `mean`. */
  pooling?: Pooling;
  /** Most values an image that `flatten` may give. Default 65,536. */
  limit?: number;
  /** Default `float32`. */
  precision?: Precision;
}

const LIMIT = 65_536;

/**
 * A network up to one of its layers, pooled: (weights, pixels [B, H, W, 3] or [B, H, W, 1]) -> [B, columns],
 * compiled.
 */
export type FeatureReader = Compiled<[Weights, tf.Tensor4D], tf.Tensor2D>;

/**
 * Compiles a network up to a layer; what comes after it is not computed. The caller disposes it.
 *
 * @throws {Error} for a layer that the model doesn't have; when first called, for a pooling that doesn't suit
 *   the layer
 */
export function makeFeatureReader(model: Model, options: FeatureOptions = {}): FeatureReader {
  const { layer, pooling, limit, precision } = complete(model, options);
  const read = (x: tf.Tensor) => pooled(x, layer, pooling, limit, prefixTokens(model, layer));
  return compile(
    (weights: Weights, pixels: tf.Tensor4D) =>
      layerOutput(model, weights, layer, read, precision)(imagesFromPixels(pixels)),
    model,
  );
}

function complete(model: Model, options: FeatureOptions): Required<FeatureOptions> {
  const { layer = model.layers.at(-1)!, pooling = "mean", limit = LIMIT, precision = "float32" } = options;
  if (!model.layers.includes(layer)) {
    throw new Error(`${model.name} has no layer "${layer}". Its layers: ${model.layers.join(", ")}.`);
  }
  return { layer, pooling, limit, precision };
}

/** Tokens before those of the patches in a layer of tokens: 1 where the class token is among them. */
export function prefixTokens(model: Model, layer: string): number {
  return layer !== "patch_embed" && model.specs.some(({ name }) => name === "cls_token") ? 1 : 0;
}

function pooled(x: tf.Tensor, layer: string, pooling: Pooling, limit: number, prefix: number): tf.Tensor2D {
  const [B, ...rest] = x.shape;
  if (x.rank === 2) return x.clone() as tf.Tensor2D;
  if (pooling === "flatten") {
    const columns = rest.reduce((a, b) => a * b);
    if (columns > limit) {
      throw new Error(`"${layer}" gives ${columns} values an image, more than ${limit}: pool it by "mean".`);
    }
    return x.reshape([B, columns]);
  }
  if (pooling === "mean") {
    if (x.rank === 4) return x.mean<tf.Tensor2D>([1, 2]);
    return x.slice([0, prefix, 0]).mean<tf.Tensor2D>(1);
  }
  if (x.rank !== 3 || prefix === 0) {
    throw new Error(`"${layer}" has no class token: pool it by "mean" or "flatten".`);
  }
  return x.slice([0, 0, 0], [-1, 1, -1]).reshape([B, -1]);
}

/** sha256 of a network's values. */
async function weightsDigest({ parameters, buffers }: Weights): Promise<string> {
  const hash = createHash("sha256");
  for (const tensor of buffers ? [parameters, buffers] : [parameters]) {
    const { buffer, byteOffset, byteLength } = await tensor.data() as Float32Array;
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}

/**
 * A layer of a network as a way to turn images into vectors. The caller disposes it.
 *
 * @param weights not disposed; they must live as long as it does
 * @throws {Error} for a layer that the model doesn't have
 */
export async function networkFeatures(
  model: Model,
  weights: Weights,
  options: FeatureOptions = {},
): Promise<DisposableFeaturizer> {
  const { layer, pooling, precision } = complete(model, options);
  const parts = ["network", model.name, await weightsDigest(weights), layer, pooling, precision];
  const read = makeFeatureReader(model, options);
  const compute = async (batch: Batch, side: number) => {
    const input = pixelsTensor(batch, side);
    const output = await read(weights, input).finally(() => input.dispose());
    const values = await output.data() as Float32Array;
    output.dispose();
    return values;
  };
  return { identity: JSON.stringify(parts), compute, [Symbol.dispose]: () => read.dispose() };
}

/**
 * Features of images from a layer of a network, on disk. They are known by the network's weights, the layer,
 * the pooling and the images: features that were extracted before are opened.
 *
 * @param weights not disposed
 * @returns open; the caller closes them
 * @throws {Error} for a layer or a pooling that cannot be
 */
export async function extractFeatures(
  model: Model,
  weights: Weights,
  source: ImageSource,
  options: FeatureOptions & CollectOptions,
): Promise<StoredFeatures> {
  using featurizer = await networkFeatures(model, weights, options);
  return await collectFeatures(featurizer, source, options);
}
