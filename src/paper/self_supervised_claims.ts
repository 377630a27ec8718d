import { formatProportion } from "../stats/mod.ts";
import { type Claim, notRun, type Outcome } from "./claims.ts";
import {
  asGood,
  type FeatureKind,
  listed,
  type ProbedRecord,
  type ProbePoint,
  probePoints,
} from "./probes.ts";
import { ALPHA, compareAll, countAboveChance, NEGLIGIBLE, percent, verdictOf } from "./verdict.ts";

/** The claims of Table 7, checked by notebook 07 on records of one task: which dataset an image is from. */
export const selfSupervisedClaims: readonly Claim<ProbedRecord>[] = [
  {
    id: "mae-above-chance",
    statement: "Features that were learnt without labels tell datasets apart.",
    source: "Table 7",
    paper: "76.2% (MAE on ImageNet-1K) and 78.4% (MAE on YCD), chance 33.3%",
    test: aboveChance,
  },
  {
    id: "mae-above-untrained",
    statement: "They do so better than random features, pixels and colours.",
    source: "a control of this project's, beside Table 7",
    paper: "–",
    test: aboveUntrained,
  },
  {
    id: "mae-below-supervised",
    statement: "Full supervision does better than a linear probe of them.",
    source: "Table 7",
    paper: "82.9% against 76.2% and 78.4%",
    test: belowSupervised,
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

function aboveChance(records: readonly ProbedRecord[]): Outcome {
  const probes = probePoints(records).filter(isMae);
  if (probes.length === 0) return notRun("no MAE was probed");
  const above = countAboveChance(probes);
  const atChance = probes.filter(({ accuracy, chance }) => accuracy.high < chance + NEGLIGIBLE);
  return {
    ours: listed(probes),
    verdict: verdictOf(above === probes.length, atChance.length > 0),
    reason:
      `${above} of ${probes.length} are above chance, ${percent(probes[0].chance)} (exact binomial test, ` +
      `Holm, p < ${ALPHA}): ${probes.map(({ accuracy }) => formatProportion(accuracy)).join("; ")}`,
  };
}

function aboveUntrained(records: readonly ProbedRecord[]): Outcome {
  const points = probePoints(records);
  const probes = points.filter(isMae);
  const untrained = points.filter(({ kind }) => UNTRAINED.includes(kind));
  if (probes.length === 0 || untrained.length === 0) {
    return notRun("no MAE, or nothing untrained, was probed");
  }
  return compared(probes, untrained);
}

function belowSupervised(records: readonly ProbedRecord[]): Outcome {
  const points = probePoints(records);
  const probes = points.filter(isMae);
  const supervised = points.filter(({ kind }) => kind === "supervised");
  if (probes.length === 0 || supervised.length === 0) {
    return notRun("no MAE, or no supervised network, was run");
  }
  return compared(supervised, probes);
}

/** Whether every point of one list is above every point of another. */
function compared(upper: readonly ProbePoint[], lower: readonly ProbePoint[]): Outcome {
  const pairs = upper.flatMap((above) => lower.map((below) => [above.accuracy, below.accuracy] as const));
  const { higher, lower: below, verdict } = compareAll(pairs);
  return {
    ours: `${listed(upper)} against ${listed(lower)}`,
    verdict,
    reason: `of ${pairs.length} pairs ${higher} are in this order and ${below} in the other, beyond chance ` +
      `(two-proportion tests, Holm, p < ${ALPHA})`,
  };
}

function ownAsGood(records: readonly ProbedRecord[]): Outcome {
  const points = probePoints(records);
  const own = points.find(({ kind }) => kind === "MAE on these datasets");
  const other = points.find(({ kind }) => kind === "MAE on another source");
  if (!own || !other) return notRun("needs an MAE on the datasets and one on another source");
  return { ours: listed([own, other]), ...asGood(own, other) };
}
