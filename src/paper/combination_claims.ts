import { formatProportion, homogeneityTest, twoProportionTest } from "../stats/mod.ts";
import type { RunRecord } from "../sweep/mod.ts";
import { type Claim, notRun, type Outcome } from "./claims.ts";
import { type Combination, growingSeries, triplesAmong, triplesOf } from "./combinations.ts";
import {
  ALPHA,
  countAboveChance,
  farAboveChance,
  formatP,
  NEGLIGIBLE,
  percent,
  pooled,
  verdictOf,
} from "./verdict.ts";

/** Combinations that certainly lie closer together than this do not differ as the paper's do (62.8 to 92.7%). */
const SMALL_SPREAD = 0.1;
/** "Quickly": this share of the final margin above chance … */
const MOST = 0.9;
/** … within this share of the epochs. */
const EARLY = 0.25;

/** The claims of Table 2 and Figure 6, checked by notebook 01. */
export const combinationClaims: readonly Claim[] = [
  {
    id: "every-triple-above-chance",
    statement: "Every three-way combination of datasets is told apart.",
    source: "Table 2",
    paper: "62.8% to 92.7%, 16 of 20 above 80% (chance 33.3%)",
    test: everyTripleAboveChance,
  },
  {
    id: "triples-differ",
    statement: "Some combinations are harder than others.",
    source: "Table 2",
    paper: "62.8% (CDL) to 92.7% (YCI)",
    test: triplesDiffer,
  },
  {
    id: "more-datasets-above-chance",
    statement: "Accuracy stays far above chance as datasets are added.",
    source: "Table 2",
    paper: "3, 4, 5, 6 datasets: 84.7%, 79.1%, 67.4%, 69.2%",
    test: seriesFarAboveChance,
  },
  {
    id: "more-datasets-harder",
    statement: "Telling six datasets apart is harder than telling three.",
    source: "Table 2",
    paper: "84.7% with 3, 69.2% with 6",
    test: seriesFalls,
  },
  {
    id: "converges-quickly",
    statement: "Training converges quickly.",
    source: "Appendix B, Figure 6",
    paper: "validation accuracy is near its end early in training (curve)",
    test: convergesQuickly,
  },
];

const named = ({ datasets }: Combination) => datasets.join(" + ");
const byAccuracy = (a: Combination, b: Combination) => a.accuracy.value - b.accuracy.value;

/** Says what is missing unless every triple of the datasets that occur was run. */
function missingTriples(triples: readonly Combination[]): string | undefined {
  const expected = triplesAmong(Math.max(3, new Set(triples.flatMap(({ datasets }) => datasets)).size));
  if (triples.length >= expected) return undefined;
  return `${triples.length} of ${expected} three-way combinations were run`;
}

function everyTripleAboveChance(records: readonly RunRecord[]): Outcome {
  const triples = triplesOf(records).toSorted(byAccuracy);
  const missing = missingTriples(triples);
  if (missing) return notRun(missing);
  const above = countAboveChance(triples);
  const easy = triples.filter(({ accuracy }) => accuracy.value > 0.8).length;
  const [least, most] = [triples[0], triples[triples.length - 1]];
  const atChance = triples.filter(({ accuracy, chance }) => accuracy.high < chance + NEGLIGIBLE);
  return {
    ours: `${percent(least.accuracy.value)} to ${percent(most.accuracy.value)}, ` +
      `${easy} of ${triples.length} above 80%`,
    verdict: verdictOf(above === triples.length, atChance.length > 0),
    reason:
      `${above} of ${triples.length} are above chance (exact binomial test, Holm, p < ${ALPHA}); the least, ` +
      `${named(least)}, is at ${formatProportion(least.accuracy)}`,
  };
}

/**
 * The triples share validation images, so that their counts are not independent; images that are hard in one triple tend
 * to be hard in another, which makes the spread smaller than the test expects and the test cautious.
 */
function triplesDiffer(records: readonly RunRecord[]): Outcome {
  const triples = triplesOf(records).toSorted(byAccuracy);
  const missing = missingTriples(triples);
  if (missing) return notRun(missing);
  if (triples.length < 2) return notRun("one combination alone can't differ");
  const { statistic, p } = homogeneityTest(triples.map(({ accuracy }) => accuracy));
  const spread = Math.max(...triples.map(({ accuracy }) => accuracy.high)) -
    Math.min(...triples.map(({ accuracy }) => accuracy.low));
  const [least, most] = [triples[0], triples[triples.length - 1]];
  return {
    ours: `${percent(least.accuracy.value)} (${named(least)}) to ${percent(most.accuracy.value)} (${
      named(most)
    })`,
    verdict: verdictOf(p < ALPHA, spread < SMALL_SPREAD),
    reason: `chi-squared of homogeneity ${statistic.toFixed(1)} over ${triples.length} combinations, ${
      formatP(p)
    }`,
  };
}

function seriesFarAboveChance(records: readonly RunRecord[]): Outcome {
  const series = growingSeries(records);
  if (series.length < 2) return notRun("no growing series of combinations was run");
  const counts = series.map(({ datasets }) => datasets.length).join(", ");
  const outcome = farAboveChance(series);
  return { ...outcome, ours: `${counts} datasets: ${outcome.ours}` };
}

function seriesFalls(records: readonly RunRecord[]): Outcome {
  const series = growingSeries(records);
  if (series.length < 2) return notRun("no growing series of combinations was run");
  const [first, last] = [series[0], series[series.length - 1]];
  const falls = twoProportionTest(first.accuracy, last.accuracy, "greater").p;
  const rises = twoProportionTest(first.accuracy, last.accuracy, "less").p;
  return {
    ours: [first, last].map((end) => `${percent(end.accuracy.value)} with ${end.datasets.length}`).join(", "),
    verdict: verdictOf(falls < ALPHA, rises < ALPHA),
    reason: `two-proportion test of ${formatProportion(first.accuracy)} (${named(first)}) against ` +
      `${formatProportion(last.accuracy)} (${last.datasets.length} datasets): ${formatP(falls)}`,
  };
}

/** Over the three-way runs taken together; both ends of a curve are on the same images, so the interval is wide enough. */
function convergesQuickly(records: readonly RunRecord[]): Outcome {
  const curves = records.filter(({ experiment, epochs }) =>
    experiment.datasets.length === 3 && epochs.length >= 1 / EARLY
  ).map(({ epochs }) => epochs);
  if (curves.length === 0) return notRun(`no three-way run of ${1 / EARLY} epochs or more`);
  const early = pooled(curves.map((epochs) => epochs[Math.ceil(epochs.length * EARLY) - 1].validation));
  const final = pooled(curves.map((epochs) => epochs[epochs.length - 1].validation));
  const target = 1 / 3 + MOST * (final.value - 1 / 3);
  if (final.low <= 1 / 3) return notRun("the runs end at chance");
  return {
    ours: `${percent(early.value)} after a quarter of the epochs, ${percent(final.value)} at the end`,
    verdict: verdictOf(early.low >= target, early.high < target),
    reason:
      `${formatProportion(early)} after a quarter of the epochs, over ${curves.length} three-way runs; ` +
      `${100 * MOST}% of the final margin above chance is ${percent(target)}`,
  };
}
