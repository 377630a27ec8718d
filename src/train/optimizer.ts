import { tf } from "../tensorflow/mod.ts";

/** AdamW's numbers that stay the same over a training. */
export interface AdamWConfig {
  weightDecay: number;
  betas: [number, number];
}

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
export function adamW(input: AdamWInput, { weightDecay, betas: [beta1, beta2] }: AdamWConfig) {
  const { gradient, decay, learningRate } = input;
  const [correction1, correction2] = tf.unstack(input.corrections);
  const m = input.m.mul(beta1).add(gradient.mul(1 - beta1)) as tf.Tensor1D;
  const v = input.v.mul(beta2).add(gradient.square().mul(1 - beta2)) as tf.Tensor1D;
  const update = m.div(correction1).div(v.div(correction2).sqrt().add(EPSILON));
  const decayed = input.parameters.mul(tf.sub(1, decay.mul(learningRate.mul(weightDecay))));
  return { parameters: decayed.sub(update.mul(learningRate)) as tf.Tensor1D, m, v };
}
