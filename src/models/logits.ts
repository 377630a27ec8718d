/**
 * The door to a network: weights and images in, numbers out. Behind it are the tensors' precision, the folds,
 * and the parts of a batch that do not depend on each other, so that each part can go its own way from the
 * first layer to the last.
 */
import { inPrecision } from "../ops/mod.ts";
import { type Precision, tf, usableTowers } from "../tensorflow/mod.ts";
import type { MaskedAutoencoder } from "./families/mae.ts";
import { type ForwardOptions, type Model, tensorsOf, type Weights } from "./model.ts";

/** Equal parts of a tensor, or itself where there are none. */
function cutIntoTowers<T extends tf.Tensor>(x: T, towers: number, axis = 0): T[] {
  const count = usableTowers(towers);
  return count > 1 && x.shape[axis] % count === 0 ? tf.split(x, count, axis) : [x];
}

/** Logits of images, normalised, [B, H, W, 3] -> [B, classes], float32. */
type Classify = (images: tf.Tensor4D, forward?: ForwardOptions) => tf.Tensor2D;

/**
 * A network with weights. Its tensors are made once, however often it is asked. A batch is computed in the
 * model's towers, unless somebody looks on, who sees it in one part.
 *
 * @param precision of the weights of convolutions and linear layers, and so of the products with them
 */
export function logits(model: Model, weights: Weights, precision: Precision = "float32"): Classify {
  const p = tensorsOf(model, weights, precision);
  return (images, forward = {}) => {
    const parts = forward.tap ? [images] : cutIntoTowers(images, model.towers);
    if (parts.length === 1) return inPrecision(model.apply(p, images, forward), "float32");
    const keeps = forward.keep ? cutIntoTowers(forward.keep, model.towers, 1) : [];
    const rows = parts.map((part, i) => model.apply(p, part, { ...forward, keep: keeps[i] }));
    return inPrecision(tf.concat2d(rows, 0), "float32");
  };
}

/**
 * A layer of a network with weights, whatever comes after it.
 *
 * @param layer one of the model's `layers`
 * @param read makes rows of the layer's output, float32, of a part of the batch
 * @returns images, normalised, [B, H, W, 3] -> the rows
 */
export function layerOutput(
  model: Model,
  weights: Weights,
  layer: string,
  read: (x: tf.Tensor) => tf.Tensor2D,
  precision: Precision = "float32",
): (images: tf.Tensor4D) => tf.Tensor2D {
  const p = tensorsOf(model, weights, precision);
  const rowsOf = (images: tf.Tensor4D): tf.Tensor2D => {
    let rows!: tf.Tensor2D;
    const tap = <T extends tf.Tensor>(name: string, x: T): T => {
      if (name === layer) rows = read(inPrecision(x, "float32"));
      return x;
    };
    model.apply(p, images, { tap });
    return rows;
  };
  return (images) => tf.concat2d(cutIntoTowers(images, model.towers).map(rowsOf), 0);
}

/**
 * Loss of a masked autoencoder with weights.
 *
 * @param images normalised, [B, H, W, 3]
 * @param noise decides which patches are hidden, [B, N]; see {@link MaskedAutoencoder}
 * @returns the mean over the batch
 */
export function reconstructionLoss(
  model: MaskedAutoencoder,
  weights: Weights,
  { images, noise }: { images: tf.Tensor4D; noise: tf.Tensor2D },
  precision: Precision = "float32",
): tf.Scalar {
  const noises = cutIntoTowers(noise, model.towers);
  const parts = cutIntoTowers(images, model.towers); // with as many hidden patches each
  const p = tensorsOf(model, weights, precision);
  return tf.stack(parts.map((part, i) => model.apply(p, part, noises[i]).loss)).mean();
}
