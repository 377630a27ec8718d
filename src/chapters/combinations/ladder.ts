/** The claim that the network is above trivial learners in every combination of datasets. */
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
} from "../../paper/mod.ts";
import { type Combination, combinationName, combinationsOf } from "./records.ts";

/** So far the network should be above the best trivial learner: the aim that the reason counts. */
const AIM = 0.1;

/**
 * The claim about all combinations, whatever their size, on records of classifiers and of trivial learners.
 */
export const ladderClaims: readonly Claim<LadderRecord>[] = [
  {
    id: "above-trivial-learners",
    statement: "In every combination the network is above the best of the trivial learners.",
    source: "a control of this project's, beside Table 2",
    paper: "–",
    test: onceRun((records: readonly LadderRecord[]) => combinationsOf(records), (all) => {
      const beside = all.filter(({ learners }) => learners.length > 0).length;
      if (all.length > 0 && beside === all.length) return undefined;
      return `trivial learners were run beside ${beside} of ${all.length} combinations`;
    })(everyNetworkAbove),
  },
];

function everyNetworkAbove(all: readonly Combination[]): Evidence {
  const parts = all.map(({ learners }) => aboveRungs(learners));
  const least = all.map((combination) => ({
    combination,
    rung: combination.learners.reduce((a, b) => b.margin.value < a.margin.value ? b : a),
  })).toSorted((a, b) => a.rung.margin.value - b.rung.margin.value);
  const [hardest, easiest] = [least[0], least[least.length - 1]];
  const far = least.filter(({ rung }) => rung.margin.value >= AIM).length;
  const above = parts.filter(({ shown }) => shown < ALPHA).length;
  return {
    ours: `${inPoints(hardest.rung.margin.value)} to ${inPoints(easiest.rung.margin.value)} above it, ` +
      `${far} of ${all.length} by ${inPoints(AIM)} or more`,
    reason: `paired by image, against each learner (intersection-union, margin 0): ${above} of ` +
      `${all.length} combinations are above all of them, each at p < ${ALPHA}; the least, ` +
      `${combinationName(hardest.combination)}, is ${formatDifference(hardest.rung.margin)} above ` +
      `${hardest.rung.learner}`,
    ...allHold(parts),
  };
}
