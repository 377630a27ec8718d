import { tf } from "../tensorflow/mod.ts";

/**
 * One-hot targets with label smoothing (Szegedy et al. 2016): `1 - s + s / classes` for the true class, `s / classes` for the
 * others.
 *
 * @param labels class of each image, [B]
 * @returns [B, classes], row by row
 */
export function smoothTargets(
  labels: ArrayLike<number>,
  classes: number,
  smoothing: number,
): Float32Array<ArrayBuffer> {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]] += 1 - smoothing;
  return targets;
}

/**
 * Mean softmax cross-entropy with soft targets, nats; its gradient is `(softmax(logits) - targets) / B`.
 *
 * @param logits [B, classes]
 * @param targets rows sum to 1, [B, classes]; no gradient flows to them
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const op = tf.customGrad((logits, save) => {
    const z = logits as tf.Tensor2D;
    const logProbabilities = tf.logSoftmax(z);
    (save as tf.GradSaveFunc)([logProbabilities]);
    const value = targets.mul(logProbabilities).sum().neg().div(z.shape[0]);
    const gradFunc = (dy: tf.Tensor, [logP]: tf.Tensor[]) => logP.exp().sub(targets).mul(dy.div(z.shape[0]));
    return { value, gradFunc };
  });
  return op(logits) as tf.Scalar;
}
