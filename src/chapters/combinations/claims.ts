/** Table 2, its pairs and Figure 6: combinations of datasets. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  aboveChance,
  ALPHA,
  type Claim,
  type ClaimOutcome,
  farAboveChance,
  formatP,
  notRun,
  onceRun,
  pooledCounts,
  verdictOf,
} from "../../paper/mod.ts";
import { formatPercent, formatProportion, homogeneityTest, twoProportionTest } from "../../stats/mod.ts";
import {
  choicesAmong,
  type Combination,
  combinationName,
  combinationsOfSize,
  growingSeries,
} from "./records.ts";

/** A spread that is certainly below this is not that of the paper, whose accuracies are 62.8% to 92.7%. */
const SMALL_SPREAD = 0.1;

/** "Quickly": this share of the final margin above chance … */
const MOST = 0.9;
/** … within this share of the epochs. */
const EARLY = 0.25;

/** Every choice of `size` datasets has to be run. The tests get them from the hardest to the easiest. */
const onceAllRun = (size: number) =>
  onceRun(
    (records: readonly RunRecord[]) =>
      combinationsOfSize(records, size).toSorted((a, b) => a.accuracy.value - b.accuracy.value),
    (combinations) => {
      const datasets = new Set(combinations.flatMap(({ datasets }) => datasets));
      const expected = choicesAmong(Math.max(size, datasets.size), size);
      if (combinations.length >= expected) return undefined;
      const kind = size === 2 ? "pairs" : "three-way combinations";
      return `${combinations.length} of ${expected} ${kind} were run`;
    },
  );

const [oncePairsRun, onceTriplesRun] = [onceAllRun(2), onceAllRun(3)];

const onceSeriesRun = onceRun(
  growingSeries,
  ({ length }) => length < 2 ? "no growing series of combinations was run" : undefined,
);

/** The claims of Table 2 and Figure 6, checked by notebook 01. */
export const combinationClaims: readonly Claim[] = [
  {
    id: "every-triple-above-chance",
    statement: "Every three-way combination of datasets is told apart.",
    source: "Table 2",
    paper: "62.8% to 92.7%, 16 of 20 above 80% (chance 33.3%)",
    test: onceTriplesRun(everyOneAboveChance),
  },
  {
    id: "triples-differ",
    statement: "Some combinations are harder than others.",
    source: "Table 2",
    paper: "62.8% (CDL) to 92.7% (YCI)",
    test: onceTriplesRun(someAreHarder),
  },
  {
    id: "more-datasets-above-chance",
    statement: "Accuracy stays far above chance as datasets are added.",
    source: "Table 2",
    paper: "3, 4, 5, 6 datasets: 84.7%, 79.1%, 67.4%, 69.2%",
    test: onceSeriesRun(seriesFarAboveChance),
  },
  {
    id: "more-datasets-harder",
    statement: "Telling six datasets apart is harder than telling three.",
    source: "Table 2",
    paper: "84.7% with 3, 69.2% with 6",
    test: onceSeriesRun(seriesFalls),
  },
  {
    id: "converges-quickly",
    statement: "Training converges quickly.",
    source: "Appendix B, Figure 6",
    paper: "validation accuracy is near its end early in training (curve)",
    test: convergesQuickly,
  },
];

/** The claims about pairs of datasets, which Table 2 lacks: the paper has three datasets and more. */
export const pairClaims: readonly Claim[] = [
  {
    id: "every-pair-above-chance",
    statement: "Every two datasets are told apart.",
    source: "pairs of Table 2's datasets, beyond the paper",
    paper: "– (chance 50%)",
    test: oncePairsRun(everyOneAboveChance),
  },
  {
    id: "pairs-differ",
    statement: "Some pairs are harder than others.",
    source: "pairs of Table 2's datasets, beyond the paper",
    paper: "–",
    test: oncePairsRun(someAreHarder),
  },
];

/** The claims about three vendors of emoji at a time: content is held fixed, so only the drawing can tell. */
export const emojiClaims: readonly Claim[] = [
  {
    id: "emoji-every-triple-above-chance",
    statement: "Every three vendors of emoji are told apart, although they draw the same things.",
    source: "Table 2 with its content held fixed, beyond the paper",
    paper: "– (chance 33.3%)",
    test: onceTriplesRun(everyOneAboveChance),
  },
  {
    id: "emoji-triples-differ",
    statement: "Some three vendors are harder to tell apart than others.",
    source: "Table 2 with its content held fixed, beyond the paper",
    paper: "–",
    test: onceTriplesRun(someAreHarder),
  },
];

/** Every choice of so many datasets is told apart better than chance. */
function everyOneAboveChance(all: Combination[]): ClaimOutcome {
  const { above, verdict } = aboveChance(all);
  const easy = all.filter(({ accuracy }) => accuracy.value > 0.8).length;
  const [least, most] = [all[0], all[all.length - 1]];
  return {
    ours: `${formatPercent(least.accuracy.value)} to ${formatPercent(most.accuracy.value)}, ` +
      `${easy} of ${all.length} above 80%`,
    verdict,
    reason:
      `${above} of ${all.length} are above chance (exact binomial test, Holm, p < ${ALPHA}); the least, ` +
      `${combinationName(least)}, is at ${formatProportion(least.accuracy)}`,
  };
}

/**
 * The choices of so many datasets are not all equally hard. They share validation images, so their counts are
 * not independent. Images that are hard in one choice tend to be hard in another. That makes the spread
 * smaller than the test expects, and the test cautious.
 */
function someAreHarder(all: Combination[]): ClaimOutcome {
  if (all.length < 2) return notRun("one combination alone can't differ");
  const { statistic, p } = homogeneityTest(all.map(({ accuracy }) => accuracy));
  const spread = Math.max(...all.map(({ accuracy }) => accuracy.high)) -
    Math.min(...all.map(({ accuracy }) => accuracy.low));
  const ends = [all[0], all[all.length - 1]];
  return {
    ours: ends.map((end) => `${formatPercent(end.accuracy.value)} (${combinationName(end)})`).join(" to "),
    verdict: verdictOf(p < ALPHA, spread < SMALL_SPREAD),
    reason: `chi-squared of homogeneity ${statistic.toFixed(1)} over ${all.length} combinations, ${
      formatP(p)
    }`,
  };
}

function seriesFarAboveChance(series: Combination[]): ClaimOutcome {
  const counts = series.map(({ datasets }) => datasets.length).join(", ");
  const outcome = farAboveChance(series);
  return { ...outcome, ours: `${counts} datasets: ${outcome.ours}` };
}

function seriesFalls(series: Combination[]): ClaimOutcome {
  const [first, last] = [series[0], series[series.length - 1]];
  const falls = twoProportionTest(first.accuracy, last.accuracy, "greater").p;
  const rises = twoProportionTest(first.accuracy, last.accuracy, "less").p;
  const sized = (end: Combination) => `${formatPercent(end.accuracy.value)} with ${end.datasets.length}`;
  return {
    ours: [first, last].map(sized).join(", "),
    verdict: verdictOf(falls < ALPHA, rises < ALPHA),
    reason:
      `two-proportion test of ${formatProportion(first.accuracy)} (${combinationName(first)}) against ` +
      `${formatProportion(last.accuracy)} (${last.datasets.length} datasets): ${formatP(falls)}`,
  };
}

/** Takes the three-way runs together. Both ends of a curve are on the same images: the test is cautious. */
function convergesQuickly(records: readonly RunRecord[]): ClaimOutcome {
  const curves = records.filter(({ experiment, epochs }) =>
    experiment.datasets.length === 3 && epochs.length >= 1 / EARLY
  ).map(({ epochs }) => epochs);
  if (curves.length === 0) return notRun(`no three-way run of ${1 / EARLY} epochs or more`);
  const early = pooledCounts(curves.map((epochs) => epochs[Math.ceil(epochs.length * EARLY) - 1].validation));
  const final = pooledCounts(curves.map((epochs) => epochs[epochs.length - 1].validation));
  const target = 1 / 3 + MOST * (final.value - 1 / 3);
  if (final.low <= 1 / 3) return notRun("the runs end at chance");
  return {
    ours: `${formatPercent(early.value)} after a quarter of the epochs, ${
      formatPercent(final.value)
    } at the end`,
    verdict: verdictOf(early.low >= target, early.high < target),
    reason:
      `${formatProportion(early)} after a quarter of the epochs, over ${curves.length} three-way runs; ` +
      `${100 * MOST}% of the final margin above chance is ${formatPercent(target)}`,
  };
}
