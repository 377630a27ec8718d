import { formatProportion, twoProportionTest } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { type Claim, notRun, type Outcome } from "./claims.ts";
import { everyOneAboveChance, named, someAreHarder } from "./combination_tests.ts";
import { growingSeries } from "./combinations.ts";
import { ALPHA, farAboveChance, formatP, percent, pooled, verdictOf } from "./verdict.ts";

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
    test: (records) => everyOneAboveChance(records, 3),
  },
  {
    id: "triples-differ",
    statement: "Some combinations are harder than others.",
    source: "Table 2",
    paper: "62.8% (CDL) to 92.7% (YCI)",
    test: (records) => someAreHarder(records, 3),
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
