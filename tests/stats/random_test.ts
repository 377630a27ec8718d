import assert from "node:assert/strict";
import fc from "fast-check";
import { betaVariate, permutation, random } from "~/stats/mod.ts";
import { gammaVariate, hash32 } from "~/stats/random.ts";

const FIRST_DRAWS = [10771686, 2326128118, 1632191323, 412665704];
const draws = (n: number, draw: () => number) => Array.from({ length: n }, draw);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("a stream is a function of its name", () => {
  const first = random(1, 2, 3);
  assert.deepEqual(draws(4, () => first.uint32()), FIRST_DRAWS);
  assert.notEqual(random(1, 2, 4).uint32(), FIRST_DRAWS[0]);
  assert.notEqual(random(1, 2).uint32(), FIRST_DRAWS[0]);
  assert.notEqual(random(2 ** 32 + 1, 2, 3).uint32(), FIRST_DRAWS[0]);
});

Deno.test("streams with neighbouring names are independent and uniform", () => {
  const counts = new Float64Array(256);
  for (let i = 0; i < 25600; i++) counts[random(7, i).uint32() >>> 24]++;
  const chiSquare = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
  assert.ok(chiSquare < 340, `chi square ${chiSquare} with 255 degrees of freedom`); // p = 0.0003
});

Deno.test("uniform is in [0, 1) with mean 1/2 and variance 1/12", () => {
  const stream = random(5);
  const values = draws(40000, () => stream.uniform());
  assert.ok(values.every((value) => value >= 0 && value < 1));
  assert.ok(Math.abs(mean(values) - 0.5) < 0.006);
  assert.ok(Math.abs(mean(values.map((value) => (value - 0.5) ** 2)) - 1 / 12) < 0.002);
});

Deno.test("normal has mean 0 and variance 1; the truncated one stays within its limit", () => {
  const stream = random(6);
  const values = draws(40000, () => stream.normal());
  assert.ok(Math.abs(mean(values)) < 0.02);
  assert.ok(Math.abs(mean(values.map((value) => value ** 2)) - 1) < 0.03);
  const cut = draws(40000, () => stream.truncatedNormal());
  assert.ok(cut.every((value) => Math.abs(value) <= 2));
  assert.ok(Math.abs(mean(cut.map((value) => value ** 2)) - 0.774) < 0.02); // variance of N(0, 1) cut at 2
});

Deno.test("below gives every number as often", () => {
  const stream = random(8);
  const counts = [0, 0, 0];
  for (let i = 0; i < 30000; i++) counts[stream.below(3)]++;
  assert.ok(counts.every((count) => Math.abs(count - 10000) < 330), `${counts}`);
  assert.throws(() => stream.below(0), /n must be an integer/);
});

Deno.test("a permutation holds every number once and is a function of its key", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 200 }), fc.integer(), (n, seed) => {
    const order = permutation(n, seed, 1);
    assert.deepEqual([...order].sort((a, b) => a - b), [...Array(n).keys()]);
    assert.deepEqual(order, permutation(n, seed, 1));
  }));
  const first = new Float64Array(5);
  for (let seed = 0; seed < 5000; seed++) first[permutation(5, seed)[0]]++;
  assert.ok(first.every((count) => Math.abs(count - 1000) < 120), `${first}`);
});

Deno.test("every bit of the key changes about half of the bits of the hash", () => {
  for (let bit = 0; bit < 53; bit++) {
    let changed = 0;
    for (let key = 0; key < 200; key++) {
      const other = key + (Math.floor(key / 2 ** bit) % 2 === 0 ? 1 : -1) * 2 ** bit;
      changed += (hash32(key) ^ hash32(other)).toString(2).replaceAll(/[^1]/g, "").length / 200;
    }
    assert.ok(changed > 8 && changed < 24, `bit ${bit}: ${changed}`);
  }
  assert.throws(() => hash32(0.5), /named by integers/);
});

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
