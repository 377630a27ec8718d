/** TensorFlow.js, and those of its types that the engine's signatures name. */
import * as tfjs from "@tensorflow/tfjs";

/**
 * TensorFlow.js, the very copy that the engine has registered itself with: a program that imports another
 * copy has tensors that the engine does not know.
 */
export const tf: typeof tfjs = tfjs;

/** Type of the numbers that a network computes with. */
export type Precision = "float32" | "bfloat16";
/** Number of axes of a tensor, by name. */
export type Rank = tfjs.Rank;
/** A tensor of TensorFlow.js. */
export type Tensor<R extends Rank = Rank> = ReturnType<typeof tf.tensor<R>>;
/** A tensor of one number. */
export type Scalar = tfjs.Scalar;
/** A tensor with one axis. */
export type Tensor1D = tfjs.Tensor1D;
/** A tensor with two axes. */
export type Tensor2D = tfjs.Tensor2D;
/** A tensor with four axes: images are [B, H, W, C]. */
export type Tensor4D = tfjs.Tensor4D;
