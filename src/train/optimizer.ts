import { attribute, fuse, isNative, rawOp, tf } from "../tensorflow/mod.ts";

/** AdamW's numbers that stay the same over a training. */
export interface AdamWConfig {
  weightDecay: number;
  betas: [number, number];
}

type AdamWOptions = { weightDecay: number; betas: [number, number]; decayed: number };

/** Added to the root of the second moment; PyTorch's and timm's default. */
const EPSILON = 1e-8;

/** What AdamW reads at one step, all flat vectors of the same length but for the scalars. */
export interface AdamWInput {
  parameters: tf.Tensor1D;
  /** Running mean of the gradient. */
  m: tf.Tensor1D;
  /** Running mean of the squared gradient. */
  v: tf.Tensor1D;
  gradient: tf.Tensor1D;
  /** Weight decay applies to so many values, the first. */
  decayed: number;
  /** Factor of the learning rate. Absent: 1. */
  scale?: tf.Tensor1D;
  learningRate: tf.Scalar;
  /** `1 - beta^t` of both moments at 1-based step t, [2]. */
  corrections: tf.Tensor1D;
}

/** `1 - beta^t` for both moments; `step` is 1-based. */
export function biasCorrections([beta1, beta2]: [number, number], step: number): [number, number] {
  return [1 - beta1 ** step, 1 - beta2 ** step];
}

/**
 * One step of AdamW (Loshchilov & Hutter 2019), in PyTorch's form: decay first, then the moments with their bias corrected.
 */
export function adamW(input: AdamWInput, { weightDecay, betas }: AdamWConfig) {
  const { gradient, decayed, learningRate } = input;
  const inputs = [input.parameters, input.m, input.v, gradient, learningRate, input.corrections];
  if (input.scale) inputs.push(input.scale);
  const [parameters, m, v] = update(inputs, { weightDecay, betas, decayed }) as tf.Tensor1D[];
  return { parameters, m, v };
}

/** 0, 1, 2, …; XLA makes no vector of them. */
function places(size: number): tf.Tensor {
  if (!isNative()) return tf.range(0, size, 1, "int32");
  const bounds = [0, size, 1].map((bound) => tf.scalar(bound, "int32"));
  return rawOp("Range", bounds, [attribute.type("Tidx", "int32")])[0];
}

/** What weight decay leaves of each parameter, of its share `lost`. */
function kept(lost: tf.Tensor, size: number, decayed: number): tf.Tensor {
  const factor = tf.sub(1, lost);
  return decayed === size ? factor : tf.where(places(size).less(decayed), factor, tf.scalar(1));
}

/** One pass over the vectors. */
const update = fuse(
  "adamw",
  (inputs, { weightDecay, betas, decayed }: AdamWOptions) => {
    const [parameters, m, v, gradient, learningRate, corrections, scale] = inputs;
    const [beta1, beta2] = betas;
    const rate = scale ? scale.mul(learningRate) : learningRate;
    const [correction1, correction2] = tf.unstack(corrections);
    const nextM = m.mul(beta1).add(gradient.mul(1 - beta1));
    const nextV = v.mul(beta2).add(gradient.square().mul(1 - beta2));
    const step = nextM.div(correction1).div(nextV.div(correction2).sqrt().add(EPSILON));
    const rest = parameters.mul(kept(rate.mul(weightDecay), parameters.size, decayed));
    return [rest.sub(step.mul(rate)), nextM, nextV];
  },
);
