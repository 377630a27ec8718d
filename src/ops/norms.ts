/** Layer normalisation and batch normalisation. */
import {
  attribute,
  fuse,
  isNative,
  isOnGpu,
  type Precision,
  precisionOf,
  rawOp,
  tf,
  toPrecision,
} from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

const rowMean = (x: tf.Tensor) => x.mean(-1, true);

const forward = fuse("layer_norm", ([x, bias], { epsilon, to }: { epsilon: number; to: Precision }) => {
  const rows = toPrecision(x, "float32");
  const input = bias ? rows.add(bias) : rows;
  const centred = input.sub(rowMean(input));
  const inverseStd = rowMean(centred.square()).add(epsilon).rsqrt();
  return [toPrecision(centred.mul(inverseStd), to), inverseStd];
});

const backward = fuse("layer_norm_gradient", ([dy, normalised, inverseStd], { bias }: { bias: boolean }) => {
  const [g, xHat] = [toPrecision(dy, "float32"), toPrecision(normalised, "float32")];
  const dx = g.sub(rowMean(g)).sub(xHat.mul(rowMean(g.mul(xHat)))).mul(inverseStd);
  return bias ? [dx, dx.sum(0)] : [dx];
});

/**
 * Layer normalisation of each row without scale and shift (Ba et al. 2016), statistics in float32, with the
 * closed form of its gradient: `dx = (g - mean(g) - x̂ mean(g x̂)) / std`.
 *
 * @param x [rows, channels], float32
 * @param bias added to every row beforehand, [channels]
 * @param to precision of the result: that of the product that reads it
 * @param epsilon timm's ConvNeXt and ViT: 1e-6
 */
export function normalise(
  x: tf.Tensor2D,
  { bias, to = "float32", epsilon = 1e-6 }: { bias?: tf.Tensor; to?: Precision; epsilon?: number } = {},
): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(bias ? [x, bias] : [x], () => {
    const [value, inverseStd] = forward(bias ? [x, bias] : [x], { epsilon, to });
    return { value: value as tf.Tensor2D, saved: [value, inverseStd] };
  }, (dy, saved) => backward([dy, ...saved], { bias: bias !== undefined }));
}

/** Added to a batch norm's variance; PyTorch's default. */
export const BATCH_NORM_EPSILON = 1e-5;

const attributes = (training: boolean) => [
  attribute.type("T", "float32"),
  attribute.type("U", "float32"),
  attribute.float("epsilon", BATCH_NORM_EPSILON),
  attribute.bool("is_training", training),
];

/** A batch, normalised, with the statistics that normalised it. */
interface Normalised {
  value: tf.Tensor4D;
  /** Mean of the batch, [C], and its unbiased variance, which running statistics take. */
  mean: tf.Tensor1D;
  variance: tf.Tensor1D;
}

/**
 * Batch normalisation by the statistics of the batch itself (Ioffe & Szegedy 2015): training. Statistics are
 * float32 whatever the precision of the input, which the result has too.
 *
 * @param x [B, H, W, C]
 * @param scale [C]
 * @param shift [C]
 */
export function batchNormTraining(x: tf.Tensor4D, scale: tf.Tensor1D, shift: tf.Tensor1D): Normalised {
  if (!isNative()) return plainBatchNorm(x, scale, shift);
  if (isOnGpu()) return fusedBatchNorm(x, scale, shift);
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

const batchNorm = fuse("batch_norm", ([x, scale, shift]) => {
  const rows = asFloatRows(x);
  const mean = rows.mean(0);
  const centred = rows.sub(mean);
  const variance = centred.square().mean(0);
  const inverseStd = variance.add(BATCH_NORM_EPSILON).rsqrt();
  const value = centred.mul(inverseStd.mul(scale)).add(shift).reshape(x.shape);
  return [toPrecision(value, precisionOf(x)), mean, variance, inverseStd];
});

const batchNormGradient = fuse("batch_norm_gradient", ([dy, x, scale, mean, inverseStd]) => {
  const [g, rows] = [asFloatRows(dy), asFloatRows(x)];
  const xHat = rows.sub(mean).mul(inverseStd);
  const [dShift, dScale] = [g.sum(0), g.mul(xHat).sum(0)];
  const n = rows.shape[0];
  const dx = g.sub(dShift.div(n)).sub(xHat.mul(dScale.div(n))).mul(inverseStd.mul(scale));
  return [toPrecision(dx.reshape(x.shape), precisionOf(x)), dScale, dShift];
});

const asFloatRows = (x: tf.Tensor) => toPrecision(x, "float32").reshape([-1, x.shape.at(-1)!]);

/**
 * In loops of XLA's: TensorFlow's op puts the channels first and back again around cuDNN's, which takes more
 * time than the norm.
 */
function fusedBatchNorm(x: tf.Tensor4D, scale: tf.Tensor1D, shift: tf.Tensor1D): Normalised {
  let statistics!: tf.Tensor1D[];
  const n = x.size / scale.size;
  const value = withGradient<tf.Tensor4D>([x, scale, shift], () => {
    const [y, mean, variance, inverseStd] = batchNorm([x, scale, shift], {});
    statistics = [mean, variance.mul(n / (n - 1))].map((tensor) => tf.keep(tensor as tf.Tensor1D));
    return { value: y as tf.Tensor4D, saved: [x, scale, mean, inverseStd] };
  }, (dy, saved) => batchNormGradient([dy, ...saved], {}));
  const [mean, variance] = statistics;
  return { value, mean, variance };
}

function plainBatchNorm(x: tf.Tensor4D, scale: tf.Tensor1D, shift: tf.Tensor1D): Normalised {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const value = x.sub(mean).mul(variance.add(BATCH_NORM_EPSILON).rsqrt()).mul(scale).add(
    shift,
  ) as tf.Tensor4D;
  const n = x.size / scale.size;
  return {
    value,
    mean: tf.keep(mean as tf.Tensor1D),
    variance: tf.keep(variance.mul(n / (n - 1)) as tf.Tensor1D),
  };
}
