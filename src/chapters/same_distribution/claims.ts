/** Appendix B and its controls: sets that were meant to be alike. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  ALPHA,
  appendixB,
  type Claim,
  type ClaimOutcome,
  formatP,
  isAtChance,
  NEGLIGIBLE,
  notRun,
  verdictOf,
} from "../../paper/mod.ts";
import {
  binomialTest,
  formatPercent,
  formatProportion,
  holm,
  sampleForPower,
  twoProportionTest,
} from "../../stats/mod.ts";
import { pairName, pairsAlike } from "./records.ts";

/** The effect that a control must have been able to show: as much as counts as no more than chance. */
const VISIBLE = { chance: 0.5, effect: NEGLIGIBLE, alpha: ALPHA };

/** The claims of Appendix B and its controls, checked by notebook 11. */
export const sameDistributionClaims: readonly Claim[] = [
  {
    id: "meant-alike-told-apart",
    statement:
      "Two sets that were meant to be alike can be told apart: an icon library and its older release.",
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

const last = (runs: readonly RunRecord[]) => runs[runs.length - 1];

/** "There are such sets": one pair that is told apart is enough. */
function releasesToldApart(records: readonly RunRecord[]): ClaimOutcome {
  const runs = pairsAlike(records, "releases").map(last);
  if (runs.length === 0) return notRun("no dataset was run against another release of it");
  const adjusted = holm(runs.map(({ result }) => binomialTest(result.accuracy, result.chance).p));
  const isNone = runs.every(({ result }) => isAtChance(result));
  return {
    ours: runs.map((run) => `${formatPercent(run.result.accuracy.value)} (${pairName(run)})`).join(", "),
    verdict: verdictOf(adjusted.some((p) => p < ALPHA), isNone),
    reason: "exact binomial tests against 50%, Holm: " +
      runs.map(({ result }, i) => `${formatProportion(result.accuracy)}, ${formatP(adjusted[i])}`).join("; "),
  };
}

/** Compares the most training images of each pair with the fewest. */
function moreImagesHelp(records: readonly RunRecord[]): ClaimOutcome {
  const pairs = pairsAlike(records, "releases").filter((runs) =>
    last(runs).experiment.imagesPerDataset > runs[0].experiment.imagesPerDataset
  );
  if (pairs.length === 0) return notRun("no pair of releases was run with several numbers of images");
  const tested = (side: "greater" | "less") =>
    holm(pairs.map((runs) => twoProportionTest(last(runs).result.accuracy, runs[0].result.accuracy, side).p));
  const [rises, falls] = [tested("greater"), tested("less")];
  return {
    ours: pairs.map((runs) =>
      [runs[0], last(runs)].map(({ experiment, result }) =>
        `${formatPercent(result.accuracy.value)} with ${experiment.imagesPerDataset}`
      ).join(", ") + ` (${pairName(runs[0])})`
    ).join("; "),
    verdict: verdictOf(
      rises.some((p) => p < ALPHA) && falls.every((p) => p >= ALPHA),
      falls.some((p) => p < ALPHA) && rises.every((p) => p >= ALPHA),
    ),
    reason: "two-proportion tests of the most against the fewest images, Holm: " +
      pairs.map((runs, i) => `${formatP(rises[i])} (${pairName(runs[0])})`).join("; "),
  };
}

/** No more than chance, by enough images that {@link VISIBLE} would have been seen. */
function control(records: readonly RunRecord[], likeness: "halves" | "splits"): ClaimOutcome {
  const runs = pairsAlike(records, likeness).map(last);
  if (runs.length === 0) return notRun("none was run");
  const adjusted = holm(runs.map(({ result }) => binomialTest(result.accuracy, result.chance).p));
  const isAbove = adjusted.some((p) => p < ALPHA);
  const needed = sampleForPower(VISIBLE);
  const isEnough = runs.every(({ result }) => result.accuracy.n >= needed && isAtChance(result));
  return {
    ours: runs.map(({ result }) => formatProportion(result.accuracy)).join(", "),
    verdict: verdictOf(!isAbove && isEnough, isAbove),
    reason:
      `exact binomial tests against 50%, Holm: ${
        adjusted.map(formatP).join(", ")
      }; ${needed} validation images show ` +
      `${formatPercent(NEGLIGIBLE)} above chance with 80% power, there are ${
        Math.min(...runs.map(({ result }) => result.accuracy.n))
      }`,
  };
}
