/** Scales and shifts that are folded into linear layers: once a step, for all parts of the batch. */
import { foldNorm, foldScale } from "../ops/mod.ts";
import { type Parameters, termsOf } from "./parameters.ts";

/** A linear layer and the names of what stands beside it: of a normalisation before it, or of a scale after it. */
export type Fold = { layer: string; norm: string } | { layer: string; scale: string };

/** A model's tensors by name, with those of each layer that has a fold as the folded layer's. */
export function folded(p: Parameters, folds: readonly Fold[]): Parameters {
  const all = { ...p };
  for (const fold of folds) {
    const layer = termsOf(all, fold.layer);
    const { weight, bias } = "norm" in fold
      ? foldNorm(layer, termsOf(p, fold.norm))
      : foldScale(layer, p[fold.scale]);
    all[`${fold.layer}.weight`] = weight;
    all[`${fold.layer}.bias`] = bias;
  }
  return all;
}
