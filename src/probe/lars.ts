import { tf } from "../tensorflow/mod.ts";

/** Numbers of a step of gradient descent with momentum. */
export interface LarsConfig {
  momentum: number;
  weightDecay: number;
  /** Length of a matrix's step as a share of the matrix's own (LARS); `null` for plain gradient descent. */
  trustCoefficient: number | null;
}

/** A tensor and the running sum of its steps. */
export type Moving<T extends tf.Tensor = tf.Tensor> = { value: T; velocity: T };

/**
 * One step of LARS (You, Gitman & Ginsburg 2017) as MAE takes it: the gradient of a matrix, with its weight decay, is scaled to
 * a share of the matrix's norm; biases get neither. Momentum sums what comes out, and the learning rate scales the sum.
 */
export function lars<T extends tf.Tensor>(
  { value, velocity }: Moving<T>,
  gradient: T,
  learningRate: tf.Scalar,
  { momentum, weightDecay, trustCoefficient }: LarsConfig,
): Moving<T> {
  const isMatrix = value.rank > 1;
  const decayed = isMatrix && weightDecay > 0 ? gradient.add<T>(value.mul(weightDecay)) : gradient;
  const scaled = isMatrix && trustCoefficient !== null
    ? decayed.mul<T>(trust(value, decayed, trustCoefficient))
    : decayed;
  const next = velocity.mul(momentum).add<T>(scaled);
  return { value: value.sub<T>(next.mul(learningRate)), velocity: next };
}

/** Factor of the step; 1 where the tensor or its gradient is nothing but zeros. */
function trust(value: tf.Tensor, gradient: tf.Tensor, coefficient: number): tf.Tensor {
  const [w, g] = [value.norm(), gradient.norm()];
  const both = tf.logicalAnd(w.greater(0), g.greater(0));
  return tf.where(both, w.div(g).mul(coefficient), tf.onesLike(w));
}
