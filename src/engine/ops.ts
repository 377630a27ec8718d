/**
 * Operations of layers with gradients in closed form, for functions that the engine compiles: fewer nodes,
 * fewer passes over memory, float32 or bfloat16. Images are [B, H, W, C].
 *
 * @module
 */
import * as ops from "../ops/mod.ts";
import type { Precision, Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from "./types.ts";

export {
  type Precision,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tf,
} from "./types.ts";

/** Zeros around an image, px: as many on each side, or as TensorFlow's `same`. */
export type Padding = number | "same";

/** Convolution in the precision of its kernel, [height, width, in, out]. */
export const conv2d: (x: Tensor4D, kernel: Tensor4D, stride: number, pad: Padding) => Tensor4D = ops.conv2d;

/** Depthwise convolution that keeps height and width; the kernel is [size, size, channels, 1]. */
export const depthwiseConv: (x: Tensor4D, kernel: Tensor4D) => Tensor4D = ops.depthwiseConv;

/** Weight and bias of a linear layer or of a convolution. */
export interface LinearLayer {
  /** [in, out], or a convolution's kernel. */
  weight: Tensor;
  /** [out] */
  bias: Tensor;
}

/** `x W + b`, in the precision of the weight. */
export const linear: (x: Tensor2D, layer: LinearLayer) => Tensor2D = ops.linear;

/** Adds a bias to the last axis. */
export const addBias: <T extends Tensor>(x: T, bias: Tensor) => T = ops.addBias;

/** How rows are normalised. */
export interface NormaliseOptions {
  /** Added after it. */
  bias?: Tensor;
  /** Precision of the result. Default: float32. */
  to?: Precision;
  /** Added to the variance. Default: 1e-6. */
  epsilon?: number;
}

/** Rows with mean 0 and variance 1: a layer norm without its scale. */
export const normalise: (x: Tensor2D, options?: NormaliseOptions) => Tensor2D = ops.normalise;

/** A batch that was normalised, and its statistics. */
export interface Normalised {
  /** [B, H, W, C] */
  value: Tensor4D;
  /** [C] */
  mean: Tensor1D;
  /** [C] */
  variance: Tensor1D;
}

/** Batch normalisation by the statistics of the batch itself (Ioffe & Szegedy 2015). */
export const batchNormTraining: (x: Tensor4D, scale: Tensor1D, shift: Tensor1D) => Normalised =
  ops.batchNormTraining;

/**
 * Multi-head self-attention (Vaswani et al. 2017) of queries, keys and values side by side, [B tokens, 3
 * heads d].
 */
export const selfAttention: (qkv: Tensor2D, tokens: number, heads: number) => Tensor2D = ops.selfAttention;

/** Gaussian error linear unit (Hendrycks & Gimpel 2016), `x Φ(x)`. */
export const gelu: <T extends Tensor>(x: T) => T = ops.gelu;

/** `max(x, 0)`. */
export const relu: <T extends Tensor>(x: T) => T = ops.relu;

/** Dropout (Srivastava et al. 2014) that a key, int32 [2], and the number of a layer decide. */
export const dropout: <T extends Tensor>(x: T, key: Tensor1D, layer: number, rate: number) => T = ops.dropout;

/** Greatest values of windows. */
export const maxPool: (x: Tensor4D, size: number, stride: number, pad?: number) => Tensor4D = ops.maxPool;

/** Means over `bins` by `bins` parts of an image. */
export const adaptiveAveragePool: (x: Tensor4D, bins: number) => Tensor4D = ops.adaptiveAveragePool;

/** Mean cross-entropy of logits with targets that may be soft, both [B, classes]. */
export const crossEntropy: (logits: Tensor2D, targets: Tensor2D) => Scalar = ops.crossEntropy;

/** A tensor in another precision; the gradient is in its own. */
export const inPrecision: <T extends Tensor>(x: T, precision: Precision) => T = ops.inPrecision;
