/** What every test of a claim shares: the level, the three verdicts, how numbers are written. */
import {
  binomialTest,
  type Contrast,
  holm,
  type Proportion,
  twoProportionTest,
  wilson,
} from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import type { Outcome, Verdict } from "./claims.ts";

/** Significance level of every test, after Holm's correction where several are made. */
export const ALPHA = 0.05;

/** An accuracy whose whole interval is below chance plus this is no more than chance. */
export const NEGLIGIBLE = 0.05;

/** "Far above chance": this many times chance. The paper's networks are at 2.2 times (72.4% of three) and more. */
export const FAR = 1.5;

/** `shown` and `refuted` are each the outcome of a test; neither: the data allow either. */
export function verdictOf(shown: boolean, refuted: boolean): Verdict {
  if (shown) return "holds";
  return refuted ? "does not hold" : "not shown at this scale";
}

/** "87.1%". */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** A difference of shares: "8.1 points". */
export const inPoints = (difference: number): string => `${(100 * difference).toFixed(1)} points`;

/** A difference with its interval: "8.1 points [5.2, 11.0]". */
export function formatDifference({ value, low, high }: Contrast): string {
  return `${inPoints(value)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
}

/** "p = 0.012", "p < 0.001". */
export function formatP(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/** The validation images of several runs taken together, as where a sweep repeats an experiment with other seeds. */
export function pooledAccuracy(records: readonly RunRecord[]): Proportion {
  return pooled(records.map(({ result }) => result.accuracy));
}

/** Several counts taken together. */
export function pooled(parts: readonly Pick<Proportion, "correct" | "n">[]): Proportion {
  const sum = (field: "correct" | "n") => parts.reduce((total, part) => total + part[field], 0);
  return wilson(sum("correct"), sum("n"));
}

/** How many of several accuracies are above their chance: exact binomial tests with Holm's correction. */
export function countAboveChance(points: readonly { accuracy: Proportion; chance: number }[]): number {
  const adjusted = holm(points.map(({ accuracy, chance }) => binomialTest(accuracy, chance).p));
  return adjusted.filter((p) => p < ALPHA).length;
}

/** What several comparisons say: `higher` and `lower` count those that are certainly so, after Holm's correction each way. */
export interface Comparisons {
  higher: number;
  lower: number;
  /** All are higher: holds. Any is lower: does not hold. */
  verdict: Verdict;
}

/**
 * Two-proportion tests that the first of each pair is higher than the second, and that it is lower. Two runs share their validation
 * images, so that their counts are not independent: the same images are hard for both, which makes the test cautious.
 */
export function compareAll(pairs: readonly (readonly [Proportion, Proportion])[]): Comparisons {
  const certain = (alternative: "greater" | "less") =>
    holm(pairs.map(([a, b]) => twoProportionTest(a, b, alternative).p)).filter((p) => p < ALPHA).length;
  const [higher, lower] = [certain("greater"), certain("less")];
  return { higher, lower, verdict: verdictOf(higher === pairs.length, lower > 0) };
}

/** Whether all are certainly {@link FAR} above chance, by their whole intervals, and whether any certainly is not. */
export function farAboveChance(points: readonly { accuracy: Proportion; chance: number }[]): Outcome {
  const far = points.filter(({ accuracy, chance }) => accuracy.low >= FAR * chance);
  const near = points.filter(({ accuracy, chance }) => accuracy.high < FAR * chance);
  const ratios = points.map(({ accuracy, chance }) => (accuracy.value / chance).toFixed(1));
  return {
    ours: points.map(({ accuracy }) => percent(accuracy.value)).join(", "),
    verdict: verdictOf(far.length === points.length, near.length > 0),
    reason:
      `${far.length} of ${points.length} have their whole interval above ${FAR} times chance; they are at ` +
      `${ratios.join(", ")} times chance`,
  };
}
