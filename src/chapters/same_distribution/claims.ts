/** Appendix B and its controls: sets that were meant to be alike. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  allHold,
  ALPHA,
  appendixB,
  AT_CHANCE,
  type Claim,
  type ClaimOutcome,
  enoughSeeds,
  type Evidence,
  firstGate,
  formatAccuracy,
  formatDifference,
  formatP,
  type Gate,
  notRun,
  pAboveChance,
  pAtChance,
  pooledAccuracy,
  repetitionsOf,
  underFitted,
} from "../../paper/mod.ts";
import {
  contrastOfRuns,
  formatPercent,
  meanAccuracy,
  pAbove,
  pBelow,
  sampleForPower,
} from "../../stats/mod.ts";
import { pairName, pairsAlike, runsAtEnd } from "./records.ts";

/** The effect that a control must have been able to show: as much as counts as no more than chance. */
const VISIBLE = { chance: 0.5, effect: AT_CHANCE, alpha: ALPHA };

/** The claims of Appendix B and its controls, checked by notebook 11. */
export const sameDistributionClaims: readonly Claim[] = [
  {
    id: "meant-alike-told-apart",
    statement: "Sets that were meant to be alike can be told apart: each icon library and its older release.",
    source: appendixB.source,
    paper:
      `${appendixB.caption}: ${appendixB.percent}% (chance 50%), ${appendixB.trainingImagesPerDataset} images each`,
    test: releasesToldApart,
  },
  {
    id: "more-images-help",
    statement: "More training images tell them apart better.",
    source: `${appendixB.source}, Figure 3`,
    paper:
      `"only" ${appendixB.trainingImagesPerDataset} images each for ${appendixB.percent}%; a curve that rises`,
    test: moreImagesHelp,
  },
  {
    id: "halves-at-chance",
    statement: "Random halves of one dataset cannot be told apart.",
    source: "control, Table 6",
    paper: "three random sets of one source: about 33%, chance",
    test: (records) => control(records, "halves"),
  },
  {
    id: "random-split-at-chance",
    statement: "Neither can an official split that was drawn at random: CIFAR-10's training and test images.",
    source: "control",
    paper: "not in the paper; a split at random is expected at chance",
    test: (records) => control(records, "splits"),
  },
];

/** "up to 5 points above chance count as chance": the margin, by name. */
const MARGIN = `up to ${100 * AT_CHANCE} points above chance count as chance`;

/** The runs of each pair at its most training images, with their mean. */
function atMost(records: readonly RunRecord[], likeness: "releases" | "halves" | "splits") {
  return pairsAlike(records, likeness).map((all) => {
    const runs = runsAtEnd(all, "most");
    const { chance } = runs[0].result;
    return {
      name: pairName(runs[0]),
      accuracy: pooledAccuracy(runs),
      mean: meanAccuracy(repetitionsOf(runs)),
      runs,
      chance,
    };
  });
}

/** Each pair: one that is told apart does not make up for another that is not. */
function releasesToldApart(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const pairs = atMost(records, "releases");
  if (pairs.length === 0) return notRun("no dataset was run against another release of it");
  return {
    ours: pairs.map(({ name, accuracy }) => `${formatPercent(accuracy.value)} (${name})`).join(", "),
    reason:
      `every pair has to be above 50%; against it: any pair at chance though its network was able, where ` +
      `${MARGIN}; ` +
      pairs.map(({ name, accuracy, runs, chance }) =>
        `${formatAccuracy(accuracy)}, ${formatP(pAboveChance(runs, chance))} (${name})`
      ).join("; "),
    ...allHold(pairs.map(({ runs, chance }) => ({
      shown: pAboveChance(runs, chance),
      refuted: pAtChance(runs, chance),
    }))),
  };
}

/** Compares the most training images of each pair with the fewest, on the same validation images. */
function moreImagesHelp(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const pairs = pairsAlike(records, "releases").map((all) => ({
    name: pairName(all[0]),
    fewest: runsAtEnd(all, "fewest"),
    most: runsAtEnd(all, "most"),
  })).filter(({ fewest, most }) => most[0] !== fewest[0]);
  if (pairs.length === 0) return notRun("no pair of releases was run with several numbers of images");
  const gains = pairs.map(({ fewest, most }) =>
    contrastOfRuns([most, fewest].map((runs) => runs.map(({ outcomes }) => outcomes)), [1, -1])
  );
  return {
    ours: pairs.map(({ name, fewest, most }) =>
      [fewest, most].map((runs) =>
        `${formatPercent(pooledAccuracy(runs).value)} with ${runs[0].experiment.imagesPerDataset}`
      ).join(", ") + ` (${name})`
    ).join("; "),
    reason: "differences of the most and the fewest images, clustered by image: " +
      pairs.map(({ name }, i) => `${formatDifference(gains[i])} (${name})`).join("; "),
    gate: firstGate(
      enoughSeeds(...pairs.flatMap(({ fewest, most }) => [fewest, most])),
      ...pairs.map(({ most }) => underFitted(most)),
    ),
    ...allHold(gains.map((gain) => ({ shown: pAbove(gain), refuted: pBelow(gain) }))),
  };
}

/**
 * A network that has learnt nothing is at chance on anything, and controls nothing. It was able where it told
 * releases apart, or got further on the control's own training images than on others, at any number of them.
 */
function unable(records: readonly RunRecord[], likeness: "halves" | "splits"): Gate | undefined {
  const isTold = atMost(records, "releases").some(({ runs, chance }) => pAboveChance(runs, chance) < ALPHA);
  if (isTold) return undefined;
  const gates = pairsAlike(records, likeness).map((all) =>
    [...Map.groupBy(all, ({ experiment }) => experiment.imagesPerDataset).values()].map(underFitted)
  );
  return firstGate(...gates.map((sizes) => sizes.every(Boolean) ? sizes[0] : undefined));
}

/**
 * No more than chance, by enough images that {@link VISIBLE} would have been seen, and by a network that
 * could have seen it.
 */
function control(records: readonly RunRecord[], likeness: "halves" | "splits"): Evidence | ClaimOutcome {
  const pairs = atMost(records, likeness);
  if (pairs.length === 0) return notRun("none was run");
  const needed = sampleForPower(VISIBLE);
  const least = Math.min(...pairs.map(({ accuracy }) => accuracy.n));
  return {
    ours: pairs.map(({ accuracy }) => formatAccuracy(accuracy)).join(", "),
    reason: `${MARGIN}; against it: any accuracy above 50%; ${needed} validation images show ` +
      `${100 * AT_CHANCE} points with 80% power, there are ${least}`,
    gate: least >= needed ? unable(records, likeness) : {
      verdict: "not shown at this scale",
      reason: `too few validation images to have shown an effect of ${100 * AT_CHANCE} points`,
    },
    ...allHold(pairs.map(({ mean, chance }) => ({
      shown: pBelow(mean, chance + AT_CHANCE),
      refuted: pAbove(mean, chance),
    }))),
  };
}
