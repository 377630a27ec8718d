import { attribute, isNative, rawOp, tf } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

/** Loss of each row and its gradient by the logits. */
function rowsAndGradient(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor[] {
  if (isNative()) {
    return rawOp("SoftmaxCrossEntropyWithLogits", [logits, targets], [attribute.type("T", "float32")], 2);
  }
  const logP = tf.logSoftmax(logits);
  return [targets.mul(logP).sum(-1).neg(), logP.exp().sub(targets)];
}

/**
 * Mean softmax cross-entropy with soft targets, nats; its gradient is `(softmax(logits) - targets) / B`.
 *
 * @param logits [B, classes], float32
 * @param targets rows sum to 1, [B, classes]; no gradient flows to them
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  return withGradient<tf.Scalar>([logits], () => {
    const [rows, gradient] = rowsAndGradient(logits, targets);
    return { value: rows.mean(), saved: [gradient] };
  }, (dy, [gradient]) => [gradient.mul(dy.div(logits.shape[0]))]);
}
