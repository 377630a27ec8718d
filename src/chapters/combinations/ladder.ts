/** The trivial learners beside each combination of datasets, and the claim that the network is above them. */
import {
  aboveRungs,
  allHold,
  ALPHA,
  type Claim,
  type Evidence,
  formatDifference,
  inPoints,
  type LadderRecord,
  onceRun,
  type Rung,
  rungsBeside,
  runsAmong,
} from "../../paper/mod.ts";
import { type Combination, combinationName, combinationsOf } from "./records.ts";

/** A combination of datasets with the trivial learners that were run on its images, the best first. */
export interface Ladder {
  combination: Combination;
  rungs: Rung[];
}

/** The combinations among the records in the order of {@link combinationsOf}, each with its trivial learners. */
export function laddersOf(records: readonly LadderRecord[]): Ladder[] {
  const runs = runsAmong(records);
  return combinationsOf(runs).map((combination) => ({
    combination,
    rungs: rungsBeside(runs.filter(({ hash }) => combination.runs.includes(hash)), records),
  }));
}

/** So far the network should be above the best trivial learner: the aim that the reason counts. */
const AIM = 0.1;

/** The claim about all combinations, whatever their size, on records of classifiers and of trivial learners. */
export const ladderClaims: readonly Claim<LadderRecord>[] = [
  {
    id: "above-trivial-learners",
    statement: "In every combination the network is above the best of the trivial learners.",
    source: "a control of this project's, beside Table 2",
    paper: "–",
    test: onceRun(laddersOf, (ladders) => {
      const climbed = ladders.filter(({ rungs }) => rungs.length > 0).length;
      if (ladders.length > 0 && climbed === ladders.length) return undefined;
      return `trivial learners were run beside ${climbed} of ${ladders.length} combinations`;
    })(everyNetworkAbove),
  },
];

function everyNetworkAbove(ladders: readonly Ladder[]): Evidence {
  const parts = ladders.map(({ rungs }) => aboveRungs(rungs));
  const least = ladders.map(({ combination, rungs }) => ({
    combination,
    rung: rungs.reduce((a, b) => b.margin.value < a.margin.value ? b : a),
  })).toSorted((a, b) => a.rung.margin.value - b.rung.margin.value);
  const [hardest, easiest] = [least[0], least[least.length - 1]];
  const far = least.filter(({ rung }) => rung.margin.value >= AIM).length;
  const above = parts.filter(({ shown }) => shown < ALPHA).length;
  return {
    ours: `${inPoints(hardest.rung.margin.value)} to ${inPoints(easiest.rung.margin.value)} above it, ` +
      `${far} of ${ladders.length} by ${inPoints(AIM)} or more`,
    reason: `paired by image, against each learner (intersection-union, margin 0): ${above} of ` +
      `${ladders.length} combinations are above all of them, each at p < ${ALPHA}; the least, ` +
      `${combinationName(hardest.combination)}, is ${formatDifference(hardest.rung.margin)} above ` +
      `${hardest.rung.learner}`,
    ...allHold(parts),
  };
}
