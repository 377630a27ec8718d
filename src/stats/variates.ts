import type { Random } from "./random.ts";

/** A draw from the gamma distribution with scale 1, for `shape > 0` (Marsaglia & Tsang 2000). */
export function gammaVariate(random: Random, shape: number): number {
  if (!(shape > 0)) throw new Error(`gammaVariate: the shape is ${shape}; it must be above 0`);
  // Below 1 their method does not work: a draw of shape + 1, shrunk by a power of a uniform number (their section 6).
  if (shape < 1) return gammaVariate(random, shape + 1) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - random.uniform(); // in (0, 1]
    if (Math.log(u) < x * x / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** A draw from Beta(a, b), in [0, 1], for `a > 0`, `b > 0`. */
export function betaVariate(random: Random, a: number, b: number): number {
  for (;;) {
    const [x, y] = [gammaVariate(random, a), gammaVariate(random, b)];
    if (x + y > 0) return x / (x + y); // both are 0 only where tiny shapes underflow
  }
}
