/** Scales and shifts that are folded into linear layers: once a step, for all parts of the batch. */
import { foldNorm, foldScale } from "../ops/mod.ts";
import { type Parameters, termsOf } from "./parameters.ts";

/** A linear layer and the names of what stands beside it: of a normalisation before it, or of a scale after it. */
export type Fold = { layer: string; norm: string } | { layer: string; scale: string };

/** Names of the tensors that a fold takes in. */
const takenIn = (fold: Fold) => "norm" in fold ? [`${fold.norm}.weight`, `${fold.norm}.bias`] : [fold.scale];

/** A model's tensors by name; each layer that has a fold is the folded layer, and what that took in is not there any more. */
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
 * Refuses tensors as they are before {@link folded}, of which a network would leave the norms' scales out.
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
