/** Layers as plain functions of tensors, NHWC. Each takes the model's tensors and the name under which its own stand. */
import { tf } from "../tensorflow/mod.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** Standard deviation of initial weights in ConvNeXt and ViT (timm's `trunc_normal_(std=0.02)`). */
const WEIGHT_STD = 0.02;

/** Specifications of `name.weight` and `name.bias`; `fan` is the shape of the weight. */
function weightAndBias(name: string, shape: number[], outputs: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape, init: { std: WEIGHT_STD }, decay: true },
    { name: `${name}.bias`, shape: [outputs], init: 0, decay: false },
  ];
}

/** Convolution with bias, kernel `size` x `size`. */
export function convSpecs(name: string, size: number, inputs: number, outputs: number): ParameterSpec[] {
  return weightAndBias(name, [size, size, inputs, outputs], outputs);
}

/** Depthwise convolution with bias: one kernel a channel. */
export function depthwiseSpecs(name: string, size: number, channels: number): ParameterSpec[] {
  return weightAndBias(name, [size, size, channels, 1], channels);
}

/** Linear layer with bias. */
export function linearSpecs(name: string, inputs: number, outputs: number): ParameterSpec[] {
  return weightAndBias(name, [inputs, outputs], outputs);
}

/** Scale and shift of a normalisation layer. */
export function normSpecs(name: string, channels: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [channels], init: 1, decay: false },
    { name: `${name}.bias`, shape: [channels], init: 0, decay: false },
  ];
}

/** `[B, H, W, in] -> [B, H', W', out]` */
export function conv(p: Parameters, name: string, x: tf.Tensor4D, stride: number, pad: "same" | "valid") {
  const weight = p[`${name}.weight`] as tf.Tensor4D;
  return tf.conv2d(x, weight, stride, pad).add(p[`${name}.bias`]) as tf.Tensor4D;
}

/** `[B, H, W, C] -> [B, H, W, C]`, stride 1, padded. */
export function depthwise(p: Parameters, name: string, x: tf.Tensor4D) {
  const weight = p[`${name}.weight`] as tf.Tensor4D;
  return tf.depthwiseConv2d(x, weight, 1, "same").add(p[`${name}.bias`]) as tf.Tensor4D;
}

/** `[rows, in] -> [rows, out]` */
export function linear(p: Parameters, name: string, x: tf.Tensor2D) {
  return tf.matMul(x, p[`${name}.weight`] as tf.Tensor2D).add(p[`${name}.bias`]) as tf.Tensor2D;
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016), with the closed form of its gradient:
 * `dx = (g - mean(g) - x̂ mean(g x̂)) / std` with `g = dy * weight`.
 *
 * @param epsilon timm's ConvNeXt: 1e-6
 */
export function layerNorm<T extends tf.Tensor>(p: Parameters, name: string, x: T, epsilon = 1e-6): T {
  const normalise = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    const centred = input.sub(input.mean(-1, true));
    const inverseStd = centred.square().mean(-1, true).add(epsilon).rsqrt();
    const normalised = centred.mul(inverseStd);
    (save as tf.GradSaveFunc)([normalised, inverseStd]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [xHat, inverse] = saved;
      return dy.sub(dy.mean(-1, true)).sub(xHat.mul(dy.mul(xHat).mean(-1, true))).mul(inverse);
    };
    return { value: normalised, gradFunc };
  });
  return normalise(x).mul(p[`${name}.weight`]).add(p[`${name}.bias`]) as T;
}

/**
 * Gaussian error linear unit (Hendrycks & Gimpel 2016), the exact form `x Φ(x)` that timm uses, with its gradient
 * `Φ(x) + x φ(x)`.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  const op = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    const cdf = input.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
    (save as tf.GradSaveFunc)([input, cdf]);
    const gradFunc = (dy: tf.Tensor, [input, cdf]: tf.Tensor[]) => {
      const density = input.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
      return dy.mul(cdf.add(input.mul(density)));
    };
    return { value: input.mul(cdf), gradFunc };
  });
  return op(x) as T;
}
