import { attribute, isNative, rawOp, tf } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

/** Logarithms of the probabilities, in one op where there is one. */
function logProbabilities(logits: tf.Tensor2D): tf.Tensor {
  if (!isNative()) return tf.logSoftmax(logits);
  return rawOp("LogSoftmax", [logits], [attribute.type("T", "float32")])[0];
}

/**
 * Mean softmax cross-entropy with soft targets, nats; its gradient is `(softmax(logits) - targets) / B`.
 *
 * @param logits [B, classes], float32
 * @param targets rows sum to 1, [B, classes]; no gradient flows to them
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const [rows] = logits.shape;
  return withGradient<tf.Scalar>([logits], () => {
    const logP = logProbabilities(logits);
    return { value: logP.mul(targets).sum().div(-rows), saved: [logP, targets] };
  }, (dy, [logP, targets]) => [logP.exp().sub(targets).mul(dy.div(rows))]);
}
