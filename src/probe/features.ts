import { compile, tf } from "../tensorflow/mod.ts";
import { permutation, STREAMS } from "../stats/mod.ts";

/** Features of images as a matrix that is read row by row, wherever it lies. */

/** A matrix of features with the label and the key of each row. */
export interface Features {
  /** Number of rows, one an image. */
  readonly rows: number;
  /** Values a row. */
  readonly columns: number;
  /** Class of each row, [rows]. */
  readonly labels: Int32Array;
  /** Name of each row's image, [rows]. */
  readonly keys: readonly string[];
  /**
   * Copies rows out.
   *
   * @param indices which, in the order that they are wanted in; neighbours are read together
   * @returns [indices, columns], row by row
   * @throws {RangeError} for a row that is not there
   */
  read(indices: ArrayLike<number>): Float32Array<ArrayBuffer>;
}

/** Rows of a block when a whole matrix is gone through. */
const BLOCK_ROWS = 4096;

/**
 * Features that are in memory already.
 *
 * @param values [rows, columns], row by row
 * @param keys default: the row's number
 * @throws {RangeError} when the numbers of values, labels and keys don't fit together
 */
export function featuresOf(
  values: Float32Array,
  labels: Int32Array,
  keys: readonly string[] = Array.from(labels, (_, i) => `${i}`),
): Features {
  const rows = labels.length;
  const columns = values.length / rows;
  if (rows === 0 || !Number.isInteger(columns) || columns === 0 || keys.length !== rows) {
    throw new RangeError(
      `${values.length} values, ${rows} labels and ${keys.length} keys make no matrix: give as many values for each ` +
        "label, and one key a label.",
    );
  }
  const read = (indices: ArrayLike<number>) => {
    const into = new Float32Array(indices.length * columns);
    for (let i = 0; i < indices.length; i++) {
      checkRow(indices[i], rows);
      into.set(values.subarray(indices[i] * columns, (indices[i] + 1) * columns), i * columns);
    }
    return into;
  };
  return { rows, columns, labels, keys, read };
}

/** Some rows of a matrix as a matrix, without copying them. */
export function selectRows(features: Features, indices: ArrayLike<number>): Features {
  const rows = indices.length;
  const chosen = Uint32Array.from(indices);
  chosen.forEach((row) => checkRow(row, features.rows));
  return {
    rows,
    columns: features.columns,
    labels: Int32Array.from(chosen, (row) => features.labels[row]),
    keys: Array.from(chosen, (row) => features.keys[row]),
    read: (wanted) =>
      features.read(Uint32Array.from(wanted, (row) => {
        checkRow(row, rows);
        return chosen[row];
      })),
  };
}

/** A block of rows that follow each other. */
export interface Block {
  /** Its first row. */
  begin: number;
  rows: number;
  /** [rows, columns] */
  values: Float32Array<ArrayBuffer>;
}

/** Goes through a matrix in blocks of rows. */
export function* blocksOf(features: Features, blockRows = BLOCK_ROWS): Generator<Block> {
  for (let begin = 0; begin < features.rows; begin += blockRows) {
    const rows = Math.min(blockRows, features.rows - begin);
    yield { begin, rows, values: features.read(Uint32Array.from({ length: rows }, (_, i) => begin + i)) };
  }
}

/** Number of classes that labels speak of: the greatest plus one. */
export function countClasses(labels: Int32Array): number {
  return labels.reduce((most, label) => Math.max(most, label), -1) + 1;
}

/** Throws unless there are rows, two classes or more, and every label is one of them. */
export function checkLabels({ labels, keys }: Features, classes: number): void {
  if (labels.length === 0) {
    throw new Error("There are no features; a probe needs rows to learn and to judge.");
  }
  if (!(classes >= 2)) throw new Error(`There are ${classes} classes; a probe needs 2 or more.`);
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) {
    throw new Error(`${keys[wrong]} has the label ${labels[wrong]}; labels go from 0 to ${classes - 1}.`);
  }
}

/** Throws unless there is such a row. */
export function checkRow(row: number, rows: number): void {
  if (!(row >= 0 && row < rows && Number.isInteger(row))) {
    throw new RangeError(`There is no row ${row}; the features have ${rows}, numbered from 0.`);
  }
}

/**
 * Applies a function to all rows, block by block.
 *
 * @param columns values of a row of the result
 * @param f `[rows, features' columns] -> [rows, columns]`, compiled; tensors that it reads from outside must
 *   live until the end
 * @returns [rows, columns], row by row
 */
export async function mapRows(
  features: Features,
  columns: number,
  f: (x: tf.Tensor2D) => tf.Tensor2D,
): Promise<Float32Array<ArrayBuffer>> {
  const native = compile(f);
  const into = new Float32Array(features.rows * columns);
  try {
    for (const { begin, rows, values } of blocksOf(features)) {
      const x = tf.tensor2d(values, [rows, features.columns]);
      const y = await native(x).finally(() => x.dispose());
      into.set(await y.data() as Float32Array, begin * columns);
      y.dispose();
    }
    return into;
  } finally {
    native.dispose();
  }
}

/** Mean and standard deviation of each column. */
interface Moments {
  /** [columns] */
  mean: Float32Array<ArrayBuffer>;
  /** Standard deviation of the population, [columns]; 1 for a column that doesn't vary. */
  std: Float32Array<ArrayBuffer>;
}

/**
 * Spread, relative to the mean, below which a column counts as constant: float32 can't tell it from rounding.
 */
const CONSTANT = 1e-6;

/** Goes through the features once, by running updates (Welford 1962). */
export function columnMoments(features: Features): Moments {
  const { columns } = features;
  const [mean, squares] = [new Float64Array(columns), new Float64Array(columns)];
  let seen = 0;
  for (const { rows, values } of blocksOf(features)) {
    for (let row = 0; row < rows; row++) {
      seen++;
      for (let c = 0; c < columns; c++) {
        const value = values[row * columns + c];
        const before = value - mean[c];
        mean[c] += before / seen;
        squares[c] += before * (value - mean[c]);
      }
    }
  }
  const std = Float32Array.from(squares, (total, c) => {
    const spread = Math.sqrt(total / seen);
    return spread > CONSTANT * Math.abs(mean[c]) ? spread : 1;
  });
  return { mean: Float32Array.from(mean), std };
}

/**
 * Sets a share of the rows aside to choose settings on.
 *
 * @param share in (0, 1)
 * @returns both parts in ascending order, neither empty
 * @throws {RangeError} when there are fewer than 2 rows, or for another share
 */
export function heldOut(rows: number, share: number, seed: number): { kept: Uint32Array; out: Uint32Array } {
  if (!(share > 0 && share < 1)) throw new RangeError(`heldOut is ${share}; give a share between 0 and 1.`);
  if (rows < 2) throw new RangeError(`There are ${rows} training rows; choosing settings needs 2 or more.`);
  const count = Math.min(rows - 1, Math.max(1, Math.round(share * rows)));
  const order = permutation(rows, seed, STREAMS.heldOut);
  return { kept: order.slice(count).toSorted(), out: order.slice(0, count).toSorted() };
}
