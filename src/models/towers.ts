/** Batches in parts that do not depend on each other, so that each part can go its own way from the first layer to the last. */
import { tf, usableTowers } from "../tensorflow/mod.ts";
import type { Forward, Model } from "./model.ts";
import type { Parameters } from "./parameters.ts";

/** Number of towers of the models that have any: the same on every machine, so that their numbers are. */
export const TOWERS = 2;

/** Equal parts of a tensor, or itself where there are none. */
export function cutIntoTowers<T extends tf.Tensor>(x: T, towers: number, axis = 0): T[] {
  const count = usableTowers(towers);
  return count > 1 && x.shape[axis] % count === 0 ? tf.split(x, count, axis) : [x];
}

/**
 * Logits of a batch, tower by tower.
 *
 * @param p the model's tensors by name
 * @param images normalised, [B, H, W, 3]
 * @returns [B, classes]
 */
export function applyInTowers(
  model: Model,
  p: Parameters,
  images: tf.Tensor4D,
  forward: Forward = {},
): tf.Tensor2D {
  const parts = cutIntoTowers(images, model.towers);
  if (parts.length === 1) return model.apply(p, images, forward);
  const keeps = forward.keep ? cutIntoTowers(forward.keep, model.towers, 1) : [];
  return tf.concat2d(parts.map((part, i) => model.apply(p, part, { ...forward, keep: keeps[i] })), 0);
}
