import { permutation } from "../stats/mod.ts";

/** Names the random stream: no other use of the seed shares its numbers. */
const STREAM = 0x726c;

/**
 * The datasets' labels dealt out to their images at random, each as often as before (Zhang et al. 2017, "Understanding deep
 * learning requires rethinking generalization"): nothing about an image says which it gets, so they can only be memorised.
 *
 * @param indices the images of each dataset
 * @returns a label for each of them, in the same order
 */
export function randomLabels(indices: readonly Int32Array[], seed: number): Int32Array[] {
  const labels = indices.flatMap((images, dataset) => new Array<number>(images.length).fill(dataset));
  const dealt = permutation(labels.length, seed, STREAM);
  let image = 0;
  return indices.map((images) => images.map(() => labels[dealt[image++]]));
}
