import type { Precision, tf } from "../tensorflow/mod.ts";
import { checkFolded, type Fold, folded } from "./folds.ts";
import { inFlatOrder, type Parameters, type ParameterSpec, unflatten } from "./parameters.ts";

/** What a network is given beside images, and who looks on. Everything is absent at inference. */
export interface Forward {
  /**
   * Factors of the residual branches (stochastic depth), [branches, B]: 0 for one left out, 1 / (1 - p) for one kept. Random
   * numbers come from outside, so that the network is a pure function.
   */
  keep?: tf.Tensor2D;
  /** Key of dropout's random numbers, int32 [2]: the same key drops the same values. Absent: nothing is dropped. */
  dropout?: tf.Tensor1D;
  /** Batch norms use the statistics of the batch; otherwise the running ones. */
  training?: boolean;
  /**
   * Takes the statistics of this batch in a batch norm, [C] each, the variance unbiased. They are the taker's to dispose.
   *
   * @param name of the batch norm, for example `layer1.0.bn2`
   */
  observe?(name: string, mean: tf.Tensor1D, variance: tf.Tensor1D): void;
  /**
   * Called with the output of each of the model's `layers`, in their order; what it returns goes on in its place. Feature maps
   * are [B, H, W, C], tokens [B, T, C], pooled features [B, C]; in the precision in which the layer gives them. Reading costs
   * layers that are otherwise one with the next.
   */
  tap?<T extends tf.Tensor>(name: string, x: T): T;
}

/** One line of a model's table. */
export interface Outline {
  /** Name of the layer. */
  name: string;
  /** Shape of its output for one image. */
  shape: number[];
  /** Beginnings of the names of its tensors. Default: its own name and a dot. */
  owns?: string[];
  /**
   * Multiply-adds for one image that are not one for each weight and each position of the output: products of attention, strides
   * inside a block. Default 0.
   */
  more?: number;
}

/** A network for images: what tensors it has, and what it does with them. */
export interface Model {
  /** Name in the registry, or its family's for a configuration of your own. */
  name: string;
  /** Its trainable tensors, in the order in which they lie in the flat vector. */
  specs: ParameterSpec[];
  /** Tensors that no gradient changes: running statistics of batch norms, fixed positions. Empty for most models. */
  buffers: ParameterSpec[];
  /** Norms and scales that `apply` finds folded into linear layers. */
  folds: Fold[];
  /** Number of classes. */
  classes: number;
  /** The least side of an image that it can take, px: by how much it reduces height and width, for most. */
  stride: number;
  /** Probability, a residual branch, of leaving it out in training (stochastic depth); empty where there are none. */
  dropPath: number[];
  /** Number of heads of its attention; absent for a model without. */
  heads?: number;
  /** Whether it has dropout, and so uses a key. */
  dropout: boolean;
  /**
   * Number of parts of a batch that are computed side by side; see {@link applyInTowers}. 1 for a model with dropout or with
   * statistics over the batch, and for one that is slower so, as its time goes into few large ops.
   */
  towers: number;
  /**
   * timm's (torchvision's) names of the layers that {@link Forward.tap} is called with, in order. The last gives the features that
   * the classifier reads, [B, C].
   */
  layers: string[];
  /** A line for each of `layers` and one for the classifier, for images of this side, px. */
  outline(imageSize: number): Outline[];
  /**
   * Logits of a batch.
   *
   * @param p its tensors by name, parameters and buffers, with its folds; see {@link tensorsOf}
   * @param x images, normalised, [B, H, W, 3]
   * @returns [B, classes]
   * @throws {Error} when the tensors are without its folds
   */
  apply(p: Parameters, x: tf.Tensor4D, forward?: Forward): tf.Tensor2D;
}

/** All values of a model as flat vectors. */
export type Weights = {
  /** In the order of `specs`. */
  parameters: tf.Tensor1D;
  /** In the order of `buffers`; absent for a model without. */
  buffers?: tf.Tensor1D;
};

/** A model's flat vectors as named tensors, with its folds, for {@link Model.apply}. */
export function tensorsOf(
  model: Pick<Model, "specs" | "buffers" | "folds">,
  { parameters, buffers }: Weights,
  precision?: Precision,
): Parameters {
  const named = folded(unflatten(model.specs, parameters, precision), model.folds);
  return buffers ? { ...named, ...unflatten(model.buffers, buffers) } : named;
}

/** A layer's output, as whoever looks on wants it to go on. */
export function tapped<T extends tf.Tensor>(forward: Forward, name: string, x: T): T {
  return forward.tap ? forward.tap(name, x) : x;
}

/** A model, from what most of them have in common. */
export function makeModel(
  parts: Omit<Model, "layers" | "buffers" | "folds" | "dropPath" | "dropout" | "towers"> & Partial<Model>,
): Model {
  const layers = parts.outline(parts.stride).slice(0, -1).map(({ name }) => name);
  const defaults = { buffers: [], folds: [], dropPath: [], dropout: false, towers: 1 };
  const model = { ...defaults, ...parts, specs: inFlatOrder(parts.specs), layers };
  const apply: Model["apply"] = (p, x, forward) => {
    checkFolded(p, model.folds);
    return parts.apply(p, x, forward);
  };
  return { ...model, apply };
}
