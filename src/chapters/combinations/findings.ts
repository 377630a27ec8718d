/** What the figures of Table 2 show, in sentences. */
import {
  besideChance,
  changeInWords,
  countAboveChance,
  differenceOf,
  formatAccuracy,
  inSentences,
  type LadderRecord,
} from "../../paper/mod.ts";
import { formatPercent } from "../../stats/mod.ts";
import { type Combination, combinationName, combinationsOfSize, growingSeries } from "./records.ts";

/**
 * How many combinations are above chance and above all trivial learners, by their 95% intervals, and the
 * hardest and the easiest.
 *
 * @param size Number of datasets of a combination. Default 3.
 */
export function combinationsFinding(records: readonly LadderRecord[], size = 3): string {
  const all = combinationsOfSize(records, size).toSorted((a, b) => a.accuracy.value - b.accuracy.value);
  if (all.length === 0) return inSentences(`no combination of ${size} datasets was run`);
  const what = size === 2 ? "pairs" : "combinations";
  const [hardest, easiest] = [all[0], all[all.length - 1]];
  return inSentences(
    countAboveChance(what, all),
    aboveLearners(all, what),
    `the hardest, ${combinationName(hardest)}, is at ${formatAccuracy(hardest.accuracy)}`,
    all.length > 1
      ? `the easiest, ${combinationName(easiest)}, is at ${formatAccuracy(easiest.accuracy)}`
      : undefined,
  );
}

/** Nothing where no trivial learner was run. */
function aboveLearners(all: readonly Combination[], what: string): string | undefined {
  const beside = all.filter(({ learners }) => learners.length > 0);
  if (beside.length === 0) return undefined;
  const above = beside.filter(({ learners }) => learners.every(({ margin }) => margin.low > 0)).length;
  return `in ${above} of ${beside.length} ${what} the network is above every trivial learner`;
}

/** How accuracy changes from the fewest datasets to the most, and where it ends beside chance. */
export function numberOfDatasetsFinding(records: readonly LadderRecord[]): string {
  const series = growingSeries(records);
  if (series.length < 2) return inSentences("no growing series of combinations was run");
  const [first, last] = [series[0], series[series.length - 1]];
  const [few, many] = [first.datasets.length, last.datasets.length];
  const change = differenceOf(last.records, first.records);
  return inSentences(
    `accuracy ${changeInWords(change, `from ${few} to ${many} datasets`)}`,
    `chance falls from ${formatPercent(first.chance)} to ${formatPercent(last.chance)}`,
    `accuracy with ${many} is ${formatAccuracy(last.accuracy)}, ${besideChance(last.accuracy, last.chance)}`,
  );
}
