/** The training step as a pure function of the network's state and a batch. */
import { decayMask, type Model, unflatten } from "../models/mod.ts";
import { crossEntropy, inPrecision } from "../ops/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { mix, type MixInput } from "./mixup.ts";
import { adamW } from "./optimizer.ts";
import type { Recipe } from "./recipe.ts";

/** Everything that a step changes. All flat vectors, one number a parameter. */
export type TrainState = {
  parameters: tf.Tensor1D;
  /** AdamW's moments. */
  m: tf.Tensor1D;
  v: tf.Tensor1D;
  /** Moving average of the parameters; absent when the recipe has none. */
  ema?: tf.Tensor1D;
};

/** Everything that a step reads from outside. */
export type StepInput = {
  /** [B, H, W, 3], normalised. */
  images: tf.Tensor4D;
  /** Soft targets, [B, classes]. */
  targets: tf.Tensor2D;
  learningRate: tf.Scalar;
  /** AdamW's bias corrections, [2]. */
  corrections: tf.Tensor1D;
  /** Stochastic depth, [branches, B]; absent for a model without. */
  keep?: tf.Tensor2D;
  /** How the batch is mixed with its reverse; absent for a recipe without. */
  mixing?: MixInput;
};

/** What a step returns: the new state and the loss of the batch (nats). */
export type StepOutput = { state: TrainState; loss: tf.Scalar };

/** A training step. It reads no value and keeps nothing, so that it can be compiled. */
export type Step = (state: TrainState, input: StepInput) => StepOutput;

/** Scales a gradient down to a global norm, as `torch.nn.utils.clip_grad_norm_` does. */
export function clip(gradient: tf.Tensor1D, norm: number): tf.Tensor1D {
  const scale = tf.minimum(1, tf.div(norm, gradient.norm().add(1e-6)));
  return gradient.mul(scale);
}

/** Makes the step of a model under a recipe: forward, backward, AdamW. */
export function makeStep(model: Model, recipe: Recipe): Step {
  const mask = decayMask(model.specs);
  return (state, { learningRate, corrections, keep, mixing, ...batch }) => {
    const { images, targets } = mixing ? mix(batch.images, batch.targets, mixing) : batch;
    const parameters = (flat: tf.Tensor1D) => unflatten(model.specs, flat, recipe.precision);
    const loss = (flat: tf.Tensor) =>
      crossEntropy(
        inPrecision(model.apply(parameters(flat as tf.Tensor1D), images, keep), "float32"),
        targets,
      );
    const { value, grad } = tf.valueAndGrad(loss)(state.parameters);
    const gradient = recipe.clipNorm === null
      ? grad as tf.Tensor1D
      : clip(grad as tf.Tensor1D, recipe.clipNorm);
    const decay = tf.tensor1d(mask);
    const updated = adamW({ ...state, gradient, decay, learningRate, corrections }, recipe);
    const ema = state.ema && recipe.ema !== null
      ? state.ema.mul(recipe.ema).add(updated.parameters.mul(1 - recipe.ema)) as tf.Tensor1D
      : undefined;
    return { state: ema ? { ...updated, ema } : updated, loss: value as tf.Scalar };
  };
}
