/** Position embeddings on another grid, as timm's `resample_abs_pos_embed`: bicubic, antialiased. */
import type { ParameterSpec } from "../parameters.ts";

/**
 * Two square grids of patches, by their sides, and the number of tokens before them (0, or 1 for the class
 * token).
 */
interface Grids {
  from: number;
  to: number;
  prefix: number;
}

/**
 * The grids of a model's position embeddings and of those found in a file, [1, prefix + side * side, dim].
 *
 * @returns `undefined` when the tensor is something else, or differs by more than the grid
 */
export function gridsOf({ name, shape }: ParameterSpec, found: readonly number[]): Grids | undefined {
  if (name !== "pos_embed" || found.length !== 3 || shape.length !== 3) return undefined;
  if (found[0] !== 1 || found[2] !== shape[2]) return undefined;
  for (const prefix of [0, 1]) {
    const [from, to] = [found[1], shape[1]].map((tokens) => Math.sqrt(tokens - prefix));
    if (Number.isInteger(from) && Number.isInteger(to) && from > 0) return { from, to, prefix };
  }
  return undefined;
}

/**
 * Keys' cubic convolution kernel with a = -0.5 (Keys 1981); PyTorch's and Pillow's where they antialias.
 */
function cubic(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

/** For each of `to` places on a line of `from` values: which of them it takes, and how much of each. */
function taps(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to;
  const stretch = Math.max(scale, 1); // wider where there are fewer places than values
  return Array.from({ length: to }, (_, i) => {
    const centre = scale * (i + 0.5);
    const first = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(centre + 2 * stretch + 0.5), from);
    const raw = Array.from({ length: end - first }, (_, k) => cubic((first + k - centre + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

/**
 * Resamples the embeddings of a square grid of patches to another square grid.
 *
 * @param values [prefix + from * from, dim], row by row
 * @param prefix tokens before the grid that have no place in it (the class token): kept as they are
 * @returns [prefix + to * to, dim]
 */
export function resamplePositions(
  values: Float32Array,
  prefix: number,
  from: number,
  to: number,
): Float32Array {
  const dim = values.length / (prefix + from * from);
  const lines = taps(from, to);
  const result = new Float32Array((prefix + to * to) * dim);
  result.set(values.subarray(0, prefix * dim));
  for (let y = 0; y < to; y++) {
    for (let x = 0; x < to; x++) {
      const out = (prefix + y * to + x) * dim;
      lines[y].weights.forEach((down, i) =>
        lines[x].weights.forEach((across, j) => {
          const at = (prefix + (lines[y].first + i) * from + lines[x].first + j) * dim;
          for (let d = 0; d < dim; d++) result[out + d] += down * across * values[at + d];
        })
      );
    }
  }
  return result;
}
