/** What every test of a claim shares: the level, the three verdicts, how numbers are written. */
import { binomialTest, holm, type Proportion, wilson } from "../stats/mod.ts";
import type { RunRecord } from "../sweep/mod.ts";
import type { Verdict } from "./claims.ts";

/** Significance level of every test, after Holm's correction where several are made. */
export const ALPHA = 0.05;

/** An accuracy whose whole interval is below chance plus this is no more than chance. */
export const NEGLIGIBLE = 0.05;

/** `shown` and `refuted` are each the outcome of a test; neither: the data allow either. */
export function verdictOf(shown: boolean, refuted: boolean): Verdict {
  if (shown) return "holds";
  return refuted ? "does not hold" : "not shown at this scale";
}

/** "87.1%". */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

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
