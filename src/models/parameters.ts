/**
 * A model's tensors as plain data. Names and shapes come from a list of specifications; all values live in
 * one flat vector, so that an optimizer step is a dozen operations on one tensor however many layers there
 * are.
 */
import type { Random } from "../stats/mod.ts";
import { partsOf } from "../ops/mod.ts";
import { isOnGpu, type Precision, tf } from "../tensorflow/mod.ts";

/**
 * How a tensor lies here and in PyTorch (torchvision, timm, safetensors files of theirs):
 *
 * | layout | here | in PyTorch | from PyTorch's |
 * |---|---|---|---|
 * | `conv` | [height, width, in, out] | [out, in, height, width] | axes 2, 3, 1, 0 |
 * | `depthwise` | [height, width, channels, 1] | [channels, 1, height, width] | axes 2, 3, 0, 1 |
 * | `linear` | [in, out] | [out, in] | axes 1, 0 |
 * | `flattened` | [height, width, in, out] | [out, in * height * width] | as [out, in, h, w], then `conv` |
 * | `as-is` | the same in both: biases, norms, scales, position embeddings, running statistics | | |
 *
 * `flattened` is a linear layer that reads a whole feature map: PyTorch flattens it channel by channel,
 * TensorFlow's layout position by position. {@link torchShape} gives PyTorch's shape.
 */
type TensorLayout = "conv" | "depthwise" | "linear" | "flattened" | "as-is";

/**
 * Initial values: one number for all; a normal distribution with this `std` cut at two of them; a `normal`
 * distribution with this standard deviation; a `uniform` one between plus and minus this; or fixed
 * sine-cosine `positions` of a grid (see {@link sinCosPositions}).
 */
type Init =
  | number
  | { std: number }
  | { normal: number }
  | { uniform: number }
  | { positions: [height: number, width: number]; classToken: boolean };

/** Initial values of a layer's weight and bias. */
interface LayerInit {
  weight: Init;
  bias: Init;
}

/** Initial values by the number of inputs that an output reads, and of outputs that read an input. */
export type Initialiser = (fanIn: number, fanOut: number) => LayerInit;

/** ConvNeXt's and ViT's (timm's `trunc_normal_(std=0.02)`). */
export const truncatedNormal: Initialiser = () => ({ weight: { std: 0.02 }, bias: 0 });

/** PyTorch's default. */
export const torchDefault: Initialiser = (fanIn) => {
  const bound = { uniform: 1 / Math.sqrt(fanIn) };
  return { weight: bound, bias: bound };
};

/** He et al. 2015 for a convolution before a ReLU (PyTorch's `kaiming_normal_(mode="fan_out")`). */
export const kaiming: Initialiser = (_fanIn, fanOut) => ({
  weight: { normal: Math.sqrt(2 / fanOut) },
  bias: 0,
});

/** One tensor of a model. */
export interface ParameterSpec {
  /** timm's name, or torchvision's for AlexNet and VGG, for example `stages.0.blocks.1.conv_dw.weight`. */
  name: string;
  /** Shape in TensorFlow's layout. */
  shape: number[];
  /** How it lies, and where its axes stand in PyTorch. */
  layout: TensorLayout;
  init: Init;
  /**
   * Whether weight decay applies: to weights of convolutions and linear layers, not to biases, norms, scales
   * and positions.
   */
  decay: boolean;
  /**
   * Stays float32 on a CPU where the network is computed in bfloat16. Default: what is not decayed stays so
   * everywhere, weights nowhere.
   */
  float32OnCpu?: boolean;
}

/** A tensor that weight decay passes over: a bias, a norm's, a scale, positions. */
export const plainSpec = (name: string, shape: number[], init: Init): ParameterSpec => ({
  name,
  shape,
  layout: "as-is",
  init,
  decay: false,
});

/** A model's tensors by name: parameters and buffers. */
export type Parameters = Record<string, tf.Tensor>;

/** Weight and bias of a layer. */
export function termsOf(p: Parameters, layer: string): { weight: tf.Tensor; bias: tf.Tensor } {
  return { weight: p[`${layer}.weight`], bias: p[`${layer}.bias`] };
}

/** Number of values that a tensor of this specification holds. */
export function specSize(spec: ParameterSpec): number {
  return spec.shape.reduce((product, dim) => product * dim, 1);
}

/** Number of values over all specifications. */
export function countParameters(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, spec) => sum + specSize(spec), 0);
}

/** Shape that PyTorch gives a tensor; see {@link TensorLayout}. */
export function torchShape({ shape, layout }: ParameterSpec): number[] {
  if (layout === "linear") return shape.toReversed();
  if (layout === "as-is") return shape;
  const [height, width, inputs, outputs] = shape;
  if (layout === "flattened") return [outputs, inputs * height * width];
  return layout === "conv" ? [outputs, inputs, height, width] : [inputs, outputs, height, width];
}

/**
 * Fixed positions of a grid of patches (MAE's `get_2d_sincos_pos_embed`, after Vaswani et al. 2017): the
 * first half of the channels says the column, the second the row; each half is sines, then cosines, of
 * `position / 10000^(2i / half)`.
 *
 * @param channels a multiple of 4
 * @param classToken a row of zeros comes first
 * @returns [classToken + height * width, channels]
 */
function sinCosPositions(
  [height, width]: [number, number],
  channels: number,
  classToken: boolean,
): Float32Array<ArrayBuffer> {
  const quarter = channels / 4;
  const first = classToken ? 1 : 0;
  const table = new Float32Array((first + height * width) * channels);
  for (let token = 0; token < height * width; token++) {
    const [row, column] = [Math.floor(token / width), token % width];
    for (let i = 0; i < quarter; i++) {
      const frequency = 10000 ** (-i / quarter);
      const angles = [column * frequency, row * frequency];
      const waves = angles.flatMap((angle) => [Math.sin(angle), Math.cos(angle)]);
      waves.forEach((wave, k) => table[(first + token) * channels + k * quarter + i] = wave);
    }
  }
  return table;
}

/** All values of a model outside of TensorFlow. */
export interface FlatWeights {
  /** In the order of `model.specs`. */
  parameters: Float32Array;
  /** In the order of `model.buffers`; absent for a model without. */
  buffers?: Float32Array;
}

/** A tensor and its part of a flat vector. */
export interface PlacedValues {
  spec: ParameterSpec;
  /** A view: what is written to it is in the vector. */
  values: Float32Array;
}

/**
 * The parts of a flat vector, one a tensor.
 *
 * @throws {Error} when the vector is not as long as the tensors together
 */
export function placesIn(specs: readonly ParameterSpec[], flat: Float32Array): PlacedValues[] {
  const size = countParameters(specs);
  if (flat.length !== size) {
    throw new Error(`A flat vector of ${flat.length} values was given for tensors of ${size}.`);
  }
  let offset = 0;
  return specs.map((spec) => ({ spec, values: flat.subarray(offset, offset += specSize(spec)) }));
}

function draw(part: Float32Array, { init, shape }: ParameterSpec, stream: Random): void {
  if (typeof init === "number") return void part.fill(init);
  if ("positions" in init) return part.set(sinCosPositions(init.positions, shape.at(-1)!, init.classToken));
  for (let i = 0; i < part.length; i++) {
    if ("std" in init) part[i] = init.std * stream.truncatedNormal();
    else if ("normal" in init) part[i] = init.normal * stream.normal();
    else part[i] = init.uniform * (2 * stream.uniform() - 1);
  }
}

/** Draws initial values as one flat vector, in the order of the specifications. */
export function initialise(specs: readonly ParameterSpec[], stream: Random): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(countParameters(specs));
  for (const { spec, values } of placesIn(specs, flat)) draw(values, spec, stream);
  return flat;
}

/**
 * The order in which tensors lie in a flat vector: first those to which weight decay applies, so that an
 * optimizer needs to know only where they end.
 */
export function inFlatOrder(specs: readonly ParameterSpec[]): ParameterSpec[] {
  return [...specs.filter(({ decay }) => decay), ...specs.filter(({ decay }) => !decay)];
}

/** Number of values at the beginning of the flat vector to which weight decay applies. */
export function countDecayed(specs: readonly ParameterSpec[]): number {
  return countParameters(specs.filter(({ decay }) => decay));
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
  const parts = partsOf(
    flat,
    specs.map(({ shape, decay, float32OnCpu }) => ({
      shape,
      precision: decay && (isOnGpu() || !float32OnCpu) ? precision : "float32",
    })),
  );
  return Object.fromEntries(specs.map(({ name }, i) => [name, parts[i]]));
}
