/** Tests that one accuracy is above another, for claims that compare several pairs. */
import { holm, type Proportion, twoProportionTest } from "../stats/mod.ts";
import { ALPHA, formatP } from "./verdict.ts";

/** "This one is above that one." */
export interface Pair {
  above: Proportion;
  below: Proportion;
}

/** What became of several pairs. */
export interface Comparison {
  /** Pairs that are in order beyond chance. */
  shown: number;
  /** Pairs that are in the other order beyond chance. */
  refuted: number;
  /** Largest adjusted p-value of "above is above below". */
  p: number;
}

/**
 * Two-proportion tests of each pair in either direction, each direction with Holm's correction. Where both accuracies of a pair are
 * on the same images, errors tend to coincide, which makes their difference more certain than the test takes it to be: the test
 * is cautious.
 */
export function comparePairs(pairs: readonly Pair[]): Comparison {
  const adjusted = (alternative: "greater" | "less") =>
    holm(pairs.map(({ above, below }) => twoProportionTest(above, below, alternative).p));
  const [rises, falls] = [adjusted("greater"), adjusted("less")];
  const significant = (ps: number[]) => ps.filter((p) => p < ALPHA).length;
  return { shown: significant(rises), refuted: significant(falls), p: Math.max(...rises) };
}

/** "3 of 4 by two-proportion tests with Holm's correction (largest p = 0.061)". */
export function describeComparison({ shown, p }: Comparison, pairs: number): string {
  return `${shown} of ${pairs} by two-proportion tests with Holm's correction (largest ${formatP(p)})`;
}

/** Less than this below is as good, for claims that say "at least as good": about what Table 7's two pre-trainings differ by. */
export const MARGIN = 0.02;

/** Standard normal quantile of a one-sided test at {@link ALPHA}. */
const Z = 1.645;

/** Whether one accuracy is at least as good as another: a test of non-inferiority by {@link MARGIN}, and of its opposite. */
export function compareAsGood(one: Proportion, other: Proportion) {
  const variance = ({ value, n }: Proportion) => value * (1 - value) / n;
  const difference = one.value - other.value;
  const low = difference - Z * Math.sqrt(variance(one) + variance(other));
  const p = twoProportionTest(one, other, "less").p;
  return { shown: low > -MARGIN, refuted: p < ALPHA, difference, low };
}
