/**
 * Ridge classifiers of two classes, fitted at once for many ways to deal the labels. Scores are a linear map
 * of the labels, so that a permutation test costs one product of matrices.
 */
import { attribute, rawOp, tf } from "../tensorflow/mod.ts";
import { random, STREAMS } from "../stats/mod.ts";

/** Rows of values, and which of them are held out together. */
interface RidgeRows {
  /** [rows, columns], row by row. */
  values: Float32Array;
  rows: number;
  columns: number;
  /** The fold of each row, [rows]: it is scored by what was fitted to the others. -1: never scored. */
  folds: Int32Array;
}

/** Random Fourier features that are added to the columns. */
const FOURIER = 128;

/**
 * Their variance beside that of the columns. With more of it a shift of three or twenty normal columns is
 * found less often, with less of it a spread of twenty (made-up numbers; 0.01, 0.03, 0.1, 0.3 and 1 tried).
 */
const FOURIER_VARIANCE = 0.1;

/** A standardised value is cut off there: one odd image does not turn a direction. */
const CLIP = 4;

/** Least and most share of the shrunk covariance that is a multiple of the identity. */
const LEAST_SHRINKAGE = 0.01, MOST_SHRINKAGE = 0.99;

/**
 * Scores of each row by classifiers that were fitted without its fold, for each assignment of labels.
 *
 * Columns are standardised by the other folds. To them come 128 random Fourier features (Rahimi & Recht 2007)
 * of a Gaussian kernel as wide as the typical distance, so that a difference in spread is seen too. The
 * penalty is that of Ledoit & Wolf's shrunk covariance (2004) of the other folds; labels have no part in it.
 * Each fold's scores are moved and scaled such that the classes of the other folds have the means -1/2 and
 * 1/2, however unequal their numbers are: 0 is the threshold.
 *
 * @param assignments [assignments, rows] of 1 and -1, assignment by assignment
 * @param seed draws the Fourier features
 * @returns [assignments, rows]; 0 for rows of fold -1, and where nothing differs
 */
export async function ridgeScores(
  data: RidgeRows,
  assignments: Int8Array,
  seed: number,
): Promise<Float32Array> {
  const { values, rows, columns, folds } = data;
  const count = assignments.length / rows;
  const scores = new Float32Array(assignments.length);
  const x = tf.tensor2d(values, [rows, columns]);
  const labels = tf.tidy(() => tf.tensor2d(Float32Array.from(assignments), [count, rows]).transpose());
  const waves = wavesOf(columns, seed);
  try {
    for (const fold of [...new Set(folds)].filter((fold) => fold >= 0).sort((a, b) => a - b)) {
      const [inside, outside] = [rowsWhere(folds, (f) => f === fold), rowsWhere(folds, (f) => f !== fold)];
      const found = tf.tidy(() => foldScores(x, labels as tf.Tensor2D, { inside, outside, waves }));
      const of = await found.data() as Float32Array;
      found.dispose();
      for (let a = 0; a < count; a++) {
        for (let i = 0; i < inside.length; i++) scores[a * rows + inside[i]] = of[a * inside.length + i];
      }
    }
  } finally {
    tf.dispose([x, labels, ...Object.values(waves)]);
  }
  return scores;
}

function rowsWhere(folds: Int32Array, wanted: (fold: number) => boolean): Int32Array {
  return Int32Array.from(folds.keys().filter((row) => wanted(folds[row])));
}

/** Frequencies [columns, FOURIER] and phases [FOURIER]. */
interface Waves {
  frequencies: tf.Tensor2D;
  phases: tf.Tensor1D;
}

/** Two rows of standardised columns differ by the root of twice their number: that is the kernel's width. */
function wavesOf(columns: number, seed: number): Waves {
  const stream = random(seed, STREAMS.fourierFeatures);
  const phases = Float32Array.from({ length: FOURIER }, () => 2 * Math.PI * stream.uniform());
  const scale = 1 / Math.sqrt(columns);
  const drawn = Float32Array.from({ length: columns * FOURIER }, () => scale * stream.normal());
  return { frequencies: tf.tensor2d(drawn, [columns, FOURIER]), phases: tf.tensor1d(phases) };
}

/** [assignments, inside] */
function foldScores(
  x: tf.Tensor2D,
  labels: tf.Tensor2D,
  { inside, outside, waves }: { inside: Int32Array; outside: Int32Array; waves: Waves },
): tf.Tensor2D {
  const some = <T extends tf.Tensor>(of: T, rows: Int32Array) => of.gather(tf.tensor1d(rows, "int32")) as T;
  const standard = standardiser(some(x, outside));
  const withWaves = (rows: tf.Tensor2D) =>
    rows.concat(rows.matMul(waves.frequencies).add(waves.phases).cos(), 1) as tf.Tensor2D;
  const fitted = withWaves(standard(some(x, outside)));
  const again = standardiser(fitted);
  const columns = x.shape[1];
  const weight = Math.sqrt(FOURIER_VARIANCE * columns / FOURIER);
  const weights = tf.ones([columns]).concat(tf.fill([FOURIER], weight));
  const train = again(fitted).mul(weights) as tf.Tensor2D;
  const centre = train.mean(0); // what was cut off has moved it
  const held = again(withWaves(standard(some(x, inside)))).mul(weights) as tf.Tensor2D;
  return scored(train.sub(centre), held.sub(centre), some(labels, outside));
}

/** Brings columns to mean 0 and variance 1 as those of `rows` have; what is constant there becomes 0. */
function standardiser(rows: tf.Tensor2D): (rows: tf.Tensor2D) => tf.Tensor2D {
  const { mean, variance } = tf.moments(rows, 0);
  const varies = variance.greater(mean.square().mul(1e-10).add(1e-12));
  const scale = tf.where(varies, variance.maximum(1e-12).rsqrt(), tf.zerosLike(variance));
  return (other) => other.sub(mean).mul(scale).clipByValue(-CLIP, CLIP) as tf.Tensor2D;
}

function scored(train: tf.Tensor2D, held: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor2D {
  const positive = labels.add(1).mul(0.5).sum(0);
  const negative = tf.scalar(labels.shape[0]).sub(positive);
  const sums = train.matMul(labels, true); // the columns' means are 0: twice the sum over the positive class
  const weights = solved(train, sums, labels);
  const gain = weights.mul(sums).sum(0).mul(0.5); // sum of the fitted scores of the positive class
  const [above, below] = [gain.div(positive.maximum(1)), gain.neg().div(negative.maximum(1))];
  const gap = above.sub(below);
  const middle = above.add(below).mul(0.5);
  const found = held.matMul(weights).sub(middle).div(tf.where(gap.greater(0), gap, tf.onesLike(gap)));
  return found.mul(gap.greater(0).cast("float32")).transpose() as tf.Tensor2D;
}

/** Weights, [columns, assignments], by the normal equations of columns or of rows, whichever are fewer. */
function solved(train: tf.Tensor2D, sums: tf.Tensor, labels: tf.Tensor2D): tf.Tensor2D {
  const [rows, columns] = train.shape;
  const byRows = columns > rows;
  const product = train.matMul(train, !byRows, byRows) as tf.Tensor2D;
  const penalty = penaltyOf(train, product);
  if (penalty === 0) return tf.zerosLike(sums) as tf.Tensor2D;
  const shrunk = product.add(tf.eye(product.shape[0]).mul(penalty)) as tf.Tensor2D;
  if (!byRows) return solve(shrunk, sums as tf.Tensor2D);
  return train.matMul(solve(shrunk, labels.sub(labels.mean(0, true)) as tf.Tensor2D), true) as tf.Tensor2D;
}

/** What is added to the diagonal of a product of rows with themselves: 0 where all of them are. */
function penaltyOf(train: tf.Tensor2D, product: tf.Tensor2D): number {
  const [rows, columns] = train.shape;
  const lengths = train.square().sum(1);
  const [mean, square, fourth] = [
    lengths.sum().div(rows * columns),
    product.div(rows).square().sum().div(columns),
    lengths.square().sum(),
  ].map((value) => value.dataSync()[0]);
  if (!(mean > 0)) return 0;
  const spread = square - mean ** 2;
  const noise = Math.max(0, fourth / (rows ** 2 * columns) - square / rows);
  const share = spread > 0 ? noise / spread : 1;
  const shrinkage = Math.min(MOST_SHRINKAGE, Math.max(LEAST_SHRINKAGE, share));
  return rows * mean * shrinkage / (1 - shrinkage);
}

const T = attribute.type("T", "float32");

/** Solves `matrix` · X = `right` for a positive definite matrix. */
function solve(matrix: tf.Tensor2D, right: tf.Tensor2D): tf.Tensor2D {
  const [factor] = rawOp("Cholesky", [matrix], [T]);
  const half = triangular(factor, right, false);
  return triangular(factor, half, true) as tf.Tensor2D;
}

function triangular(factor: tf.Tensor, right: tf.Tensor, adjoint: boolean): tf.Tensor {
  const flags = [attribute.bool("lower", true), attribute.bool("adjoint", adjoint)];
  return rawOp("MatrixTriangularSolve", [factor, right], [...flags, T])[0];
}
