import type { tf } from "../tensorflow/mod.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** A network for images: what tensors it has, and what it does with them. */
export interface Model {
  /** Name in the registry, or `custom`. */
  name: string;
  /** Its trainable tensors, in the order in which they lie in the flat vector. */
  specs: ParameterSpec[];
  /** Number of classes. */
  classes: number;
  /** By how much it reduces height and width: the least side of an image that it can take, px. */
  stride: number;
  /** Probability, a residual branch, of leaving it out in training (stochastic depth); empty where there are none. */
  dropPath: number[];
  /**
   * Logits of a batch.
   *
   * @param p its tensors by name
   * @param x images, normalised, [B, H, W, 3]
   * @param keep factors of the residual branches, [branches, B]: 0 for one left out, 1 / (1 - p) for one kept; absent at
   *   inference. Random numbers come from outside, so that the network is a pure function.
   * @returns [B, classes]
   */
  apply(p: Parameters, x: tf.Tensor4D, keep?: tf.Tensor2D): tf.Tensor2D;
}
