/** The face of a network: its tensors, its table and its function. */
import type { Precision, tf } from "../tensorflow/mod.ts";
import { type BatchPart, foldNorm, foldScale } from "../ops/mod.ts";
import { type Parameters, type ParameterSpec, termsOf, unflatten } from "./parameters.ts";

/** Settings of a forward pass. All are absent at inference. */
export interface ForwardOptions {
  /**
   * Factors of the residual branches (stochastic depth), [branches, B]: 0 for one left out, 1 / (1 - p) for
   * one kept. Random numbers come from outside, so that the network is a pure function.
   */
  keep?: tf.Tensor2D;
  /**
   * Key of dropout's random numbers, int32 [2]: the same key drops the same values. Absent: nothing is
   * dropped.
   */
  dropout?: tf.Tensor1D;
  /**
   * Of a part of a batch: how many images that has, and the places of the part's in it, int32 [B]. Dropout
   * then drops what it drops of them in the whole batch. Absent: the batch is whole.
   */
  part?: BatchPart;
  /** Batch norms use the statistics of the batch; otherwise the running ones. */
  training?: boolean;
  /**
   * Takes the statistics of this batch in a batch norm, [C] each, the variance unbiased. They are the taker's
   * to dispose.
   *
   * @param name of the batch norm, for example `layer1.0.bn2`
   */
  observe?(name: string, mean: tf.Tensor1D, variance: tf.Tensor1D): void;
  /**
   * Called with the output of each of the model's `layers`, in their order; what it returns goes on in its
   * place. Feature maps are [B, H, W, C], tokens [B, T, C], pooled features [B, C]; in the precision in which
   * the layer gives them. Reading costs layers that are otherwise one with the next.
   */
  tap?<T extends tf.Tensor>(name: string, x: T): T;
}

/** One line of a model's table: a layer whose output can be looked at, or the classifier. */
export interface LayerRow {
  /** timm's (torchvision's) name. */
  name: string;
  /** Shape of its output for one image: [H, W, C], [T, C] or [C]. */
  shape: number[];
  /** Trained numbers that are its own and of no layer inside of it. */
  parameters: number;
  /** Its own multiply-adds for one image. */
  flops: number;
  /** Whether it ends a stage, or a block of tokens. */
  isStage?: true;
}

/** A network for images: its tensors, and the function of them. */
export interface Model {
  /** Name in the registry, or its family's for a configuration of your own. */
  name: string;
  /** Its trainable tensors, in the order in which they lie in the flat vector. */
  specs: ParameterSpec[];
  /**
   * Tensors that no gradient changes: running statistics of batch norms, fixed positions. Empty for most
   * models.
   */
  buffers: ParameterSpec[];
  /** Norms and scales that `apply` finds folded into linear layers. */
  folds: Fold[];
  /** Number of classes. */
  classes: number;
  /**
   * The least side of an image that it can take, px: by how much it reduces height and width, for most.
   */
  leastSide: number;
  /**
   * Probability, a residual branch, of leaving it out in training (stochastic depth); empty where there are
   * none.
   */
  dropPath: number[];
  /** Number of heads of its attention; absent for a model without. */
  heads?: number;
  /** Whether it has dropout, and so uses a key. */
  dropout: boolean;
  /**
   * Number of parts of a batch that are computed side by side; see `logits`. 1 for a model with dropout or
   * with statistics over the batch, and for one that is slower so, as its time goes into few large ops.
   */
  towers: number;
  /**
   * timm's (torchvision's) names of the layers that {@link ForwardOptions.tap} is called with, in order. The
   * last gives the features that the classifier reads, [B, C].
   */
  layers: string[];
  /** Those of `layers` that end a stage, or a block of tokens; empty for a family without such. */
  stages: string[];
  /**
   * For each of `specs`, the number of its layer: 0 the stem, then block by block, the greatest the head.
   */
  layerGroups: number[];
  /** A line for each of `layers` and one for the classifier, for images of this side, px. */
  outline(imageSize: number): LayerRow[];
  /**
   * Logits of a batch.
   *
   * @param p its tensors by name, parameters and buffers, with its folds; see {@link tensorsOf}
   * @param x images, normalised, [B, H, W, 3]
   * @returns [B, classes]
   * @throws {Error} when the tensors are without its folds
   */
  apply(p: Parameters, x: tf.Tensor4D, forward?: ForwardOptions): tf.Tensor2D;
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

/** A linear layer's name, and that of a normalisation before it or of a scale after it. */
export type Fold = { layer: string; norm: string } | { layer: string; scale: string };

/** Names of the tensors that a fold takes in. */
const takenIn = (fold: Fold) => "norm" in fold ? [`${fold.norm}.weight`, `${fold.norm}.bias`] : [fold.scale];

/**
 * A model's tensors by name, with its folds: a folded layer stands in the place of the layer, and the tensors
 * that it took in are gone.
 */
export function folded(p: Parameters, folds: readonly Fold[]): Parameters {
  const all = { ...p };
  for (const fold of folds) {
    const layer = termsOf(all, fold.layer);
    const { weight, bias } = "norm" in fold
      ? foldNorm(layer, termsOf(p, fold.norm))
      : foldScale(layer, p[fold.scale]);
    all[`${fold.layer}.weight`] = weight;
    all[`${fold.layer}.bias`] = bias;
    for (const name of takenIn(fold)) delete all[name];
  }
  return all;
}

/**
 * Refuses tensors as they are before {@link folded}: a network would leave out the norms' scales.
 *
 * @throws {Error} when there is one that should have been taken in
 */
export function checkFolded(p: Parameters, folds: readonly Fold[]): void {
  const name = folds.flatMap(takenIn).find((name) => name in p);
  if (name !== undefined) {
    throw new Error(
      `"${name}" is not folded into the layer beside it. Take the tensors from tensorsOf, or from folded.`,
    );
  }
}

/** A model as a table, with its sums. */
interface ModelDescription {
  layers: {
    /** timm's (torchvision's) name. */
    layer: string;
    /** Shape of its output for one image: [H, W, C], [T, C] or [C]. */
    output: number[];
    /** Trained numbers that are its own. */
    parameters: number;
    /** Multiply-adds for one image. */
    flops: number;
  }[];
  parameters: number;
  /** Multiply-adds for one image. */
  flops: number;
}

/**
 * Lists a model's layers for images of a size. FLOPs are multiply-adds of convolutions, linear layers and
 * attention, as fvcore and timm count them; biases, norms, activations and pooling are left out.
 *
 * @param imageSize side of an image, px
 */
export function describe(model: Model, imageSize: number): ModelDescription {
  const rows = model.outline(imageSize);
  const sum = (field: "parameters" | "flops") => rows.reduce((total, row) => total + row[field], 0);
  return {
    layers: rows.map(({ name, shape, parameters, flops }) => ({
      layer: name,
      output: shape,
      parameters,
      flops,
    })),
    parameters: sum("parameters"),
    flops: sum("flops"),
  };
}
