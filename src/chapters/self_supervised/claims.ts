/** Table 7: dataset classification from self-supervised features. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  allAbove,
  allHold,
  asGood,
  AT_CHANCE,
  type Claim,
  type ClaimOutcome,
  type Evidence,
  type FeatureKind,
  formatAccuracy,
  inPoints,
  listProbes,
  notRun,
  type ProbedRecord,
  type ProbePoint,
  probePoints,
  underFitted,
} from "../../paper/mod.ts";
import { formatPercent, meanAccuracy, pAbove, pBelow } from "../../stats/mod.ts";

/** The claims of Table 7, checked by notebook 07 on records of one task: which dataset an image is from. */
export const selfSupervisedClaims: readonly Claim<ProbedRecord>[] = [
  {
    id: "mae-above-chance",
    statement: "Features that were learnt without labels tell datasets apart.",
    source: "Table 7",
    paper: "76.2% (MAE on ImageNet-1K) and 78.4% (MAE on YCD), chance 33.3%",
    test: maesAboveChance,
  },
  {
    id: "mae-above-untrained",
    statement: "They do so better than random features, pixels and colours.",
    source: "a control of this project's, beside Table 7",
    paper: "–",
    test: maesAboveUntrained,
  },
  {
    id: "mae-below-supervised",
    statement: "Full supervision does better than a linear probe of them.",
    source: "Table 7",
    paper: "82.9% against 76.2% and 78.4%",
    test: maesBelowSupervised,
  },
  {
    id: "own-images-as-good",
    statement: "Pre-training on the datasets themselves is at least as good as on another source.",
    source: "Table 7",
    paper: "78.4% against 76.2%",
    test: ownAsGood,
  },
];

const UNTRAINED: readonly FeatureKind[] = ["random weights", "pixels", "color histogram"];

const isMae = ({ kind }: ProbePoint) => kind.startsWith("MAE");

function maesAboveChance(records: readonly ProbedRecord[]): Evidence | ClaimOutcome {
  const probes = probePoints(records).filter(isMae);
  if (probes.length === 0) return notRun("no MAE was probed");
  const [{ chance }] = probes;
  const accuracies = probes.map(({ runs }) => meanAccuracy(runs));
  return {
    ours: listProbes(probes),
    reason: `${accuracies.map(formatAccuracy).join("; ")} against chance, ${formatPercent(chance)}; ` +
      `none means less than ${inPoints(AT_CHANCE)} above it`,
    ...allHold(accuracies.map((accuracy) => ({
      shown: pAbove(accuracy, chance),
      refuted: pBelow(accuracy, chance + AT_CHANCE),
    }))),
  };
}

function maesAboveUntrained(records: readonly ProbedRecord[]): Evidence | ClaimOutcome {
  const points = probePoints(records);
  const untrained = points.filter(({ kind }) => UNTRAINED.includes(kind));
  return compareRows(points.filter(isMae), untrained, "no MAE, or nothing untrained, was probed");
}

/** An under-fitted supervised network can show the claim, not refute it: an able one may be ahead. */
function maesBelowSupervised(records: readonly ProbedRecord[]): Evidence | ClaimOutcome {
  const points = probePoints(records);
  const supervised = points.filter(({ kind }) => kind === "supervised");
  const outcome = compareRows(
    supervised,
    points.filter(isMae),
    "no MAE, or no supervised network, was run",
  );
  const whole = records.filter((record): record is RunRecord => record.experiment.kind === "classifier");
  const weak = whole.length > 0 ? underFitted(whole) : undefined;
  if ("verdict" in outcome || !weak) return outcome;
  return { ...outcome, refuted: 1, reason: `${outcome.reason}; not refutable, since ${weak.reason}` };
}

/** Whether every point of one list is above every point of another; `missing` is for an empty list. */
function compareRows(
  upper: readonly ProbePoint[],
  lower: readonly ProbePoint[],
  missing: string,
): Evidence | ClaimOutcome {
  if (upper.length === 0 || lower.length === 0) return notRun(missing);
  return { ours: `${listProbes(upper)} against ${listProbes(lower)}`, ...allAbove(upper, lower) };
}

function ownAsGood(records: readonly ProbedRecord[]): Evidence | ClaimOutcome {
  const points = probePoints(records);
  const own = points.find(({ kind }) => kind === "MAE on these datasets");
  const other = points.find(({ kind }) => kind === "MAE on another source");
  if (!own || !other) return notRun("needs an MAE on the datasets and one on another source");
  return { ours: listProbes([own, other]), ...asGood(own, other) };
}
