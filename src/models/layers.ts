/**
 * Layers, NHWC. Their names are those of their tensors: the layer `fc` inside of `head` has the tensors
 * `head.fc.weight` and `head.fc.bias`.
 */
import {
  addBias,
  asRows,
  BATCH_NORM_EPSILON,
  batchNormTraining,
  conv2d,
  depthwiseConv,
  gelu as geluOf,
  inPrecision,
  linear as linearOf,
  maxPool as maxPoolOf,
  normalise,
  relu as reluOf,
  toPatches,
} from "../ops/mod.ts";
import { precisionOf, tf } from "../tensorflow/mod.ts";
import { activation, type Layer, type Placed } from "./network.ts";
import {
  type Initialiser,
  type Parameters,
  type ParameterSpec,
  plainSpec,
  termsOf,
  truncatedNormal,
} from "./parameters.ts";
import type { ForwardOptions } from "./model.ts";

/** Full name of a layer: its path, and its own name, which may be empty. */
const fullName = (path: string, name: string) => name === "" ? path.slice(0, -1) : path + name;

/** Weight, whose last two axes are [in, out], and bias. */
function weightAndBias(
  name: string,
  layout: ParameterSpec["layout"],
  shape: number[],
  init: Initialiser,
): ParameterSpec[] {
  const [inputs, outputs] = shape.slice(-2);
  const positions = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const { weight, bias } = init(positions * inputs, positions * outputs);
  return [
    { name: `${name}.weight`, shape, layout, init: weight, decay: true },
    plainSpec(`${name}.bias`, [outputs], bias),
  ];
}

/** Scale and shift of a normalisation. */
const normSpecs = (name: string, channels: number, scale = 1): ParameterSpec[] => [
  plainSpec(`${name}.weight`, [channels], scale),
  plainSpec(`${name}.bias`, [channels], 0),
];

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Length of a side after windows of a size have gone over it. */
const slid = (side: number, size: number, stride: number, pad: number) =>
  Math.floor((side + 2 * pad - size) / stride) + 1;

/** How a convolution goes over its input. */
interface ConvOptions {
  /** Default 1. */
  stride?: number;
  /** Zeros on each side, px. Default: as many as keep height and width at stride 1. */
  pad?: number;
  /** Whether it has a bias. Default true. */
  bias?: boolean;
  /** Default {@link truncatedNormal}. */
  init?: Initialiser;
}

/**
 * Convolution, kernel `size` x `size`: `[B, H, W, in] -> [B, H', W', outputs]`, in the precision of its
 * weight.
 */
export function conv(
  name: string,
  outputs: number,
  size: number,
  { stride = 1, pad = (size - 1) / 2, bias = true, init = truncatedNormal }: ConvOptions = {},
): Layer {
  return {
    place: ({ path, shape: [H, W, inputs], next }) => {
      const layer = fullName(path, name);
      const specs = weightAndBias(layer, "conv", [size, size, inputs, outputs], init);
      const [h, w] = [H, W].map((side) => slid(side, size, stride, pad));
      const isLeft = next === "batchNorm";
      return {
        shape: [h, w, outputs],
        specs: bias ? specs : specs.slice(0, 1),
        flops: h * w * size ** 2 * inputs * outputs,
        left: isLeft ? { conv: { name: layer, stride, pad } } : {},
        apply: (p, x) => {
          if (isLeft) return x;
          const terms = termsOf(p, layer);
          const y = conv2d(x as tf.Tensor4D, terms.weight as tf.Tensor4D, stride, pad);
          return bias ? addBias(y, terms.bias) : y;
        },
      };
    },
  };
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015) of the convolution before it. PyTorch has a third buffer beside
 * the running statistics, `num_batches_tracked`, a counter of steps that has no effect on anything; it is
 * left out here.
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

/**
 * Depthwise convolution: one kernel a channel, height and width stay. A norm after it adds its bias. On a CPU
 * it has too few products a value for bfloat16 to make it faster; on a GPU it is ten times as fast.
 */
export function depthwise(name: string, size: number): Layer {
  return {
    place: ({ path, shape: [H, W, C], next }) => {
      const layer = fullName(path, name);
      const { weight, bias } = truncatedNormal(size ** 2, size ** 2);
      const isLeft = next === "norm";
      return {
        specs: [
          {
            name: `${layer}.weight`,
            shape: [size, size, C, 1],
            layout: "depthwise",
            init: weight,
            decay: true,
            float32OnCpu: true,
          },
          plainSpec(`${layer}.bias`, [C], bias),
        ],
        flops: H * W * size ** 2 * C,
        left: isLeft ? { bias: `${layer}.bias` } : {},
        apply: (p, x) => {
          const terms = termsOf(p, layer);
          const y = depthwiseConv(x as tf.Tensor4D, terms.weight as tf.Tensor4D);
          return isLeft ? y : addBias(y, terms.bias);
        },
      };
    },
  };
}

/**
 * A layer normalisation that a layer has been left with: of each row, without scale and shift, which are
 * folded into it.
 */
function normalised(
  p: Parameters,
  layer: string,
  { norm, bias }: Placed["left"],
  rows: tf.Tensor2D,
): tf.Tensor2D {
  if (norm === undefined) return rows;
  return normalise(rows, {
    bias: bias === undefined ? undefined : p[bias],
    to: precisionOf(p[`${layer}.weight`]),
  });
}

const foldOf = (layer: string, { norm }: Placed["left"]) => norm === undefined ? [] : [{ layer, norm }];

/**
 * Layer normalisation over the channels. Before a linear layer it is folded into that one, otherwise it is
 * done by itself.
 */
export function norm(name: string): Layer {
  return {
    kind: "norm",
    place: ({ path, shape, left, next }) => {
      const layer = fullName(path, name);
      const isLeft = next === "linear";
      return {
        specs: normSpecs(layer, shape.at(-1)!),
        left: isLeft ? { norm: layer, bias: left.bias } : {},
        apply: (p, x) => {
          if (isLeft) return x;
          const { weight, bias } = termsOf(p, layer);
          const before = left.bias === undefined ? undefined : p[left.bias];
          const rows = normalise(x.reshape([-1, weight.size]), { bias: before });
          return rows.mul(weight).add(bias).reshape(x.shape);
        },
      };
    },
  };
}

/** {@link linear} with a weight that lies in files in some layout; `weightShape` gives its shape here. */
export function linearIn(
  name: string,
  layout: ParameterSpec["layout"],
  weightShape: (inputs: number) => number[],
  init: Initialiser,
): Layer & { name: string } {
  return {
    name,
    kind: "linear",
    place: ({ path, shape, left }) => {
      const layer = fullName(path, name);
      const weight = weightShape(shape.at(-1)!);
      return {
        shape: [...shape.slice(0, -1), weight.at(-1)!],
        specs: weightAndBias(layer, layout, weight, init),
        folds: foldOf(layer, left),
        flops: product(shape.slice(0, -1)) * product(weight),
        left: { linear: layer },
        apply: (p, x) => linearOf(normalised(p, layer, left, asRows(x)), termsOf(p, layer)),
      };
    },
  };
}

/** Linear layer: `[rows, in] -> [rows, outputs]`, in the precision of its weight. */
export const linear = (name: string, outputs: number, init = truncatedNormal): Layer & { name: string } =>
  linearIn(name, "linear", (inputs) => [inputs, outputs], init);

/** A scale of each channel after a linear layer, into which it is folded. */
export function layerScale(name: string, init: number): Layer {
  return {
    place: ({ path, shape, left: { linear } }) => {
      const scale = fullName(path, name);
      if (linear === undefined) throw new Error(`There is no linear layer before the scale "${scale}".`);
      return {
        specs: [plainSpec(scale, [shape.at(-1)!], init)],
        folds: [{ layer: linear, scale }],
        apply: (_p, x) => x,
      };
    },
  };
}

/** Convolution whose stride is its size. */
function patchLayer(
  name: string,
  size: number,
  outputs: number,
  init: Initialiser,
  grid: (H: number, W: number) => number[],
): Layer {
  return {
    kind: "linear",
    place: ({ path, shape: [H, W, inputs], left }) => {
      const layer = fullName(path, name);
      const shape = [...grid(H, W), outputs];
      return {
        shape,
        specs: weightAndBias(layer, "conv", [size, size, inputs, outputs], init),
        folds: foldOf(layer, left),
        flops: product(shape) * size ** 2 * inputs,
        apply: (p, x) => {
          const [B, H, W, C] = x.shape as number[];
          let patches = toPatches(x as tf.Tensor4D, size);
          if (left.norm !== undefined) {
            const rows = normalised(p, layer, left, patches.reshape([-1, C]));
            patches = rows.reshape(patches.shape);
          }
          const y = inPrecision(linearOf(patches, termsOf(p, layer)), "float32");
          if (shape.length === 2) return y.reshape([B, ...shape]);
          return y.reshape([B, Math.floor(H / size), Math.floor(W / size), -1]);
        },
      };
    },
  };
}

/**
 * Convolution whose stride is its size: `[B, H, W, in] -> [B, H / size, W / size, outputs]`, rounded down,
 * float32.
 */
export const patchConv = (name: string, size: number, outputs: number, init = truncatedNormal): Layer =>
  patchLayer(name, size, outputs, init, (H, W) => [H, W].map((side) => Math.floor(side / size)));

/**
 * Number of patches on a side of an image.
 *
 * @throws {Error} when the patch does not divide the image
 */
export function gridOf(patch: number, imageSize: number): number {
  if (imageSize % patch === 0) return imageSize / patch;
  throw new Error(
    `imageSize: patches of ${patch} px do not divide an image of ${imageSize} px. ` +
      `Choose a multiple of ${patch}, or another patch.`,
  );
}

/**
 * Patches of images as tokens: `[B, H, W, 3] -> [B, N, outputs]`, float32.
 *
 * @throws {Error} when placed, if the patch does not divide the image
 */
export const patchEmbed = (name: string, size: number, outputs: number, init: Initialiser): Layer =>
  patchLayer(name, size, outputs, init, (side) => [gridOf(size, side) ** 2]);

/** Gaussian error linear unit. */
export const gelu: Layer = activation(geluOf);

/** `max(x, 0)`. */
export const relu: Layer = activation(reluOf);

/** Largest value of each window of `size` x `size`. */
export function maxPool(size: number, stride: number, pad = 0): Layer {
  return {
    place: ({ shape: [H, W, C] }) => ({
      shape: [slid(H, size, stride, pad), slid(W, size, stride, pad), C],
      apply: (_p, x) => maxPoolOf(x as tf.Tensor4D, size, stride, pad),
    }),
  };
}

/** Mean over all positions of a feature map, `[B, H, W, C] -> [B, C]`, float32. */
export const globalAveragePool: Layer = {
  place: ({ shape }) => ({
    shape: shape.slice(-1),
    apply: (_p, x) => inPrecision(x, "float32").mean([1, 2]),
  }),
};
