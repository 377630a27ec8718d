/** What gives datasets away: one kind of evidence at a time. */
import { type EvidenceName, evidenceOf } from "../../evidence/mod.ts";
import type { AuditRecord } from "../../experiments/mod.ts";
import {
  allHold,
  ALPHA,
  AT_CHANCE,
  type Claim,
  type ClaimOutcome,
  type Evidence,
  formatAccuracy,
  formatDifference,
  formatP,
  inPoints,
  notRun,
  onceRun,
  zeng,
} from "../../paper/mod.ts";
import { type Estimate, formatPercent, holm, normalQuantile, pAbove, pBelow } from "../../stats/mod.ts";
import { CHANCE, type Told, toldBy } from "./records.ts";

/** At least this share of the margin above chance is left where patches are shuffled. */
const KEPT = 0.5;

/** "70.4%" of a row that Zeng et al. printed. */
function printed(name: string): string {
  return `${zeng.rows.find((row) => row.name === name)!.percent}%`;
}

const SOURCE = "Zeng et al. 2024";
const THREE = "(three datasets, chance 33.3%)";

type AuditClaim = Claim<AuditRecord>;

/** The claims of notebook 12. */
export const evidenceClaims: readonly AuditClaim[] = [
  {
    id: "colors-alone",
    statement: "A histogram of colours alone tells datasets apart.",
    source: SOURCE,
    paper: `mean RGB ${printed("mean RGB")}, randomly shuffled pixels ${
      printed("pixel shuffle, random")
    } ${THREE}`,
    test: alone("color-histogram"),
  },
  {
    id: "edges-alone",
    statement: "Edges alone do.",
    source: SOURCE,
    paper: `Canny edges ${printed("Canny edges")} ${THREE}`,
    test: alone("canny"),
  },
  {
    id: "silhouettes-alone",
    statement: "Filled silhouettes alone do.",
    source: SOURCE,
    paper: `contours of objects ${printed("SAM contours")} ${THREE}`,
    test: alone("silhouettes"),
  },
  {
    id: "pixel-shuffle-costs",
    statement: "Where the pixels of each image are shuffled at random, accuracy is lost.",
    source: SOURCE,
    paper: `${printed("pixel shuffle, random")} against ${printed("original")} ${THREE}`,
    test: ofBoth("pixel-shuffle-random", shuffleCosts),
  },
  {
    id: "patch-shuffle-keeps",
    statement: "Where patches of each image are shuffled at random, most of the margin above chance is left.",
    source: SOURCE,
    paper: `${printed("patch shuffle, random")} against ${printed("original")} ${THREE}`,
    test: ofBoth("patch-shuffle-random", patchesKeep),
  },
  {
    id: "halves-by-nothing",
    statement: "No kind of evidence tells random halves of one dataset apart.",
    source: "control",
    paper: "not in their papers; expected at chance",
    test: onceRun((records: readonly AuditRecord[]) => toldBy(records, "halves"), lacking("halves"))(halves),
  },
];

function lacking(what: string): (told: readonly Told[]) => string | undefined {
  return ({ length }) =>
    length === 0 ? `no audit of ${what} by that evidence is among the records` : undefined;
}

const named = ({ pair, accuracy }: Told) => `${formatAccuracy(accuracy)} (${pair})`;

const percents = (told: readonly Told[]) =>
  told.map(({ pair, accuracy }) => `${formatPercent(accuracy.value)} (${pair})`).join(", ");

const MARGIN = `up to ${inPoints(AT_CHANCE)} above chance count as chance`;

/** Every pair is told apart by one kind of evidence. */
function alone(evidence: EvidenceName): AuditClaim["test"] {
  const read = (records: readonly AuditRecord[]) =>
    toldBy(records, "datasets").filter((told) => told.evidence === evidence);
  return onceRun(read, lacking("datasets"))((told) => ({
    ours: `${percents(told)}, chance ${formatPercent(CHANCE)}`,
    reason:
      `every pair has to be told apart, by permutations of the labels; against it: any pair at chance, ` +
      `where ${MARGIN}; ${told.map((one) => `${named(one)}, ${formatP(one.p)}`).join("; ")}`,
    ...allHold(told.map(({ p, accuracy }) => ({ shown: p, refuted: pBelow(accuracy, CHANCE + AT_CHANCE) }))),
  }));
}

/** A pair by one kind of evidence and by all pixels. */
interface Both {
  part: Told;
  whole: Told;
}

/** A test of one kind of evidence beside all pixels. */
function ofBoth(
  evidence: EvidenceName,
  test: (both: readonly Both[]) => Evidence | ClaimOutcome,
): AuditClaim["test"] {
  return (records) => {
    const told = toldBy(records, "datasets");
    const both = told.filter((one) => one.evidence === evidence).flatMap((part) => {
      const whole = told.find((one) => one.evidence === "all-pixels" && one.pair === part.pair);
      return whole ? [{ part, whole }] : [];
    });
    const names = `${evidenceOf(evidence).title} and all pixels`;
    return both.length > 0 ? test(both) : notRun(`no audit of datasets by ${names} is among the records`);
  };
}

/** `a - share * b`, as if each were of images of its own: cautious, since they are of the same. */
function less(a: Estimate, b: Estimate, share = 1): Estimate {
  const value = a.value - share * b.value;
  const deviation = Math.hypot(a.deviation, share * b.deviation);
  const reach = normalQuantile(0.95) * deviation;
  return { ...a, value, low: value - reach, high: value + reach, deviation };
}

const CAUTIOUS = "as if of different images, which is cautious";

const beside = (both: readonly Both[]) =>
  both.map(({ part, whole }) =>
    `${formatPercent(part.accuracy.value)} against ${formatPercent(whole.accuracy.value)} (${part.pair})`
  ).join(", ");

function shuffleCosts(both: readonly Both[]): Evidence {
  const costs = both.map(({ part, whole }) => less(whole.accuracy, part.accuracy));
  return {
    ours: beside(both),
    reason: `every pair has to lose, one that gains refutes; losses (${CAUTIOUS}): ` +
      costs.map((cost, i) => `${formatDifference(cost)} (${both[i].part.pair})`).join("; "),
    ...allHold(costs.map((cost) => ({ shown: pAbove(cost), refuted: pBelow(cost) }))),
  };
}

/** With accuracies a of shuffled patches, b of whole images, and chance c: a - c > KEPT (b - c). */
function patchesKeep(both: readonly Both[]): Evidence | ClaimOutcome {
  const unable = both.find(({ whole }) => !(whole.p < ALPHA));
  if (unable) return notRun(`all pixels do not tell apart ${unable.whole.pair}: ${named(unable.whole)}`);
  const limit = (1 - KEPT) * CHANCE;
  const margins = both.map(({ part, whole }) => less(part.accuracy, whole.accuracy, KEPT));
  const shares = both.map(({ part, whole }) =>
    (part.accuracy.value - CHANCE) / (whole.accuracy.value - CHANCE)
  );
  return {
    ours: beside(both),
    reason: `every pair has to keep more than ${100 * KEPT}% of its margin (${CAUTIOUS}); left are ` +
      shares.map((share, i) => `${(100 * share).toFixed(0)}% (${both[i].part.pair})`).join(", "),
    ...allHold(margins.map((margin) => ({ shown: pAbove(margin, limit), refuted: pBelow(margin, limit) }))),
  };
}

function halves(told: readonly Told[]): Evidence {
  const most = told.reduce((a, b) => b.accuracy.value > a.accuracy.value ? b : a);
  const found = holm(told.map(({ p }) => p));
  return {
    ours: `at most ${formatAccuracy(most.accuracy)}, by ${evidenceOf(most.evidence).title}`,
    reason:
      `${MARGIN}, for each of ${told.length} tests; against it: any that finds a difference by permutations ` +
      `of the labels, ${found.filter((p) => p < ALPHA).length} do (Holm)`,
    shown: Math.max(...told.map(({ accuracy }) => pBelow(accuracy, CHANCE + AT_CHANCE))),
    refuted: Math.min(...found),
  };
}
