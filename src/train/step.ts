/** What a training step computes, as pure functions of the network's state and a batch; `Stepper` takes the steps. */
import {
  countDecayed,
  type ForwardOptions,
  logits,
  type Model,
  unflatten,
  type Weights,
} from "../models/mod.ts";
import { crossEntropy, imagesFromPixels } from "../ops/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { mix, type MixInput } from "./mixup.ts";
import type { AdamWConfig } from "./optimizer.ts";
import type { Recipe } from "./recipe.ts";

/** Everything that a step changes. All flat vectors, one number a parameter, or a value of the buffers. */
export type TrainState = {
  parameters: tf.Tensor1D;
  /** AdamW's moments. */
  m: tf.Tensor1D;
  v: tf.Tensor1D;
  /** Moving average of the parameters; absent when the recipe has none. */
  ema?: tf.Tensor1D;
  /** Running statistics of batch norms; absent for a model without buffers. */
  buffers?: tf.Tensor1D;
  /** Their moving average, at the rate of the parameters', as in timm's `ModelEma`. */
  emaBuffers?: tf.Tensor1D;
};

/** Everything that a step reads from outside. */
export type StepInput = {
  /** 8-bit values, [B, H, W, 3], or [B, H, W, 1] for grey; see `imagesFromPixels`. */
  pixels: tf.Tensor4D;
  /** Soft targets, [B, classes]. */
  targets: tf.Tensor2D;
  learningRate: tf.Scalar;
  /** AdamW's bias corrections, [2]. */
  corrections: tf.Tensor1D;
  /** Stochastic depth, [branches, B]; absent for a model without. */
  keep?: tf.Tensor2D;
  /** Key of dropout's random numbers, int32 [2]; absent for a model without. */
  dropout?: tf.Tensor1D;
  /** How the batch is mixed with its reverse; absent for a recipe without. */
  mixing?: MixInput;
};

/** What the forward and the backward pass of a batch give. */
export type Pass = {
  /** Of the loss, with respect to the parameters; clipped if the recipe says so. */
  gradient: tf.Tensor1D;
  /** Of the batch, nats. */
  loss: tf.Scalar;
  /** The buffers after the batch; absent for a model without. */
  buffers?: tf.Tensor1D;
};

/** How a state is moved by a batch: the passes that give a gradient, and what is done with it. */
export interface StepRule<Input> {
  /** It reads no value and keeps nothing, so that it can be compiled. */
  pass: (weights: Weights, input: Input) => Pass;
  /** Number of parts of the passes that do not depend on each other; see `compile`. */
  towers: number;
  optimizer: AdamWConfig;
  /** Decay of the moving average of the weights; null for none. */
  ema: number | null;
}

/** Scales a gradient down to a global norm, as `torch.nn.utils.clip_grad_norm_` does. */
export function clip(gradient: tf.Tensor1D, norm: number): tf.Tensor1D {
  const scale = tf.minimum(1, tf.div(norm, gradient.norm().add(1e-6)));
  return gradient.mul(scale);
}

/** An exponential moving average after one more step, as timm's `ModelEmaV3`. */
export function movingAverage(before: tf.Tensor1D, now: tf.Tensor1D, decay: number): tf.Tensor1D {
  return before.mul(decay).add(now.mul(1 - decay));
}

/** How far a batch moves batch norm's running statistics; PyTorch's default. */
const MOMENTUM = 0.1;

/** Buffers after a batch: running statistics move towards those that were observed, all else stays. */
function movedBuffers(model: Model, buffers: tf.Tensor1D, observed: Record<string, tf.Tensor>): tf.Tensor1D {
  const before = unflatten(model.buffers, buffers);
  const batch = tf.concat1d(model.buffers.map(({ name }) => (observed[name] ?? before[name]).reshape([-1])));
  tf.dispose(observed);
  return buffers.add(batch.sub(buffers).mul(MOMENTUM));
}

/** Value and gradient of a loss, the gradient clipped if the recipe says so. */
export function passOf(
  loss: (parameters: tf.Tensor1D) => tf.Scalar,
  parameters: tf.Tensor1D,
  { clipNorm }: Pick<Recipe, "clipNorm">,
): Pass {
  const { value, grad } = tf.valueAndGrad((flat) => loss(flat as tf.Tensor1D))(parameters);
  const gradient = grad as tf.Tensor1D;
  return { gradient: clipNorm === null ? gradient : clip(gradient, clipNorm), loss: value as tf.Scalar };
}

/** AdamW as a recipe has it, for the parameters of a model. */
export function optimizerOf(
  { specs }: Pick<Model, "specs">,
  { weightDecay, betas }: Pick<Recipe, "weightDecay" | "betas">,
  rates?: Float32Array,
): AdamWConfig {
  return { weightDecay, betas, decayed: countDecayed(specs), rates };
}

/**
 * How a classifier is trained under a recipe.
 *
 * @param rates factor of each parameter's learning rate. Default 1.
 */
export function classifierRule(model: Model, recipe: Recipe, rates?: Float32Array): StepRule<StepInput> {
  const [pass, optimizer] = [makePass(model, recipe), optimizerOf(model, recipe, rates)];
  return { pass, towers: model.towers, optimizer, ema: recipe.ema };
}

/** The forward and the backward pass of a classifier under a recipe. */
function makePass(model: Model, recipe: Recipe): StepRule<StepInput>["pass"] {
  return ({ parameters, buffers }, { keep, dropout, mixing, ...batch }) => {
    const seen = { images: imagesFromPixels(batch.pixels), targets: batch.targets };
    const { images, targets } = mixing ? mix(seen.images, seen.targets, mixing) : seen;
    const observed: Record<string, tf.Tensor> = {};
    const observe: ForwardOptions["observe"] = (name, mean, variance) =>
      Object.assign(observed, { [`${name}.running_mean`]: mean, [`${name}.running_var`]: variance });
    const loss = (flat: tf.Tensor1D) => {
      const classify = logits(model, { parameters: flat, buffers }, recipe.precision);
      return crossEntropy(classify(images, { keep, dropout, training: true, observe }), targets);
    };
    const pass = passOf(loss, parameters, recipe);
    return buffers ? { ...pass, buffers: movedBuffers(model, buffers, observed) } : pass;
  };
}
