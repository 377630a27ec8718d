import { countDecayed, type Model } from "../models/mod.ts";
import type { Recipe } from "./recipe.ts";
import { attribute, fuse, isNative, rawOp, tf } from "../tensorflow/mod.ts";

/** AdamW's numbers that stay the same over a training. */
interface AdamWConfig {
  weightDecay: number;
  betas: [number, number];
  /** Weight decay applies to so many values, the first. */
  decayed: number;
  /** Factor of each value's learning rate. Default 1. */
  rates?: Float32Array;
}

/**
 * One step of AdamW (Loshchilov & Hutter 2019), in PyTorch's form: decay first, then the moments with their
 * bias corrected. There is one function for each vector, so that a caller that goes in this order can free a
 * vector before the next one is made. All vectors are flat and of the same length.
 */
export interface AdamW {
  /** Running mean of the squared gradient. */
  v(v: tf.Tensor1D, gradient: tf.Tensor1D): tf.Tensor1D;
  /** Running mean of the gradient. */
  m(m: tf.Tensor1D, gradient: tf.Tensor1D): tf.Tensor1D;
  /** The parameters; it reads the moments after this step. */
  parameters(
    parameters: tf.Tensor1D,
    moments: { m: tf.Tensor1D; v: tf.Tensor1D },
    rate: { learningRate: tf.Scalar; corrections: tf.Tensor1D },
  ): tf.Tensor1D;
}

/** Added to the root of the second moment; PyTorch's and timm's default. */
const EPSILON = 1e-8;

/** `1 - beta^t` for both moments; `step` is 1-based. */
export function biasCorrections([beta1, beta2]: [number, number], step: number): [number, number] {
  return [1 - beta1 ** step, 1 - beta2 ** step];
}

/** AdamW as a recipe has it, for the parameters of a model. */
export function optimizerOf(
  { specs }: Pick<Model, "specs">,
  { weightDecay, betas }: Pick<Recipe, "weightDecay" | "betas">,
  rates?: Float32Array,
): AdamWConfig {
  return { weightDecay, betas, decayed: countDecayed(specs), rates };
}

/** AdamW with these numbers. */
export function adamW({ weightDecay, betas: [beta1, beta2], decayed, rates }: AdamWConfig): AdamW {
  return {
    v: (v, gradient) => nextV([v, gradient], { beta: beta2 })[0] as tf.Tensor1D,
    m: (m, gradient) => nextM([m, gradient], { beta: beta1 })[0] as tf.Tensor1D,
    parameters: (parameters, { m, v }, { learningRate, corrections }) => {
      const inputs = [parameters, m, v, learningRate, corrections, ...(rates ? [tf.tensor1d(rates)] : [])];
      return nextParameters(inputs, { weightDecay, decayed })[0] as tf.Tensor1D;
    },
  };
}

const nextV = fuse("adamw_v", ([v, gradient], { beta }: { beta: number }) => {
  return [v.mul(beta).add(gradient.square().mul(1 - beta))];
});

const nextM = fuse("adamw_m", ([m, gradient], { beta }: { beta: number }) => {
  return [m.mul(beta).add(gradient.mul(1 - beta))];
});

const nextParameters = fuse("adamw", (inputs, { weightDecay, decayed }: DecayOptions) => {
  const [parameters, m, v, learningRate, corrections, scale] = inputs;
  const rate = scale ? scale.mul(learningRate) : learningRate;
  const [correction1, correction2] = tf.unstack(corrections);
  const step = m.div(correction1).div(v.div(correction2).sqrt().add(EPSILON));
  const rest = parameters.mul(kept(rate.mul(weightDecay), parameters.size, decayed));
  return [rest.sub(step.mul(rate))];
});

type DecayOptions = { weightDecay: number; decayed: number };

/** The factor that weight decay leaves of each parameter: `1 - lost` where it is decayed, else 1. */
function kept(lost: tf.Tensor, size: number, decayed: number): tf.Tensor {
  const factor = tf.sub(1, lost);
  return decayed === size ? factor : tf.where(places(size).less(decayed), factor, tf.scalar(1));
}

/** 0, 1, 2, …; XLA makes no vector of them. */
function places(size: number): tf.Tensor {
  if (!isNative()) return tf.range(0, size, 1, "int32");
  const bounds = [0, size, 1].map((bound) => tf.scalar(bound, "int32"));
  return rawOp("Range", bounds, [attribute.type("Tidx", "int32")])[0];
}
