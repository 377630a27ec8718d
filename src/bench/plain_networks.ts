/** Layers in tfjs's public functions. Each takes the tensors of the network and the name under which its own stand. */
import type { Parameters } from "../models/mod.ts";
import { tf } from "../tensorflow/mod.ts";

/** PyTorch's of batch norm, and timm's of layer norm. */
const BATCH_EPSILON = 1e-5, LAYER_EPSILON = 1e-6;

/** Zeros around each image: on the native library tfjs has gradients of "same" and "valid" alone. */
export function padded(x: tf.Tensor4D, pad: number): tf.Tensor4D {
  return pad > 0 ? tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]]) : x;
}

/** Convolution, with bias where there is one: `[B, H, W, in] -> [B, H', W', out]` */
export function conv(p: Parameters, name: string, x: tf.Tensor4D, stride = 1, pad = 0): tf.Tensor4D {
  const [weight, bias] = [p[`${name}.weight`] as tf.Tensor4D, p[`${name}.bias`]];
  const same = stride === 1 && 2 * pad === weight.shape[0] - 1;
  const y = same ? tf.conv2d(x, weight, 1, "same") : tf.conv2d(padded(x, pad), weight, stride, "valid");
  return bias ? y.add(bias) : y;
}

/** `[rows, in] -> [rows, out]`; its weight may lie as a 1x1 convolution's, or as one for a whole feature map. */
export function linear(p: Parameters, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const weight = p[`${name}.weight`].reshape<tf.Tensor2D>([x.shape[1], -1]);
  return x.matMul(weight).add(p[`${name}.bias`]);
}

/** Normalisation over the last axis. */
export function layerNorm<T extends tf.Tensor>(p: Parameters, name: string, x: T): T {
  const { mean, variance } = tf.moments(x, -1, true);
  const normalised = x.sub(mean).div(variance.add(LAYER_EPSILON).sqrt());
  return normalised.mul(p[`${name}.weight`]).add(p[`${name}.bias`]);
}

/** Normalisation by the statistics of the batch. No running statistics are kept, which only evaluation would read. */
export function batchNorm(p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const [scale, shift] = [p[`${name}.weight`], p[`${name}.bias`]] as tf.Tensor1D[];
  return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, shift, scale, BATCH_EPSILON);
}

/** tfjs has no function for it. */
export function gelu<T extends tf.Tensor>(x: T): T {
  return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
}
