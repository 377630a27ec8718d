import { formatProportion, holm, twoProportionTest } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { type Claim, notRun, type Outcome } from "./claims.ts";
import { corruptionName, corruptionStrength } from "../images/mod.ts";
import { type Corrupted, corruptedOf } from "./corruptions.ts";
import { ALPHA, countAboveChance, formatP, NEGLIGIBLE, percent, pooled, verdictOf } from "./verdict.ts";

/** Of the margin above chance without corruption at least this share is left. The paper's least is 68%. */
const KEPT = 0.5;

/** The claims of Table 5, checked by notebook 06. */
export const corruptionClaims: readonly Claim[] = [
  {
    id: "corrupted-above-chance",
    statement: "Datasets are told apart under every low-level corruption.",
    source: "Table 5",
    paper: "68.4% to 81.1% under eight corruptions (chance 33.3%)",
    test: everyCorruptionAboveChance,
  },
  {
    id: "corruption-costs-accuracy",
    statement: "Every corruption costs accuracy.",
    source: "Table 5",
    paper: "84.7% without, 68.4% to 81.1% with one",
    test: everyCorruptionCosts,
  },
  {
    id: "corruption-costs-little",
    statement:
      "Most of the margin above chance is left: low-level signatures are not all that gives a dataset away.",
    source: "Table 5",
    paper: "84.7% without, 68.4% at worst: 68% of the margin is left",
    test: marginIsKept,
  },
  {
    id: "stronger-corruption-costs-more",
    statement: "Of one kind of corruption the stronger costs more.",
    source: "Table 5",
    paper:
      "color jitter 81.1% then 80.2%, noise 77.3% then 75.1%, blur 80.9% then 78.1%, low resolution 78.4% then 68.4%",
    test: strongerCostsMore,
  },
];

const nameOf = ({ corruption }: Corrupted) => corruptionName(corruption);
const byAccuracy = (a: Corrupted, b: Corrupted) => a.accuracy.value - b.accuracy.value;

/** The runs on images as they are and, the least accurate first, those on corrupted ones. */
function sorted(records: readonly RunRecord[]): { plain?: Corrupted; corrupted: Corrupted[] } {
  const all = corruptedOf(records);
  return {
    plain: all.find(({ corruption }) => corruption === null),
    corrupted: all.filter(({ corruption }) => corruption !== null).toSorted(byAccuracy),
  };
}

const NO_CORRUPTION = "no run on corrupted images is among the records";
const NO_PLAIN = "no run on images as they are is among the records to compare with";

/** "41.2% to 65.0%". */
function rangeOf(corrupted: readonly Corrupted[]): string {
  return `${percent(corrupted[0].accuracy.value)} to ${
    percent(corrupted[corrupted.length - 1].accuracy.value)
  }`;
}

function everyCorruptionAboveChance(records: readonly RunRecord[]): Outcome {
  const { corrupted } = sorted(records);
  if (corrupted.length === 0) return notRun(NO_CORRUPTION);
  const above = countAboveChance(corrupted);
  const atChance = corrupted.filter(({ accuracy, chance }) => accuracy.high < chance + NEGLIGIBLE);
  const [least] = corrupted;
  return {
    ours: `${rangeOf(corrupted)} under ${corrupted.length} corruptions`,
    verdict: verdictOf(above === corrupted.length, atChance.length > 0),
    reason:
      `${above} of ${corrupted.length} are above chance (exact binomial test, Holm, p < ${ALPHA}); the least, ` +
      `${nameOf(least)}, is at ${formatProportion(least.accuracy)}`,
  };
}

function everyCorruptionCosts(records: readonly RunRecord[]): Outcome {
  const { plain, corrupted } = sorted(records);
  if (corrupted.length === 0) return notRun(NO_CORRUPTION);
  if (!plain) return notRun(NO_PLAIN);
  const significant = (alternative: "greater" | "less") =>
    holm(corrupted.map(({ accuracy }) => twoProportionTest(plain.accuracy, accuracy, alternative).p))
      .filter((p) => p < ALPHA).length;
  const [lower, higher] = [significant("greater"), significant("less")];
  return {
    ours: `${percent(plain.accuracy.value)} without, ${rangeOf(corrupted)} with one`,
    verdict: verdictOf(lower === corrupted.length, higher > 0),
    reason:
      `${lower} of ${corrupted.length} are below ${formatProportion(plain.accuracy)} and ${higher} above ` +
      `(two-proportion tests, Holm, p < ${ALPHA})`,
  };
}

/**
 * By both intervals at once: kept where the corrupted runs' lower end is above the share of the margin that starts from the other
 * runs' upper end, and lost the other way round. Demanding both ends is strict enough (one-sided p of 0.004 a corruption where the
 * intervals are of one width) to need no correction for the eight.
 */
function marginIsKept(records: readonly RunRecord[]): Outcome {
  const { plain, corrupted } = sorted(records);
  if (corrupted.length === 0) return notRun(NO_CORRUPTION);
  if (!plain) return notRun(NO_PLAIN);
  const { accuracy, chance } = plain;
  if (accuracy.low <= chance) {
    return notRun(`without corruption the network is not above chance: ${formatProportion(accuracy)}`);
  }
  const kept = corrupted.filter((c) => c.accuracy.low >= chance + KEPT * (accuracy.high - chance));
  const lost = corrupted.filter((c) => c.accuracy.high < chance + KEPT * (accuracy.low - chance));
  const shareOf = (c: Corrupted) => (c.accuracy.value - chance) / (accuracy.value - chance);
  const [least] = corrupted;
  return {
    ours: `${percent(accuracy.value)} without, ${percent(least.accuracy.value)} at worst: ` +
      `${(100 * shareOf(least)).toFixed(0)}% of the margin is left`,
    verdict: verdictOf(kept.length === corrupted.length, lost.length > 0),
    reason:
      `${kept.length} of ${corrupted.length} certainly keep ${
        100 * KEPT
      }% of the margin above chance and ${lost.length} ` +
      `certainly do not, whatever the 95% intervals allow; the least is ${nameOf(least)}`,
  };
}

/** The weakest and the strongest of one kind. */
interface Ends {
  name: string;
  weaker: Corrupted;
  stronger: Corrupted;
}

function endsOfKinds(corrupted: readonly Corrupted[]): Ends[] {
  const kinds = Map.groupBy(corrupted, ({ corruption }) => corruption!.name);
  return [...kinds.values()].filter((kind) => kind.length > 1).map((kind) => {
    const ordered = kind.toSorted((a, b) =>
      corruptionStrength(a.corruption!) - corruptionStrength(b.corruption!)
    );
    return {
      name: ordered[0].corruption!.name.replace("-", " "),
      weaker: ordered[0],
      stronger: ordered[ordered.length - 1],
    };
  });
}

/**
 * Over the kinds taken together, since one kind's difference may be a point; no kind may certainly go the other way. All runs see the
 * same validation images, whose being hard or easy cancels in the difference: the test is cautious.
 */
function strongerCostsMore(records: readonly RunRecord[]): Outcome {
  const kinds = endsOfKinds(corruptedOf(records).filter(({ corruption }) => corruption !== null));
  if (kinds.length === 0) return notRun("no kind of corruption was run in two strengths");
  const weaker = pooled(kinds.map((kind) => kind.weaker.accuracy));
  const stronger = pooled(kinds.map((kind) => kind.stronger.accuracy));
  const { p } = twoProportionTest(weaker, stronger, "greater");
  const reversals = kinds.map((kind) =>
    twoProportionTest(kind.weaker.accuracy, kind.stronger.accuracy, "less").p
  );
  const reversed = holm(reversals).filter((value) => value < ALPHA).length;
  return {
    ours: kinds.map(({ name, weaker, stronger }) =>
      `${name} ${percent(weaker.accuracy.value)} then ${percent(stronger.accuracy.value)}`
    ).join(", "),
    verdict: verdictOf(p < ALPHA && reversed === 0, reversed > 0),
    reason: `two-proportion test of the weaker, ${formatProportion(weaker)}, against the stronger, ` +
      `${formatProportion(stronger)}, over ${kinds.length} kinds: ${formatP(p)}; ` +
      `kinds that certainly go the other way (Holm): ${reversed}`,
  };
}
