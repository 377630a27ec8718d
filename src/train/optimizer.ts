import { fuse, tf } from "../tensorflow/mod.ts";

/** AdamW's numbers that stay the same over a training. */
export interface AdamWConfig {
  weightDecay: number;
  betas: [number, number];
}

type AdamWOptions = { weightDecay: number; betas: [number, number] };

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
  /** 1 where weight decay applies, else 0. */
  decay: tf.Tensor1D;
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
  const { gradient, decay, learningRate } = input;
  const inputs = [input.parameters, input.m, input.v, gradient, decay, learningRate, input.corrections];
  if (input.scale) inputs.push(input.scale);
  const [parameters, m, v] = update(inputs, { weightDecay, betas }) as tf.Tensor1D[];
  return { parameters, m, v };
}

/** One pass over the vectors. */
const update = fuse(
  "adamw",
  (inputs, { weightDecay, betas }: AdamWOptions) => {
    const [parameters, m, v, gradient, decay, learningRate, corrections, scale] = inputs;
    const [beta1, beta2] = betas;
    const rate = scale ? scale.mul(learningRate) : learningRate;
    const [correction1, correction2] = tf.unstack(corrections);
    const nextM = m.mul(beta1).add(gradient.mul(1 - beta1));
    const nextV = v.mul(beta2).add(gradient.square().mul(1 - beta2));
    const step = nextM.div(correction1).div(nextV.div(correction2).sqrt().add(EPSILON));
    const decayed = parameters.mul(tf.sub(1, decay.mul(rate.mul(weightDecay))));
    return [decayed.sub(step.mul(rate)), nextM, nextV];
  },
);
