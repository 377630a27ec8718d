/** Table 8: semantic classification from a dataset classifier's features. */
import type { ProbeRecord } from "../../experiments/mod.ts";
import {
  aboveBy,
  allAbove,
  ALPHA,
  asGood,
  type Claim,
  type ClaimOutcome,
  type Evidence,
  type Gate,
  listProbes,
  luckOfSeeds,
  notRun,
  type ProbePoint,
  probePoints,
} from "../../paper/mod.ts";
import { formatPercent, holm, pAbove } from "../../stats/mod.ts";

/** The tasks of the probes, in the words of the claims. */
const TASKS = [
  { of: "classes", on: "on photographs of other things" },
  { of: "concepts", on: "on which concept an image shows" },
  { of: "words", on: "on which kind of thing an image shows" },
] as const;

/** The claims of Table 8, checked by notebook 09: for photographs, for concepts and for kinds of things. */
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

/** Rows of one task; networks that are trained on one dataset alone answer another question. */
function pointsOf(records: readonly ProbeRecord[], of: string): ProbePoint[] {
  const isOfAll = ({ experiment: { task } }: ProbeRecord) =>
    task.of !== "words" || task.trainedOn.length === task.datasets.length;
  return probePoints(records.filter((record) => record.experiment.task.of === of && isOfAll(record)));
}

/** Those of the growing numbers of datasets, the fewest first. */
function classifiersAmong(points: readonly ProbePoint[]): ProbePoint[] {
  return points.filter(({ kind }) => kind === "dataset classifier").sort((a, b) => a.datasets! - b.datasets!);
}

const randomAmong = (points: readonly ProbePoint[]) => points.find(({ kind }) => kind === "random weights");

function aboveRandom(points: ProbePoint[]): Evidence | ClaimOutcome {
  const random = randomAmong(points);
  const classifiers = classifiersAmong(points);
  if (!random || classifiers.length === 0) return notRun("needs random weights and a dataset classifier");
  return {
    ours: `${listProbes(classifiers)} against ${formatPercent(random.accuracy.value)}`,
    ...allAbove(classifiers, [random]),
  };
}

/** Against each classifier, so that none is picked after the fact. */
function belowOthers(points: ProbePoint[]): Evidence | ClaimOutcome {
  const others = points.filter(({ kind }) => kind.startsWith("MAE") || kind === "supervised");
  const classifiers = classifiersAmong(points);
  if (others.length === 0 || classifiers.length === 0) {
    return notRun("needs a dataset classifier, and an MAE or a network trained on the classes");
  }
  const best = classifiers.reduce((a, b) => b.accuracy.value > a.accuracy.value ? b : a);
  return {
    ours: `${listProbes(others)} against ${formatPercent(best.accuracy.value)} at most`,
    ...allAbove(others, classifiers),
  };
}

/** Features that are no better than random weights can be as good as each other without meaning anything. */
function moreAsGood(points: ProbePoint[]): Evidence | ClaimOutcome {
  const random = randomAmong(points);
  const classifiers = classifiersAmong(points);
  if (!random || classifiers.length < 2) {
    return notRun("needs random weights, and classifiers of two numbers of datasets or more");
  }
  const ends = [classifiers[0], classifiers[classifiers.length - 1]];
  return { ours: listProbes(classifiers), ...asGood(ends[1], ends[0]), gate: nonTrivial(ends, random) };
}

/** The gate is open where a row is above random weights, after Holm's correction for all of them. */
function nonTrivial(rows: readonly ProbePoint[], random: ProbePoint): Gate | undefined {
  const adjusted = holm(
    rows.map((row) => pAbove(aboveBy(row, random), luckOfSeeds([row.runs, random.runs]))),
  );
  if (adjusted.some((p) => p < ALPHA)) return undefined;
  return {
    verdict: "not shown at this scale",
    reason: `neither ${rows.map(({ name }) => name).join(" nor ")} is above random weights, ` +
      `${formatPercent(random.accuracy.value)} (paired, Holm, p < ${ALPHA})`,
  };
}
