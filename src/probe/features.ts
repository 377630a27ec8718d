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
export const BLOCK_ROWS = 4096;

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
        "label, and one key a label",
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

/** Throws unless there is such a row. */
export function checkRow(row: number, rows: number): void {
  if (!(row >= 0 && row < rows && Number.isInteger(row))) {
    throw new RangeError(`there is no row ${row}; the features have ${rows}, numbered from 0`);
  }
}
