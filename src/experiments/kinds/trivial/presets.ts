/** The ladder of trivial learners that stands beside a classifier. */
import { canonicalJson } from "../../record/identity.ts";
import type { Experiment } from "../classifier/schema.ts";
import { type Seen, seenBy } from "../../seen.ts";
import type { Learner, Trivial } from "./schema.ts";

/**
 * Training images of each dataset, and the side of a square, px, at most: nearest neighbours and logistic
 * regression hold all pixels in memory. Only the preset `paper` has more.
 */
const MOST_IMAGES = 10_000, MOST_SIDE = 32;

const seenBeside = (experiment: Seen) =>
  seenBy({ ...experiment, imagesPerDataset: Math.min(experiment.imagesPerDataset, MOST_IMAGES) });

/** Names the images that a classifier and the trivial learners beside it share: equal for these alone. */
export function imagesKey(experiment: Seen): string {
  return canonicalJson(seenBeside(experiment));
}

/**
 * The ladder beside a classifier: five learners that see the same validation images, each as its network
 * does, and the same training images (the first 10,000 of each dataset). No setting is chosen on them: the
 * strengths of the penalties are the best of 1, 0.1, 0.01 and 0.001 on three combinations of icon libraries
 * with seed 101, where 0.1 is within a point of the best for pixels and takes a fifth of its time.
 */
export function trivialsOf(experiment: Experiment): Trivial[] {
  const side = Math.min(experiment.imageSize, MOST_SIDE);
  const ladder: Learner[] = [
    { name: "mean", l2: 1e-4 },
    { name: "histogram", levels: 32, bins: 8, l2: 1e-2 },
    { name: "neighbours", k: 15, side },
    { name: "logistic", side, l2: 0.1 },
    { name: "random-filters", filters: 64, size: Math.min(5, side), grid: 2, l2: 1e-2 },
  ];
  return ladder.map((learner) => ({ kind: "trivial", learner, ...seenBeside(experiment) }));
}
