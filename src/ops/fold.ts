/**
 * Scales and shifts that stand beside a linear layer, folded into its weights: the same function, with one pass over the weights
 * in place of one over the activations.
 */
import { precisionOf, type tf } from "../tensorflow/mod.ts";
import type { LinearLayer } from "./linear.ts";
import { inPrecision } from "./precision.ts";

/**
 * The layer that does the work of `(x scale + shift) W + b` on `x` alone. Where it reads several positions at once (patches), its
 * `in` is positions times channels.
 *
 * @param norm scale and shift before it, such as a normalisation's, [channels] each
 */
export function foldNorm(
  { weight, bias }: LinearLayer,
  norm: Record<"weight" | "bias", tf.Tensor>,
): LinearLayer {
  const [channels, outputs] = [norm.weight.size, bias.size];
  const positions = weight.size / (channels * outputs);
  const w = inPrecision(weight, "float32");
  const scaled = w.reshape([positions, channels, outputs]).mul(norm.weight.reshape([channels, 1]));
  const shifts = positions > 1 ? norm.bias.tile([positions]) : norm.bias;
  const shifted = shifts.reshape<tf.Tensor2D>([1, -1]).matMul(w.reshape([-1, outputs])); // (1, out)
  return { weight: likeWeight(scaled, weight), bias: shifted.reshape([outputs]).add(bias) };
}

/**
 * The layer that does the work of `(x W + b) scale`.
 *
 * @param scale after it, such as ConvNeXt's layer scale, [out]
 */
export function foldScale({ weight, bias }: LinearLayer, scale: tf.Tensor): LinearLayer {
  return { weight: likeWeight(inPrecision(weight, "float32").mul(scale), weight), bias: bias.mul(scale) };
}

const likeWeight = (x: tf.Tensor, weight: tf.Tensor) =>
  inPrecision(x.reshape(weight.shape), precisionOf(weight));
