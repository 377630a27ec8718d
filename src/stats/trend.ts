import { type Alternative, tailOf, type TestResult } from "./hypothesis_tests.ts";

/** Above this many values without ties the normal approximation is used: it is then good to three digits. */
const EXACT_LIMIT = 60;

/**
 * Jonckheere-Terpstra test (Jonckheere 1954; Hollander & Wolfe, "Nonparametric Statistical Methods", 6.2): do
 * values rise from each group to the next? The groups are in the order of the quantity that is varied (images
 * a dataset, parameters); a group holds the outcomes measured there (one a seed). With one value a group it
 * is Mann-Kendall's test. The null distribution is exact for up to 60 values without ties, else normal with
 * the variance corrected for ties.
 *
 * @param alternative "greater": rising. Default "greater".
 * @returns J, the number of pairs in rising order (a tie counts a half), and its p-value.
 * @throws {RangeError} With fewer than two groups, or an empty group.
 */
export function trendTest(
  groups: readonly (readonly number[])[],
  alternative: Alternative = "greater",
): TestResult {
  if (groups.length < 2 || groups.some((group) => group.length === 0)) {
    throw new RangeError("a trend needs two or more groups, each with at least one value");
  }
  const values = groups.flat();
  const statistic = risingPairs(groups);
  const sizes = groups.map((group) => group.length);
  const ties = tieSizes(values);
  if (ties.every((size) => size === 1) && values.length <= EXACT_LIMIT) {
    return { statistic, p: exactTail(nullDistribution(sizes), statistic, alternative) };
  }
  const mean = (values.length ** 2 - sizes.reduce((sum, size) => sum + size ** 2, 0)) / 4;
  const deviation = Math.sqrt(varianceOfJ(values.length, sizes, ties));
  if (deviation === 0) return { statistic, p: 1 };
  return { statistic, p: tailOf((statistic - mean) / deviation, alternative) };
}

function risingPairs(groups: readonly (readonly number[])[]): number {
  let pairs = 0;
  for (let i = 0; i < groups.length; i++) {
    for (const later of groups.slice(i + 1).flat()) {
      for (const earlier of groups[i]) pairs += later > earlier ? 1 : later === earlier ? 0.5 : 0;
    }
  }
  return pairs;
}

/** How often each different value occurs. */
function tieSizes(values: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}

/** Kendall's variance with ties in both rankings; it equals Hollander & Wolfe's (6.19). */
function varianceOfJ(n: number, groups: number[], ties: number[]): number {
  const sum = (sizes: number[], term: (size: number) => number) =>
    sizes.reduce((total, size) => total + term(size), 0);
  const spread = (size: number) => size * (size - 1) * (2 * size + 5);
  const pairs = (size: number) => size * (size - 1);
  const triples = (size: number) => size * (size - 1) * (size - 2);
  return (n * (n - 1) * (2 * n + 5) - sum(groups, spread) - sum(ties, spread)) / 72 +
    (n > 2 ? sum(groups, triples) * sum(ties, triples) / (36 * n * (n - 1) * (n - 2)) : 0) +
    sum(groups, pairs) * sum(ties, pairs) / (8 * n * (n - 1));
}

/** P(J = j) without ties: the coefficients of the Gaussian multinomial, one group merged at a time. */
function nullDistribution(sizes: readonly number[]): number[] {
  let distribution = [1];
  let before = 0;
  for (const size of sizes) {
    distribution = convolve(distribution, mannWhitneyDistribution(before, size));
    before += size;
  }
  return distribution;
}

/** P(U = u) for samples of `a` and `b`: which of the a + b places the last value takes decides the step. */
function mannWhitneyDistribution(a: number, b: number): number[] {
  let rows: number[][] = Array.from({ length: b + 1 }, () => [1]);
  for (let i = 1; i <= a; i++) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= b; j++) {
      const row = new Array<number>(i * j + 1).fill(0);
      rows[j].forEach((mass, u) => row[u + j] += mass * i / (i + j));
      next[j - 1].forEach((mass, u) => row[u] += mass * j / (i + j));
      next.push(row);
    }
    rows = next;
  }
  return rows[b];
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const out = new Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => b.forEach((y, j) => out[i + j] += x * y));
  return out;
}

function exactTail(distribution: readonly number[], statistic: number, alternative: Alternative): number {
  const mass = (from: number, to: number) => distribution.slice(from, to).reduce((sum, p) => sum + p, 0);
  const greater = mass(statistic, distribution.length);
  const less = mass(0, statistic + 1);
  if (alternative === "two-sided") return Math.min(1, 2 * Math.min(greater, less));
  return Math.min(1, alternative === "greater" ? greater : less);
}
