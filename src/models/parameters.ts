/**
 * A model's weights as plain data. Names and shapes come from a list of specifications; all values live in one flat
 * vector, so that an optimizer step is a dozen operations on one tensor however many layers there are.
 */
import type { Random } from "../stats/mod.ts";
import { inPrecision } from "../ops/mod.ts";
import { type Precision, tf } from "../tensorflow/mod.ts";

/** One tensor of a model. */
export interface ParameterSpec {
  /** timm's name, for example `stages.0.blocks.1.conv_dw.weight`. */
  name: string;
  /** Shape in TensorFlow's layout: convolutions [height, width, in, out], linear layers [in, out]. */
  shape: number[];
  /** Initial values: one number for all, or a normal distribution with this `std`, cut at two of them. */
  init: number | { std: number };
  /** Whether weight decay applies: to weights of convolutions and linear layers, not to biases, norms and scales. */
  decay: boolean;
  /** Stays float32 where the network is computed in bfloat16. Default: biases, norms and scales do, weights do not. */
  alwaysFloat32?: boolean;
}

/** A model's tensors by name. */
export type Parameters = Record<string, tf.Tensor>;

/** Number of values that a tensor of this specification holds. */
export function specSize(spec: ParameterSpec): number {
  return spec.shape.reduce((product, dim) => product * dim, 1);
}

/** Number of values over all specifications. */
export function countParameters(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, spec) => sum + specSize(spec), 0);
}

/** Draws initial values into one flat vector, in the order of the specifications. */
export function initialise(specs: readonly ParameterSpec[], stream: Random): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(countParameters(specs));
  let offset = 0;
  for (const spec of specs) {
    const part = flat.subarray(offset, offset += specSize(spec));
    const { init } = spec;
    if (typeof init === "number") part.fill(init);
    else for (let i = 0; i < part.length; i++) part[i] = init.std * stream.truncatedNormal();
  }
  return flat;
}

/** 1 where weight decay applies, 0 elsewhere, in the layout of the flat vector. */
export function decayMask(specs: readonly ParameterSpec[]): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(countParameters(specs));
  let offset = 0;
  for (const spec of specs) mask.fill(spec.decay ? 1 : 0, offset, offset += specSize(spec));
  return mask;
}

/**
 * Views a flat vector as named tensors. Its gradient joins their gradients into one flat vector.
 *
 * @param precision of the weights of convolutions and linear layers, and so of the products with them
 */
export function unflatten(
  specs: readonly ParameterSpec[],
  flat: tf.Tensor1D,
  precision: Precision = "float32",
): Parameters {
  if (specs.length === 0) return {};
  const parts = tf.split(flat, specs.map(specSize));
  const view = ({ shape, decay, alwaysFloat32 }: ParameterSpec, part: tf.Tensor) =>
    inPrecision(part.reshape(shape), decay && !alwaysFloat32 ? precision : "float32");
  return Object.fromEntries(specs.map((spec, i) => [spec.name, view(spec, parts[i])]));
}
