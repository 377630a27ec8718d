/** Tests of all combinations of one number of datasets. */
import { formatProportion, homogeneityTest } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { notRun, type Outcome } from "./claims.ts";
import { choicesAmong, type Combination, combinationsOfSize } from "./combinations.ts";
import { ALPHA, countAboveChance, formatP, NEGLIGIBLE, percent, verdictOf } from "./verdict.ts";

/** Combinations that certainly lie closer together than this do not differ as the paper's do (62.8 to 92.7%). */
const SMALL_SPREAD = 0.1;

/** "tabler + mdi". */
export const named = ({ datasets }: Combination): string => datasets.join(" + ");

const byAccuracy = (a: Combination, b: Combination) => a.accuracy.value - b.accuracy.value;

/** Says what is missing unless every choice of `size` of the datasets that occur was run. */
function missingAmong(combinations: readonly Combination[], size: number): string | undefined {
  const expected = choicesAmong(
    Math.max(size, new Set(combinations.flatMap(({ datasets }) => datasets)).size),
    size,
  );
  if (combinations.length >= expected) return undefined;
  const kind = size === 2 ? "pairs" : size === 3 ? "three-way combinations" : `combinations of ${size}`;
  return `${combinations.length} of ${expected} ${kind} were run`;
}

/** Every choice of `size` datasets is told apart better than chance. */
export function everyOneAboveChance(records: readonly RunRecord[], size: number): Outcome {
  const all = combinationsOfSize(records, size).toSorted(byAccuracy);
  const missing = missingAmong(all, size);
  if (missing) return notRun(missing);
  const above = countAboveChance(all);
  const easy = all.filter(({ accuracy }) => accuracy.value > 0.8).length;
  const [least, most] = [all[0], all[all.length - 1]];
  const atChance = all.filter(({ accuracy, chance }) => accuracy.high < chance + NEGLIGIBLE);
  return {
    ours: `${percent(least.accuracy.value)} to ${percent(most.accuracy.value)}, ` +
      `${easy} of ${all.length} above 80%`,
    verdict: verdictOf(above === all.length, atChance.length > 0),
    reason:
      `${above} of ${all.length} are above chance (exact binomial test, Holm, p < ${ALPHA}); the least, ` +
      `${named(least)}, is at ${formatProportion(least.accuracy)}`,
  };
}

/**
 * The choices of `size` datasets are not all equally hard. They share validation images, so that their counts are not independent;
 * images that are hard in one tend to be hard in another, which makes the spread smaller than the test expects and the test cautious.
 */
export function someAreHarder(records: readonly RunRecord[], size: number): Outcome {
  const all = combinationsOfSize(records, size).toSorted(byAccuracy);
  const missing = missingAmong(all, size);
  if (missing) return notRun(missing);
  if (all.length < 2) return notRun("one combination alone can't differ");
  const { statistic, p } = homogeneityTest(all.map(({ accuracy }) => accuracy));
  const spread = Math.max(...all.map(({ accuracy }) => accuracy.high)) -
    Math.min(...all.map(({ accuracy }) => accuracy.low));
  const [least, most] = [all[0], all[all.length - 1]];
  return {
    ours: `${percent(least.accuracy.value)} (${named(least)}) to ${percent(most.accuracy.value)} (${
      named(most)
    })`,
    verdict: verdictOf(p < ALPHA, spread < SMALL_SPREAD),
    reason: `chi-squared of homogeneity ${statistic.toFixed(1)} over ${all.length} combinations, ${
      formatP(p)
    }`,
  };
}
