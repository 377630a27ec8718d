/** Maps of features in two dimensions: principal components, and UMAP (McInnes, Healy & Melville 2018). */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { UMAP } from "umap-js";
import { compile, tf } from "../tensorflow/mod.ts";
import { blocksOf, columnMoments, type Features, mapRows } from "../probe/mod.ts";
import { random, STREAMS } from "../stats/mod.ts";
import { type Metric, nearestNeighbours } from "./neighbours.ts";

/** The directions in which features vary most. */
interface PrincipalComponents {
  /** Mean of each column, [columns]. */
  mean: Float32Array;
  /** Unit vectors, the greatest variance first; each has its largest part positive, [components, columns]. */
  axes: Float32Array;
  /** Variance along each axis, with n - 1 in the denominator. */
  variances: number[];
  /** Share of the whole variance along each axis, [0, 1]. */
  shares: number[];
}

/**
 * Finds the principal components by the eigenvectors of the covariance, which is summed over blocks of rows.
 * For up to a few thousand columns.
 *
 * @param components 1 up to the number of columns. Default 2.
 * @throws {RangeError} for another number of components, or fewer than 2 rows
 */
export async function principalComponents(features: Features, components = 2): Promise<PrincipalComponents> {
  const { rows, columns } = features;
  if (!(Number.isInteger(components) && components >= 1 && components <= columns)) {
    throw new RangeError(`components is ${components}; the features have ${columns} columns.`);
  }
  if (rows < 2) throw new RangeError(`There is ${rows} row; components need 2 or more.`);
  const { mean } = columnMoments(features);
  const covariance = await covarianceOf(features, mean);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  // Ascending in the library's order.
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const chosen = order.slice(0, components);
  const variances = chosen.map((i) => Math.max(0, realEigenvalues[i]));
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0);
  const axes = new Float32Array(components * columns);
  chosen.forEach((i, c) => axes.set(oriented(eigenvectorMatrix.getColumn(i)), c * columns));
  return { mean, axes, variances, shares: variances.map((variance) => total === 0 ? 0 : variance / total) };
}

async function covarianceOf(features: Features, mean: Float32Array): Promise<Matrix> {
  const { rows, columns } = features;
  const centre = tf.tensor1d(mean);
  const native = compile((x: tf.Tensor2D) => {
    const centred = x.sub(centre);
    return centred.matMul(centred, true);
  });
  const total = new Float64Array(columns * columns);
  for (const block of blocksOf(features)) {
    const x = tf.tensor2d(block.values, [block.rows, columns]);
    const part = await native(x);
    (await part.data()).forEach((value, i) => total[i] += value / (rows - 1));
    tf.dispose([x, part]);
  }
  native.dispose();
  centre.dispose();
  return Matrix.from1DArray(columns, columns, total);
}

/** A vector or its opposite, so that its largest part is positive: an axis has no direction of its own. */
function oriented(vector: number[]): number[] {
  const largest = vector.reduce((most, value) => Math.abs(value) > Math.abs(most) ? value : most, 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}

/** Features seen along principal components, [rows, components] row by row. */
export async function projectFeatures(
  features: Features,
  { mean, axes }: PrincipalComponents,
): Promise<Float32Array> {
  const components = axes.length / mean.length;
  const tensors = { mean: tf.tensor1d(mean), axes: tf.tensor2d(axes, [components, mean.length]) };
  try {
    return await mapRows(
      features,
      components,
      (x) => tf.matMul<tf.Tensor2D>(x.sub(tensors.mean), tensors.axes, false, true),
    );
  } finally {
    tf.dispose(tensors);
  }
}

/** Settings of {@link umap}. */
interface UmapOptions {
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

/**
 * A map of features. Neighbours are exact; the map starts from random places. Distances between far groups
 * mean little.
 *
 * @returns [rows, components], row by row
 * @throws {RangeError} when there are no more rows than neighbours
 * @throws the signal's reason when it is aborted
 */
export async function umap(features: Features, options: UmapOptions): Promise<Float32Array<ArrayBuffer>> {
  const { seed, neighbours = 15, minDist = 0.1, metric, components = 2, signal } = options;
  if (!(Number.isInteger(neighbours) && neighbours >= 2 && neighbours < features.rows)) {
    throw new RangeError(`neighbours is ${neighbours}; give a whole number from 2 to ${features.rows - 1}.`);
  }
  const stream = random(seed, STREAMS.umap);
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
  // The library needs no more of the features than their number.
  const epochs = map.initializeFit(Array.from({ length: features.rows }, () => []));
  for (let epoch = 0; epoch < epochs; epoch++) {
    signal?.throwIfAborted();
    map.step();
  }
  return Float32Array.from(map.getEmbedding().flat());
}
