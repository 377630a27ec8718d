/**
 * tfjs as its own examples use it, as a peer of the project's step on the same native library: one variable a tensor,
 * automatic differentiation of every layer, `tf.train.adam`. (tfjs has no AdamW; its Adam does slightly less.)
 */
import { createModel, initialise, type ModelConfig } from "../../../models/mod.ts";
import type { Parameters, ParameterSpec } from "../../../models/mod.ts";
import { random } from "../../../stats/mod.ts";
import { tf } from "../../../tensorflow/mod.ts";
import { alexnet } from "./alexnet.ts";
import { convnext } from "./convnext.ts";
import { resnet } from "./resnet.ts";
import { vgg } from "./vgg.ts";
import { vit } from "./vit.ts";

/**
 * Logits of a network in training, written with tfjs's public functions: batch norms by the batch, dropout at the configuration's
 * rate.
 *
 * @param p tensors by the names of the project's model, parameters and buffers
 * @param images normalised, [B, H, W, 3]
 * @returns [B, classes]
 * @throws {Error} for a family that is not written down, and for stochastic depth
 */
export function plainLogits(p: Parameters, config: ModelConfig, images: tf.Tensor4D): tf.Tensor2D {
  if ("dropPath" in config && config.dropPath > 0) {
    throw new Error(`dropPath: plain tfjs has no stochastic depth; choose 0 instead of ${config.dropPath}.`);
  }
  switch (config.family) {
    case "alexnet":
      return alexnet(p, config, images);
    case "vgg":
      return vgg(p, config, images);
    case "resnet":
      return resnet(p, config, images);
    case "vit":
      return vit(p, config, images);
    case "convnext":
      return convnext(p, config, images);
    default:
      throw new Error(
        `family: plain tfjs is not written down for "${config.family}"; add it to src/cli/bench/plain_tfjs/.`,
      );
  }
}

/** The peer, ready to train on one batch. */
export interface PlainTfjs {
  /** Number of trained values. */
  parameters: number;
  /** Takes one training step and returns its loss. */
  train(): number;
}

/**
 * Makes the peer, with the initial values that the project's model draws from `random(0)`.
 *
 * @param images normalised, [B, H, W, 3]
 * @param targets probabilities, [B, classes]
 * @throws {Error} at the first step, as {@link plainLogits}
 */
export function plainTfjs(config: ModelConfig, images: tf.Tensor4D, targets: tf.Tensor2D): PlainTfjs {
  const { specs, buffers } = createModel(config, targets.shape[1], images.shape[1]);
  const stream = random(0);
  const drawn = (spec: ParameterSpec) => tf.tensor(initialise([spec], stream), spec.shape);
  const variables = specs.map((spec) => [spec.name, tf.variable(drawn(spec))] as const);
  const p: Parameters = Object.fromEntries([
    ...variables,
    ...buffers.map((spec) => [spec.name, drawn(spec)] as const),
  ]);
  const optimizer = tf.train.adam(1e-3, 0.9, 0.95);
  return {
    parameters: variables.reduce((sum, [, { size }]) => sum + size, 0),
    train: () => {
      const loss = optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(targets, plainLogits(p, config, images)),
        true,
      )!;
      const [value] = loss.dataSync();
      loss.dispose();
      return value;
    },
  };
}
