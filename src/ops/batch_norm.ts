import { attribute, isNative, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

/** Added to the variance; PyTorch's default. */
const EPSILON = 1e-5;

const attributes = (training: boolean) => [
  attribute.type("T", "float32"),
  attribute.type("U", "float32"),
  attribute.float("epsilon", EPSILON),
  attribute.bool("is_training", training),
];

/** A batch, normalised, with the statistics that normalised it. */
export interface Normalised {
  value: tf.Tensor4D;
  /** Of the batch, [C]; the variance is the unbiased one that running statistics take. */
  mean: tf.Tensor1D;
  variance: tf.Tensor1D;
}

/**
 * Batch normalisation by the statistics of the batch itself (Ioffe & Szegedy 2015): training. Statistics are float32 whatever
 * the precision of the input, which the result has too.
 *
 * @param x [B, H, W, C]
 * @param scale [C]
 * @param shift [C]
 */
export function batchNormTraining(x: tf.Tensor4D, scale: tf.Tensor1D, shift: tf.Tensor1D): Normalised {
  if (!isNative()) return plainBatchNorm(x, scale, shift);
  let statistics!: tf.Tensor[];
  const value = withGradient<tf.Tensor4D>([x, scale, shift], () => {
    const none = tf.zeros([0]);
    const [y, ...rest] = rawOp("FusedBatchNormV2", [x, scale, shift, none, none], attributes(true), 5);
    statistics = rest.slice(0, 2).map((tensor) => tf.keep(tensor));
    return { value: y as tf.Tensor4D, saved: [x, scale, ...rest.slice(2)] };
  }, (dy, [x, scale, ...reserved]) => {
    const inputs = [toPrecision(dy, precisionOf(x)), x, scale, ...reserved];
    return rawOp("FusedBatchNormGradV2", inputs, attributes(true), 5).slice(0, 3);
  });
  const [mean, variance] = statistics as tf.Tensor1D[];
  return { value, mean, variance };
}

function plainBatchNorm(x: tf.Tensor4D, scale: tf.Tensor1D, shift: tf.Tensor1D): Normalised {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const value = x.sub(mean).mul(variance.add(EPSILON).rsqrt()).mul(scale).add(shift) as tf.Tensor4D;
  const n = x.size / scale.size;
  return {
    value,
    mean: tf.keep(mean as tf.Tensor1D),
    variance: tf.keep(variance.mul(n / (n - 1)) as tf.Tensor1D),
  };
}
