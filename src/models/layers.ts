/** Layers as plain functions of tensors, NHWC. Each takes the model's tensors and the name under which its own stand. */
import { addBias, conv2d, inPrecision, linear, normalise, type Padding, toPatches } from "../ops/mod.ts";
import { precisionOf, tf } from "../tensorflow/mod.ts";
import { type Init, type Layout, type Parameters, type ParameterSpec, termsOf } from "./parameters.ts";

/** Initial values of a layer's weight and bias. */
export interface LayerInit {
  weight: Init;
  bias: Init;
}

/** ConvNeXt's and ViT's (timm's `trunc_normal_(std=0.02)`). */
export const truncatedNormal: LayerInit = { weight: { std: 0.02 }, bias: 0 };

/** PyTorch's default for a layer whose outputs read so many inputs each. */
export function torchDefault(fanIn: number): LayerInit {
  const bound = { uniform: 1 / Math.sqrt(fanIn) };
  return { weight: bound, bias: bound };
}

/** He et al. 2015 for a convolution before a ReLU (PyTorch's `kaiming_normal_(mode="fan_out")`). */
export function kaiming(size: number, outputs: number): LayerInit {
  return { weight: { normal: Math.sqrt(2 / (size ** 2 * outputs)) }, bias: 0 };
}

/** Specifications of `name.weight` and `name.bias`. */
function weightAndBias(
  name: string,
  layout: Layout,
  shape: number[],
  outputs: number,
  { weight, bias }: LayerInit,
): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape, layout, init: weight, decay: true },
    { name: `${name}.bias`, shape: [outputs], layout: "as-is", init: bias, decay: false },
  ];
}

/** Convolution with bias, kernel `size` x `size`. */
export function convSpecs(
  name: string,
  size: number,
  inputs: number,
  outputs: number,
  init = truncatedNormal,
): ParameterSpec[] {
  return weightAndBias(name, "conv", [size, size, inputs, outputs], outputs, init);
}

/** Depthwise convolution with bias: one kernel a channel. Too few products a value for bfloat16 to make it faster. */
export function depthwiseSpecs(name: string, size: number, channels: number): ParameterSpec[] {
  const [weight, bias] = weightAndBias(
    name,
    "depthwise",
    [size, size, channels, 1],
    channels,
    truncatedNormal,
  );
  return [{ ...weight, alwaysFloat32: true }, bias];
}

/** Linear layer with bias. */
export function linearSpecs(
  name: string,
  inputs: number,
  outputs: number,
  init = truncatedNormal,
): ParameterSpec[] {
  return weightAndBias(name, "linear", [inputs, outputs], outputs, init);
}

/** Linear layer with bias that reads a whole feature map of `side` x `side`. */
export function flattenedSpecs(
  name: string,
  side: number,
  channels: number,
  outputs: number,
  init: LayerInit,
): ParameterSpec[] {
  return weightAndBias(name, "flattened", [side, side, channels, outputs], outputs, init);
}

/** Scale and shift of a normalisation layer. */
export function normSpecs(name: string, channels: number, scale = 1): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [channels], layout: "as-is", init: scale, decay: false },
    { name: `${name}.bias`, shape: [channels], layout: "as-is", init: 0, decay: false },
  ];
}

/** `[B, H, W, in] -> [B, H', W', out]` */
export function conv(p: Parameters, name: string, x: tf.Tensor4D, stride: number, pad: Padding): tf.Tensor4D {
  const { weight, bias } = termsOf(p, name);
  return addBias(conv2d(x, weight as tf.Tensor4D, stride, pad), bias);
}

/** Convolution whose stride is its size: `[B, H, W, in] -> [B, H / size, W / size, out]`, rounded down. */
export function patchConv(p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const { B, h, w, size } = patchGrid(p, name, x);
  return inPrecision(linear(toPatches(x, size), termsOf(p, name)), "float32").reshape([B, h, w, -1]);
}

/** {@link patchConv} of a layer normalisation over the channels, whose scale and shift are folded into it. */
export function normPatchConv(p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const { B, h, w, size } = patchGrid(p, name, x);
  const patches = toPatches(x, size);
  const rows = patches.reshape<tf.Tensor2D>([-1, x.shape[3]]);
  const normalised = normalise(rows, { to: precisionOf(p[`${name}.weight`]) });
  const y = linear(normalised.reshape(patches.shape), termsOf(p, name));
  return inPrecision(y, "float32").reshape([B, h, w, -1]);
}

function patchGrid(p: Parameters, name: string, { shape: [B, H, W] }: tf.Tensor4D) {
  const size = p[`${name}.weight`].shape[0];
  return { B, h: Math.floor(H / size), w: Math.floor(W / size), size };
}

/** `[rows, in] -> [rows, out]` */
export function linearLayer(p: Parameters, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return linear(x, termsOf(p, name));
}

/**
 * Linear layer of a layer normalisation whose scale and shift are folded into it: `[rows, in] -> [rows, out]`
 *
 * @param bias added to the rows before they are normalised, [in]
 */
export function normLinear(p: Parameters, name: string, x: tf.Tensor2D, bias?: tf.Tensor): tf.Tensor2D {
  return linear(normalise(x, { bias, to: precisionOf(p[`${name}.weight`]) }), termsOf(p, name));
}

/** Layer normalisation over the last axis. */
export function layerNorm<T extends tf.Tensor>(p: Parameters, name: string, x: T): T {
  const { weight, bias } = termsOf(p, name);
  return normalise(x.reshape([-1, weight.size])).mul(weight).add(bias).reshape(x.shape);
}

/** Names of the blocks of a stack: `name.0`, `name.1`, … */
export function blockNames(name: string, depth: number): string[] {
  return Array.from({ length: depth }, (_, i) => `${name}.${i}`);
}

/** Factors of a residual branch, one an image [B], as a column of one a row [B * rows, 1]. */
export function keepRows(keep: tf.Tensor1D | undefined, rows: number): tf.Tensor | undefined {
  return keep?.reshape([-1, 1]).tile([1, rows]).reshape([-1, 1]);
}

/** Stochastic depth that rises linearly from 0 at the first of `blocks` to `last` at the last. */
export function risingDropPath(blocks: number, last: number): number[] {
  return Array.from({ length: blocks }, (_, i) => blocks > 1 ? last * i / (blocks - 1) : 0);
}
