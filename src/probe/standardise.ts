import { blocksOf, type Features } from "./features.ts";

/** Mean and standard deviation of each column. */
export interface Moments {
  /** [columns] */
  mean: Float32Array<ArrayBuffer>;
  /** Of the population, [columns]; 1 for a column that doesn't vary. */
  std: Float32Array<ArrayBuffer>;
}

/** Spread, relative to the mean, below which a column counts as constant: float32 can't tell it from rounding. */
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
