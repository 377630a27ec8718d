/** Table 5: low-level corruptions. */
import type { RunRecord } from "../../experiments/mod.ts";
import { corruptionName, corruptionStrength } from "../../images/mod.ts";
import {
  allHold,
  ALPHA,
  AT_CHANCE,
  type Claim,
  type ClaimOutcome,
  type Evidence,
  formatAccuracy,
  formatDifference,
  inPoints,
  luckInWords,
  luckOfSeeds,
  notRun,
  onceRun,
  pAboveChance,
  pAtChance,
} from "../../paper/mod.ts";
import {
  contrastOfRuns,
  type Estimate,
  formatPercent,
  formatProportion,
  holm,
  meanAccuracy,
  pAbove,
  pBelow,
} from "../../stats/mod.ts";
import { type Corrupted, corruptedOf } from "./records.ts";

/** At least this share of the margin above chance is left under corruption. The paper's least is 68%. */
const KEPT = 0.5;

/** The runs on corrupted images, the least accurate first. */
const onceCorruptedRun = onceRun(
  (records: readonly RunRecord[]) =>
    corruptedOf(records).filter(({ corruption }) => corruption !== null)
      .toSorted((a, b) => a.accuracy.value - b.accuracy.value),
  ({ length }) => length === 0 ? "no run on corrupted images is among the records" : undefined,
);

/** A test of the corrupted runs against that on images as they are. */
const againstPlain =
  (test: (plain: Corrupted, corrupted: Corrupted[]) => Evidence | ClaimOutcome): Claim["test"] => (records) =>
    onceCorruptedRun((corrupted) => {
      const plain = corruptedOf(records).find(({ corruption }) => corruption === null);
      return plain
        ? test(plain, corrupted)
        : notRun("no run on images as they are is among the records to compare with");
    })(records);

/** The claims of Table 5, checked by notebook 06. */
export const corruptionClaims: readonly Claim[] = [
  {
    id: "corrupted-above-chance",
    statement: "Datasets are told apart under every low-level corruption.",
    source: "Table 5",
    paper: "68.4% to 81.1% under eight corruptions (chance 33.3%)",
    test: onceCorruptedRun(everyCorruptionAboveChance),
  },
  {
    id: "corruption-costs-accuracy",
    statement: "Every corruption costs accuracy.",
    source: "Table 5",
    paper: "84.7% without, 68.4% to 81.1% with one",
    test: againstPlain(everyCorruptionCosts),
  },
  {
    id: "corruption-costs-little",
    statement:
      "Most of the margin above chance is left: low-level signatures are not all that gives a dataset away.",
    source: "Table 5",
    paper: "84.7% without, 68.4% at worst: 68% of the margin is left",
    test: againstPlain(marginIsKept),
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

/** "41.2% to 65.0%". */
function rangeOf(corrupted: readonly Corrupted[]): string {
  return `${formatPercent(corrupted[0].accuracy.value)} to ${
    formatPercent(corrupted[corrupted.length - 1].accuracy.value)
  }`;
}

/** "one seed: up to 3.9 points may be luck and count as nothing", "3 seeds". */
function seedsOf(compared: readonly Corrupted[], luck: number): string {
  const least = Math.min(...compared.map(({ records }) => records.length));
  return (least === 1 ? "one seed" : `${least} seeds`) + luckInWords(luck);
}

/** The mean over its seeds, an image counted once. */
const meanOf = ({ repetitions }: Corrupted): Estimate => meanAccuracy(repetitions);

/**
 * How many of several p-values are significant each by itself: where all have to be, none is corrected for
 * the others (Berger 1982).
 */
const certainly = (p: readonly number[]) => p.filter((value) => value < ALPHA).length;

function everyCorruptionAboveChance(corrupted: Corrupted[]): Evidence {
  const parts = corrupted.map(({ records, chance }) => ({
    shown: pAboveChance(records, chance),
    refuted: pAtChance(records, chance),
  }));
  const [least] = corrupted;
  return {
    ours: `${rangeOf(corrupted)} under ${corrupted.length} corruptions`,
    reason:
      `${
        certainly(parts.map(({ shown }) => shown))
      } of ${corrupted.length} are above chance; against it: an able ` +
      `network within ${inPoints(AT_CHANCE)} of chance; the least, ${nameOf(least)}, is at ${
        formatAccuracy(least.accuracy)
      }`,
    ...allHold(parts),
  };
}

function everyCorruptionCosts(plain: Corrupted, corrupted: Corrupted[]): Evidence {
  const costs = corrupted.map((one) => contrastOfRuns([plain.repetitions, one.repetitions], [1, -1]));
  const lucks = corrupted.map((one) => luckOfSeeds([plain.repetitions, one.repetitions]));
  const below = costs.map((cost, i) => pAbove(cost, lucks[i]));
  const above = costs.map((cost, i) => pBelow(cost, -lucks[i]));
  const least = costs.toSorted((a, b) => a.value - b.value)[0];
  return {
    ours: `${formatPercent(plain.accuracy.value)} without, ${rangeOf(corrupted)} with one`,
    reason:
      `differences on the same images (clustered by image, ${
        seedsOf([plain, ...corrupted], Math.max(...lucks))
      }): ${certainly(below)} of ` +
      `${corrupted.length} are below ${formatProportion(plain.accuracy)} and ${
        certainly(holm(above))
      } above ` +
      `(Holm); the least difference is ${formatDifference(least)}, ${
        nameOf(corrupted[costs.indexOf(least)])
      }`,
    ...allHold(costs.map((_, i) => ({ shown: below[i], refuted: above[i] }))),
  };
}

/**
 * With accuracies a under the corruption, b without, and chance c, the margin is kept where
 * a - c > KEPT (b - c): a contrast of runs on the same images.
 */
function marginIsKept(plain: Corrupted, corrupted: Corrupted[]): Evidence | ClaimOutcome {
  const { accuracy, chance } = plain;
  if (!(pAbove(meanOf(plain), chance) < ALPHA)) {
    return notRun(`without corruption the network is not above chance: ${formatProportion(accuracy)}`);
  }
  const limit = (1 - KEPT) * chance;
  const margins = corrupted.map((one) => contrastOfRuns([one.repetitions, plain.repetitions], [1, -KEPT]));
  const lucks = corrupted.map((one) => luckOfSeeds([one.repetitions, plain.repetitions], [1, -KEPT]));
  const kept = margins.map((margin, i) => pAbove(margin, limit + lucks[i]));
  const lost = margins.map((margin, i) => pBelow(margin, limit - lucks[i]));
  const [least] = corrupted;
  const share = (least.accuracy.value - chance) / (accuracy.value - chance);
  return {
    ours: `${formatPercent(accuracy.value)} without, ${formatPercent(least.accuracy.value)} at worst: ` +
      `${(100 * share).toFixed(0)}% of the margin is left`,
    reason:
      `${certainly(kept)} of ${corrupted.length} certainly keep ${
        100 * KEPT
      }% of the margin above chance and ` +
      `${certainly(holm(lost))} (Holm) certainly do not (on the same images, clustered by image, ` +
      `${seedsOf([plain, ...corrupted], Math.max(...lucks))}); the least is ${nameOf(least)}`,
    ...allHold(margins.map((_, i) => ({ shown: kept[i], refuted: lost[i] }))),
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
 * Over the kinds taken together, since one kind's difference may be a point; no kind may certainly go the
 * other way.
 */
function strongerCostsMore(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const kinds = endsOfKinds(corruptedOf(records).filter(({ corruption }) => corruption !== null));
  if (kinds.length === 0) return notRun("no kind of corruption was run in two strengths");
  const both = ({ weaker, stronger }: Ends) => [weaker.repetitions, stronger.repetitions];
  const weights = kinds.flatMap(() => [1 / kinds.length, -1 / kinds.length]);
  const mean = contrastOfRuns(kinds.flatMap(both), weights);
  const luck = luckOfSeeds(kinds.flatMap(both), weights);
  const reversals = holm(
    kinds.map((kind) => pBelow(contrastOfRuns(both(kind), [1, -1]), -luckOfSeeds(both(kind)))),
  );
  const reversed = reversals.filter((p) => p < ALPHA).length;
  return {
    ours: kinds.map(({ name, weaker, stronger }) =>
      `${name} ${formatPercent(weaker.accuracy.value)} then ${formatPercent(stronger.accuracy.value)}`
    ).join(", "),
    reason:
      `the mean difference over ${kinds.length} kinds is ${formatDifference(mean)} (on the same images, ` +
      `clustered by image, ${
        seedsOf(kinds.flatMap(({ weaker, stronger }) => [weaker, stronger]), luck)
      }); kinds that certainly go the other way ` +
      `(Holm): ${reversed}`,
    shown: reversed > 0 ? 1 : pAbove(mean, luck),
    refuted: Math.min(...reversals),
  };
}
