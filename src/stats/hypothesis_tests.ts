import { binomialMass, chiSquaredTail, normalQuantile, normalTail } from "./distributions.ts";
import { checkCounts, type Proportion } from "./intervals.ts";

/** The departure from the null hypothesis that counts as evidence against it. */
export type Alternative = "greater" | "less" | "two-sided";

/** Outcome of a test. */
export interface TestResult {
  /** The test statistic: z, chi-squared, Jonckheere's J or the number of successes. */
  statistic: number;
  /** Probability of a result at least as extreme if the null hypothesis holds, in [0, 1]. */
  p: number;
}

/** The part of a {@linkcode Proportion} that the tests need. */
type Counts = Pick<Proportion, "correct" | "n">;

/**
 * Exact binomial test of `correct` successes in `n` cases against the success rate `chance`. The two-sided
 * p-value adds up every outcome that is no more likely than the observed one, as R's binom.test and scipy's
 * binomtest do.
 *
 * @throws {RangeError} If the counts are impossible or `chance` is not strictly between 0 and 1.
 */
export function binomialTest(
  { correct, n }: Counts,
  chance: number,
  alternative: Alternative = "greater",
): TestResult {
  checkCounts(correct, n);
  if (!(chance > 0 && chance < 1)) {
    throw new RangeError(`chance is ${chance}; give a number strictly between 0 and 1`);
  }
  // The tolerance is scipy's: outcomes of equal probability must not be lost to rounding.
  const limit = binomialMass(correct, n, chance) * (1 + 1e-7);
  const counts: Record<Alternative, (k: number, mass: number) => boolean> = {
    "greater": (k) => k >= correct,
    "less": (k) => k <= correct,
    "two-sided": (_k, mass) => mass <= limit,
  };
  let p = 0;
  for (let k = 0; k <= n; k++) {
    const mass = binomialMass(k, n, chance);
    if (counts[alternative](k, mass)) p += mass;
  }
  return { statistic: correct, p: Math.min(1, p) };
}

/**
 * Two-proportion z test with the pooled variance. "greater": `a`'s rate is greater than `b`'s. Where both
 * samples are all right or all wrong there is no evidence of a difference and p is 1.
 */
export function twoProportionTest(a: Counts, b: Counts, alternative: Alternative = "two-sided"): TestResult {
  checkCounts(a.correct, a.n);
  checkCounts(b.correct, b.n);
  const pooled = (a.correct + b.correct) / (a.n + b.n);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n));
  if (deviation === 0) return { statistic: 0, p: 1 };
  const z = (a.correct / a.n - b.correct / b.n) / deviation;
  return { statistic: z, p: tailOf(z, alternative) };
}

/** The p-value of a standard normal z. */
export function tailOf(z: number, alternative: Alternative): number {
  if (alternative === "two-sided") return Math.min(1, 2 * normalTail(Math.abs(z)));
  return normalTail(alternative === "greater" ? z : -z);
}

/**
 * Pearson's chi-squared test that k samples have one and the same success rate, without continuity
 * correction, k - 1 degrees of freedom. The samples must be independent.
 *
 * @throws {RangeError} With fewer than two samples.
 */
export function homogeneityTest(samples: readonly Counts[]): TestResult {
  if (samples.length < 2) {
    throw new RangeError(`${samples.length} samples given; comparing rates needs 2 or more`);
  }
  samples.forEach(({ correct, n }) => checkCounts(correct, n));
  const total = samples.reduce((sum, { n }) => sum + n, 0);
  const rate = samples.reduce((sum, { correct }) => sum + correct, 0) / total;
  if (rate === 0 || rate === 1) return { statistic: 0, p: 1 };
  const statistic = samples.reduce(
    (sum, { correct, n }) => sum + (correct - n * rate) ** 2 / (n * rate * (1 - rate)),
    0,
  );
  return { statistic, p: chiSquaredTail(statistic, samples.length - 1) };
}

/**
 * Holm's step-down correction (Holm 1979): adjusted p-values, in the order given, that may each be compared
 * with alpha and keep the chance of any false alarm among them at alpha, whatever their dependence.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Array<number>(pValues.length);
  let running = 0;
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, pValues[index] * (pValues.length - rank)));
    adjusted[index] = running;
  });
  return adjusted;
}

/** A weighted sum of success rates, as a difference of two rates or a difference of two differences. */
export interface Contrast {
  /** Σ weight x correct / n. */
  value: number;
  /** Ends of its interval. */
  low: number;
  high: number;
  /** Probability of a sum at least as extreme if it is zero, in [0, 1]. */
  p: number;
}

/**
 * A linear contrast of independent proportions after Price & Bonett 2004 ("An improved confidence interval
 * for a linear function of binomial proportions"): 2/m successes and 2/m failures are added to each of the m
 * samples that have a weight, which keeps the interval right for small samples and rates near 0 and 1. With
 * weights 1 and -1 it is Agresti & Caffo's interval of a difference.
 *
 * @param weights One a sample; those of the contrasts used here add up to zero.
 * @param alternative Of the test that the sum is zero. Default "greater".
 * @param confidence In (0, 1). Default 0.95.
 * @throws {RangeError} If a count is impossible, the numbers of samples and weights differ, or every weight
 *   is zero.
 */
export function contrast(
  samples: readonly Counts[],
  weights: readonly number[],
  alternative: Alternative = "greater",
  confidence = 0.95,
): Contrast {
  samples.forEach(({ correct, n }) => checkCounts(correct, n));
  const weighted = weights.filter((weight) => weight !== 0).length;
  if (samples.length !== weights.length || weighted === 0) {
    throw new RangeError(
      `${samples.length} samples and ${weighted} of ${weights.length} weights that are not zero; give each sample a weight`,
    );
  }
  const rates = samples.map(({ correct, n }) => ({
    plain: correct / n,
    adjusted: (correct + 2 / weighted) / (n + 4 / weighted),
    n: n + 4 / weighted,
  }));
  const sum = (term: (index: number) => number) => weights.reduce((total, _, i) => total + term(i), 0);
  const centre = sum((i) => weights[i] * rates[i].adjusted);
  const deviation = Math.sqrt(
    sum((i) => weights[i] ** 2 * rates[i].adjusted * (1 - rates[i].adjusted) / rates[i].n),
  );
  const half = normalQuantile(confidence) * deviation;
  return {
    value: sum((i) => weights[i] * rates[i].plain),
    low: centre - half,
    high: centre + half,
    p: tailOf(centre / deviation, alternative),
  };
}

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
