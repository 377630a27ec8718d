/** Table 8: semantic classification from a dataset classifier's features. */
import type { ProbeRecord } from "../../experiments/mod.ts";
import {
  asGood,
  BY_TWO_PROPORTIONS,
  type Claim,
  type ClaimOutcome,
  compareAll,
  listProbes,
  notRun,
  type ProbePoint,
  probePoints,
} from "../../paper/mod.ts";
import { formatPercent } from "../../stats/mod.ts";

/** The tasks of the probes, in the words of the claims. */
const TASKS = [
  { of: "classes", on: "on photographs of other things" },
  { of: "concepts", on: "on what the images show" },
] as const;

/** The claims of Table 8, checked by notebook 09: each for photographs and for the datasets' own concepts. */
export const semanticClaims: readonly Claim<ProbeRecord>[] = TASKS.flatMap(({ of, on }) => [
  {
    id: `classifier-above-random-${of}`,
    statement: `The dataset classifier's features know more of semantics than random weights, ${on}.`,
    source: "Table 8",
    paper: "27.7% to 34.8% against 6.7%",
    test: (records) => aboveRandom(pointsOf(records, of)),
  },
  {
    id: `classifier-below-others-${of}`,
    statement: `Self-supervision, or supervision by the classes, gives better features, ${on}.`,
    source: "Table 8",
    paper: "68.0% (MAE), 76.7% (MoCo v3) against 34.8%",
    test: (records) => belowOthers(pointsOf(records, of)),
  },
  {
    id: `more-datasets-as-good-${of}`,
    statement: `Telling more datasets apart makes features at least as good, ${on}.`,
    source: "Table 8",
    paper: "27.7% with 3 datasets, 34.8% with 6",
    test: (records) => moreAsGood(pointsOf(records, of)),
  },
]);

function pointsOf(records: readonly ProbeRecord[], of: string): ProbePoint[] {
  return probePoints(records.filter(({ experiment }) => experiment.task.of === of));
}

/** Those of the growing numbers of datasets, the fewest first. */
function classifiersAmong(points: readonly ProbePoint[]): ProbePoint[] {
  return points.filter(({ kind }) => kind === "dataset classifier").sort((a, b) => a.datasets! - b.datasets!);
}

function aboveRandom(points: ProbePoint[]): ClaimOutcome {
  const random = points.find(({ kind }) => kind === "random weights");
  const classifiers = classifiersAmong(points);
  if (!random || classifiers.length === 0) return notRun("needs random weights and a dataset classifier");
  const compared = compareAll(classifiers.map(({ accuracy }) => [accuracy, random.accuracy]));
  return {
    ours: `${listProbes(classifiers)} against ${formatPercent(random.accuracy.value)}`,
    verdict: compared.verdict,
    reason: `of ${classifiers.length} classifiers ${inWords(compared, "random weights")}`,
  };
}

function belowOthers(points: ProbePoint[]): ClaimOutcome {
  const others = points.filter(({ kind }) => kind.startsWith("MAE") || kind === "supervised");
  const classifiers = classifiersAmong(points);
  if (others.length === 0 || classifiers.length === 0) {
    return notRun("needs a dataset classifier, and an MAE or a network trained on the classes");
  }
  const best = classifiers.reduce((a, b) => b.accuracy.value > a.accuracy.value ? b : a);
  const compared = compareAll(others.map(({ accuracy }) => [accuracy, best.accuracy]));
  return {
    ours: `${listProbes(others)} against ${formatPercent(best.accuracy.value)}`,
    verdict: compared.verdict,
    reason: `of ${others.length} others ${inWords(compared, "the best classifier")}`,
  };
}

const inWords = ({ higher, lower }: { higher: number; lower: number }, than: string) =>
  `${higher} are above ${than} and ${lower} below, beyond chance ${BY_TWO_PROPORTIONS}`;

function moreAsGood(points: ProbePoint[]): ClaimOutcome {
  const classifiers = classifiersAmong(points);
  if (classifiers.length < 2) return notRun("needs classifiers of two numbers of datasets or more");
  const [fewest, most] = [classifiers[0], classifiers[classifiers.length - 1]];
  return { ours: listProbes(classifiers), ...asGood(most, fewest) };
}
