import type { Interpolation } from "./interpolation.ts";

/** The weights of a one-dimensional resize: output i is the weighted mean of `count[i]` inputs from `start[i]` on. */
export interface ResampleWeights {
  start: Int32Array;
  count: Int32Array;
  /**
   * What resample.wat reads, `entry` values an output: `start`, the number of pairs of inputs, and two values for each pair, the fine
   * parts of its weights and the coarse ones, 16 bits each. Weights have 22 bits after the binary point, of which 12 are fine.
   */
  table: Int32Array<ArrayBuffer>;
  entry: number;
}

/** Pillow's BILINEAR (a triangle) and BICUBIC (Keys' kernel with a = -1/2): the reach to either side, and its value at a distance, in pixels of the coarser grid. */
const FILTERS: Record<Interpolation, { reach: number; at: (x: number) => number }> = {
  bilinear: { reach: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { reach: 2, at: (x) => keys(Math.abs(x), -0.5) },
};

/** The cubic convolution kernel (Keys 1981). */
function keys(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

const cache = new Map<number, ResampleWeights>();
/** Enough for every crop of a 256 px image to two sizes by two filters; beyond it the oldest pair of lengths is forgotten. */
const CACHE_LIMIT = 2048;

/**
 * Weights of a filter for a resize from `input` to `output` pixels, widened when shrinking so that nothing aliases.
 * The arithmetic is Pillow's (`precompute_coeffs` and `normalize_coeffs_8bpc` of Resample.c). Computed once a pair.
 */
export function resampleWeights(
  input: number,
  output: number,
  interpolation: Interpolation = "bilinear",
): ResampleWeights {
  const key = (input * 65536 + output) * 2 + (interpolation === "bicubic" ? 1 : 0);
  const known = cache.get(key);
  if (known) return known;
  const made = filterWeights(input, output, interpolation);
  if (cache.size >= CACHE_LIMIT) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}

function filterWeights(input: number, output: number, interpolation: Interpolation): ResampleWeights {
  const { reach, at } = FILTERS[interpolation];
  const scale = input / output;
  const coarser = Math.max(scale, 1);
  const support = reach * coarser;
  const entry = 2 + 2 * (Math.ceil(support) + 1);
  const start = new Int32Array(output);
  const count = new Int32Array(output);
  const table = new Int32Array(output * entry);
  for (let i = 0; i < output; i++) {
    const centre = (i + 0.5) * scale;
    start[i] = Math.max(Math.trunc(centre - support + 0.5), 0);
    count[i] = Math.min(Math.trunc(centre + support + 0.5), input) - start[i];
    const raw = Array.from(
      { length: count[i] },
      (_, k) => at((k + start[i] - centre + 0.5) * (1 / coarser)),
    );
    const sum = raw.reduce((total, value) => total + value, 0);
    const weights = raw.map((value) => fixedPoint(value / sum));
    writeEntry(table.subarray(i * entry, (i + 1) * entry), start[i], weights);
  }
  return { start, count, table, entry };
}

function writeEntry(entry: Int32Array, start: number, weights: readonly number[]): void {
  entry[0] = start;
  entry[1] = Math.ceil(weights.length / 2);
  weights.forEach((weight, k) => {
    const [pair, half] = [2 + 2 * (k >> 1), 16 * (k & 1)];
    entry[pair] |= (weight & 0xfff) << half;
    entry[pair + 1] |= ((weight >> 12) & 0xffff) << half;
  });
}

/** 22 bits after the binary point, halves away from zero. */
function fixedPoint(weight: number): number {
  return Math.trunc(weight * (1 << 22) + (weight < 0 ? -0.5 : 0.5));
}
