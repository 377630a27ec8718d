import assert from "node:assert/strict";
import { betaVariate, random } from "../../src/stats/mod.ts";
import { gammaVariate } from "../../src/stats/random.ts";

const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9];
const DRAWS = 40_000;

/** What is drawn lies below each quantile as often as it should: within four standard errors. */
function assertQuantiles(draw: () => number, quantiles: number[], what: string): void {
  const below = quantiles.map(() => 0);
  for (let i = 0; i < DRAWS; i++) {
    const value = draw();
    quantiles.forEach((quantile, q) => below[q] += value <= quantile ? 1 : 0);
  }
  SHARES.forEach((share, q) => {
    const error = Math.sqrt(share * (1 - share) / DRAWS);
    assert.ok(
      Math.abs(below[q] / DRAWS - share) < 4 * error,
      `${what}: ${below[q] / DRAWS} below its ${share}`,
    );
  });
}

Deno.test("beta has scipy's quantiles, for shapes below, at and above 1", () => {
  const cases: [a: number, b: number, quantiles: number[]][] = [ // scipy 1.17.1, stats.beta.ppf
    [0.8, 0.8, [0.07105, 0.219295, 0.5, 0.780705, 0.92895]],
    [1, 1, SHARES],
    [0.2, 0.2, [0.000248, 0.023815, 0.5, 0.976185, 0.999752]],
    [2, 5, [0.092595, 0.161163, 0.26445, 0.389479, 0.510316]],
    [0.4, 3, [0.000865, 0.008649, 0.052051, 0.16954, 0.339621]],
  ];
  cases.forEach(([a, b, quantiles], i) => {
    const stream = random(1, i);
    assertQuantiles(() => betaVariate(stream, a, b), quantiles, `Beta(${a}, ${b})`);
  });
});

Deno.test("gamma has scipy's quantiles, for shapes below, at and above 1", () => {
  const cases: [shape: number, quantiles: number[]][] = [ // scipy 1.17.1, stats.gamma.ppf
    [0.3, [0.000324, 0.0069, 0.073131, 0.342899, 0.884811]],
    [1, [0.105361, 0.287682, 0.693147, 1.386294, 2.302585]],
    [4.5, [2.08408, 2.949413, 4.171416, 5.694376, 7.341828]],
  ];
  cases.forEach(([shape, quantiles], i) => {
    const stream = random(2, i);
    assertQuantiles(() => gammaVariate(stream, shape), quantiles, `Gamma(${shape})`);
  });
});

Deno.test("tiny shapes stay in [0, 1], and a shape of 0 is an error", () => {
  const stream = random(3);
  for (let i = 0; i < 1000; i++) {
    const value = betaVariate(stream, 0.001, 0.001);
    assert.ok(value >= 0 && value <= 1, `${value}`);
  }
  assert.throws(() => betaVariate(stream, 0, 1), /shape is 0; it must be above 0/);
});
