/** Batch normalisation (Ioffe & Szegedy 2015), together with the convolution before it. */
import { addBias, BATCH_NORM_EPSILON, batchNormTraining, conv2d, inPrecision } from "../ops/mod.ts";
import { precisionOf, tf } from "../tensorflow/mod.ts";
import { normSpecs, plainSpec } from "./layers.ts";
import type { ForwardOptions } from "./model.ts";
import type { Layer } from "./network.ts";
import type { Parameters } from "./parameters.ts";

/**
 * Batch normalisation of the convolution before it. PyTorch has a third buffer beside the running statistics,
 * `num_batches_tracked`, a counter of steps that has no effect on anything; it is left out here.
 *
 * @param scale initial scale. Default 1
 */
export function batchNorm(name: string, scale = 1): Layer {
  return {
    kind: "batchNorm",
    place: ({ path, shape, left: { conv } }) => {
      const norm = path + name;
      if (!conv) throw new Error(`There is no convolution before the batch norm "${norm}".`);
      const channels = shape.at(-1)!;
      return {
        specs: normSpecs(norm, channels, scale),
        buffers: [
          plainSpec(`${norm}.running_mean`, [channels], 0),
          plainSpec(`${norm}.running_var`, [channels], 1),
        ],
        apply: (p, x, { forward }) => convBatchNorm(p, conv.name, norm, x as tf.Tensor4D, conv, forward),
      };
    },
  };
}

/**
 * Convolution and batch norm. In training the statistics are the batch's own. At inference the norm is a
 * scale and a shift, which go into the convolution's weights and bias.
 *
 * @param conv name of the convolution, with or without bias
 * @param norm name of the batch norm
 * @returns in the precision of the weights, [B, H', W', out]
 */
function convBatchNorm(
  p: Parameters,
  conv: string,
  norm: string,
  x: tf.Tensor4D,
  { stride, pad }: { stride: number; pad: number },
  forward: ForwardOptions,
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
  const inverseStd = p[`${norm}.running_var`].add(BATCH_NORM_EPSILON).rsqrt();
  const scale = p[`${norm}.weight`].mul(inverseStd);
  const mean = p[`${norm}.running_mean`];
  const centre = bias ? bias.sub(mean) : mean.neg();
  return {
    kernel: inPrecision(inPrecision(kernel, "float32").mul<tf.Tensor4D>(scale), precisionOf(kernel)),
    bias: p[`${norm}.bias`].add(centre.mul(scale)),
  };
}
