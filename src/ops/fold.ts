/**
 * Scales and shifts that stand beside a linear layer, folded into its weights: the same function and the same gradients,
 * without a pass over the activations.
 */
import { fuse, precisionOf, tf, toPrecision } from "../tensorflow/mod.ts";

/** Two functions on tensors: a linear layer's weights [in, out] and bias [out] from others, and the gradients by those. */
export interface Fold {
  /** `[weight, bias, ...others] -> [folded weight, folded bias]` */
  forward(inputs: tf.Tensor[]): tf.Tensor[];
  /**
   * `[dWeight, dy, weight, bias, ...others] -> gradients by [weight, bias, ...others]`, where `dWeight` is the gradient by the
   * folded weights and the sum of the rows of `dy` that by the folded bias
   */
  backward(inputs: tf.Tensor[]): tf.Tensor[];
}

const columnSum = (x: tf.Tensor) => toPrecision(x, "float32").sum(0);

const likeWeight = (x: tf.Tensor, weight: tf.Tensor) =>
  toPrecision(x.reshape(weight.shape), precisionOf(weight));

const normForward = fuse("fold_norm", ([weight, bias, scale, shift]) => {
  const w = toPrecision(weight, "float32").reshape([-1, scale.size, bias.size]);
  const scaled = w.mul(scale.reshape([1, -1, 1]));
  return [likeWeight(scaled, weight), w.mul(shift.reshape([1, -1, 1])).sum([0, 1]).add(bias)];
});

const normBackward = fuse("fold_norm_gradient", ([dWeight, dy, weight, _bias, scale, shift]) => {
  const dBias = columnSum(dy);
  const blocks = [-1, scale.size, dBias.size];
  const w = toPrecision(weight, "float32").reshape(blocks);
  const g = toPrecision(dWeight, "float32").reshape(blocks);
  const unfolded = g.mul(scale.reshape([1, -1, 1])).add(shift.reshape([1, -1, 1]).mul(dBias));
  return [likeWeight(unfolded, weight), dBias, g.mul(w).sum([0, 2]), w.mul(dBias).sum([0, 2])];
});

/**
 * A normalisation's scale and shift [channels] before the layer: `(x̂ scale + shift) W + b`. Where the layer reads several
 * positions at once (patches), `in` is positions times channels.
 */
export const foldNorm: Fold = {
  forward: (inputs) => normForward(inputs, {}),
  backward: (inputs) => normBackward(inputs, {}),
};

const scaleForward = fuse("fold_scale", ([weight, bias, scale]) => {
  const scaled = toPrecision(weight, "float32").mul(scale);
  return [likeWeight(scaled, weight), bias.mul(scale)];
});

const scaleBackward = fuse("fold_scale_gradient", ([dWeight, dy, weight, bias, scale]) => {
  const dBias = columnSum(dy);
  const g = toPrecision(dWeight, "float32");
  const dScale = g.mul(toPrecision(weight, "float32")).sum(0).add(dBias.mul(bias));
  return [likeWeight(g.mul(scale), weight), dBias.mul(scale), dScale];
});

/** A scale [out] after the layer, such as ConvNeXt's layer scale: `(x W + b) scale`. */
export const foldScale: Fold = {
  forward: (inputs) => scaleForward(inputs, {}),
  backward: (inputs) => scaleBackward(inputs, {}),
};

const sumForBias = fuse("bias_gradient", ([dy]) => [columnSum(dy)]);

/** Nothing beside the layer. */
export const foldNothing: Fold = {
  forward: ([weight, bias]) => [weight, bias],
  backward: ([dWeight, dy]) => [dWeight, ...sumForBias([dy], {})],
};
