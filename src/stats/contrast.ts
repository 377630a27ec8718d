import { normalQuantile } from "./distributions.ts";
import { checkCounts } from "./intervals.ts";
import { type Alternative, type Counts, tailOf } from "./tests.ts";

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
 * A linear contrast of independent proportions after Price & Bonett 2004 ("An improved confidence interval for a linear function
 * of binomial proportions"): 2/m successes and 2/m failures are added to each of the m samples that have a weight, which keeps the
 * interval right for small samples and rates near 0 and 1. With weights 1 and -1 it is Agresti & Caffo's interval of a difference.
 *
 * @param weights One a sample; those of the contrasts used here add up to zero.
 * @param alternative Of the test that the sum is zero. Default "greater".
 * @param confidence In (0, 1). Default 0.95.
 * @throws {RangeError} If a count is impossible, the numbers of samples and weights differ, or every weight is zero.
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
