/** Maps of features in which near stays near: UMAP (McInnes, Healy & Melville 2018). */
import { UMAP } from "umap-js";
import { random } from "../stats/mod.ts";
import type { Features } from "../probe/mod.ts";
import { type Metric, nearestNeighbours } from "./neighbours.ts";

/** Settings of {@link umap}. */
export interface UmapOptions {
  /** Decides the map: the same features and seed give the same. */
  seed: number;
  /** How many neighbours, each row itself among them, hold a row in its place. Default 15. */
  neighbours?: number;
  /** How close points may lie in the map. Default 0.1. */
  minDist?: number;
  /** Default `cosine`. */
  metric?: Metric;
  /** Values a row of the map. Default 2. */
  components?: number;
  /** Ends it between two epochs. */
  signal?: AbortSignal;
}

/** Name of this random stream of a seed. */
const UMAP_STREAM = 0x756d;

/**
 * A map of features. Neighbours are exact; the map starts from random places. Distances between far groups mean little.
 *
 * @returns [rows, components], row by row
 * @throws {RangeError} when there are no more rows than neighbours
 * @throws the signal's reason when it is aborted
 */
export async function umap(features: Features, options: UmapOptions): Promise<Float32Array<ArrayBuffer>> {
  const { seed, neighbours = 15, minDist = 0.1, metric, components = 2, signal } = options;
  if (!(Number.isInteger(neighbours) && neighbours >= 2 && neighbours < features.rows)) {
    throw new RangeError(`neighbours is ${neighbours}; give a whole number from 2 to ${features.rows - 1}`);
  }
  const stream = random(seed, UMAP_STREAM);
  const map = new UMAP({
    nNeighbors: neighbours,
    minDist,
    nComponents: components,
    random: () => stream.uniform(),
  });
  const { indices, distances, k } = await nearestNeighbours(features, features, {
    k: neighbours - 1,
    metric,
  });
  const listOf = (values: ArrayLike<number>, self: (row: number) => number) =>
    Array.from(
      { length: features.rows },
      (_, row) => [self(row), ...Array.from({ length: k }, (_, rank) => values[row * k + rank])],
    );
  map.setPrecomputedKNN(listOf(indices, (row) => row), listOf(distances, () => 0));
  // Of the features themselves the library now needs but their number.
  const epochs = map.initializeFit(Array.from({ length: features.rows }, () => []));
  for (let epoch = 0; epoch < epochs; epoch++) {
    signal?.throwIfAborted();
    map.step();
  }
  return Float32Array.from(map.getEmbedding().flat());
}
