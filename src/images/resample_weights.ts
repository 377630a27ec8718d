/** The weights of a one-dimensional resize: output i is the weighted mean of `count[i]` inputs from `start[i]` on. */
export interface ResampleWeights {
  start: Int32Array;
  count: Int32Array;
  /** Fixed point, 22 bits after the binary point; those of output i begin at `i * stride`. */
  weights: Int32Array;
  stride: number;
}

const cache = new Map<number, ResampleWeights>();
/** Enough for every crop of a 256 px image to two sizes; beyond it the oldest pair of lengths is forgotten. */
const CACHE_LIMIT = 1024;

/**
 * Weights of the triangle filter for a resize from `input` to `output` pixels, widened when shrinking so that nothing aliases.
 * The arithmetic is Pillow's (`precompute_coeffs` and `normalize_coeffs_8bpc` of Resample.c). Computed once a pair.
 */
export function resampleWeights(input: number, output: number): ResampleWeights {
  const key = input * 65536 + output;
  const known = cache.get(key);
  if (known) return known;
  const made = triangleWeights(input, output);
  if (cache.size >= CACHE_LIMIT) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}

function triangleWeights(input: number, output: number): ResampleWeights {
  const scale = input / output;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(output);
  const count = new Int32Array(output);
  const weights = new Int32Array(output * stride);
  for (let i = 0; i < output; i++) {
    const centre = (i + 0.5) * scale;
    start[i] = Math.max(Math.trunc(centre - support + 0.5), 0);
    count[i] = Math.min(Math.trunc(centre + support + 0.5), input) - start[i];
    const raw = Array.from(
      { length: count[i] },
      (_, k) => Math.max(0, 1 - Math.abs((k + start[i] - centre + 0.5) * (1 / support))),
    );
    const sum = raw.reduce((total, value) => total + value, 0);
    raw.forEach((value, k) => weights[i * stride + k] = Math.trunc(0.5 + value / sum * (1 << 22)));
  }
  return { start, count, weights, stride };
}
