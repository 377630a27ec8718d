/** Convolutions with batch normalisation after them (Ioffe & Szegedy 2015), as ResNet and VGG have them. */
import { addBias, batchNormTraining, conv2d, inPrecision } from "../ops/mod.ts";
import { precisionOf, tf } from "../tensorflow/mod.ts";
import type { Forward } from "./model.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** Added to the variance; PyTorch's default. */
const EPSILON = 1e-5;

/**
 * Running statistics of a batch norm. PyTorch has a third buffer beside them, `num_batches_tracked`, a counter of steps that has
 * no effect on anything; it is left out here.
 */
export function batchNormBuffers(name: string, channels: number): ParameterSpec[] {
  return [
    { name: `${name}.running_mean`, shape: [channels], layout: "as-is", init: 0, decay: false },
    { name: `${name}.running_var`, shape: [channels], layout: "as-is", init: 1, decay: false },
  ];
}

/**
 * Convolution and batch norm. In training the statistics are the batch's own. At inference the norm is a scale and a shift, which
 * go into the convolution's weights and bias.
 *
 * @param conv name of the convolution, with or without bias
 * @param norm name of the batch norm
 * @returns in the precision of the weights, [B, H', W', out]
 */
export function convBatchNorm(
  p: Parameters,
  conv: string,
  norm: string,
  x: tf.Tensor4D,
  { stride, pad }: { stride: number; pad: number },
  forward: Forward,
): tf.Tensor4D {
  const kernel = p[`${conv}.weight`] as tf.Tensor4D;
  const bias = p[`${conv}.bias`] as tf.Tensor1D | undefined;
  if (!forward.training) {
    const folded = foldedNorm(p, norm, kernel, bias);
    return addBias(conv2d(x, folded.kernel, stride, pad), folded.bias);
  }
  const y = conv2d(x, kernel, stride, pad);
  const [scale, shift] = [p[`${norm}.weight`], p[`${norm}.bias`]] as tf.Tensor1D[];
  const { value, mean, variance } = batchNormTraining(bias ? addBias(y, bias) : y, scale, shift);
  if (forward.observe) forward.observe(norm, mean, variance);
  else tf.dispose([mean, variance]);
  return value;
}

function foldedNorm(p: Parameters, norm: string, kernel: tf.Tensor4D, bias?: tf.Tensor1D) {
  const inverseStd = p[`${norm}.running_var`].add(EPSILON).rsqrt();
  const scale = p[`${norm}.weight`].mul(inverseStd);
  const mean = p[`${norm}.running_mean`];
  const centre = bias ? bias.sub(mean) : mean.neg();
  return {
    kernel: inPrecision(inPrecision(kernel, "float32").mul<tf.Tensor4D>(scale), precisionOf(kernel)),
    bias: p[`${norm}.bias`].add(centre.mul(scale)),
  };
}
