import { binomialMass, normalQuantile, normalTail } from "./distributions.ts";
import { checkCounts, type Proportion } from "./intervals.ts";

/** The departure from the null hypothesis that counts as evidence against it. */
export type Alternative = "greater" | "less" | "two-sided";

/** Outcome of a test. */
export interface TestResult {
  /** The test statistic: z or the number of successes. */
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
