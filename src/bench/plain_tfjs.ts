/**
 * A peer of the project's step on the same native library: tfjs as its own examples use it, with one
 * variable a tensor, automatic differentiation of every layer, and `tf.train.adam`. (tfjs has no AdamW; its
 * Adam does slightly less.)
 */
import { createModel, initialise, type ModelConfig } from "../models/mod.ts";
import type { Parameters, ParameterSpec } from "../models/mod.ts";
import { random } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { plainLogits } from "./plain_networks.ts";

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
