/** Intervals, hypothesis tests and their power, and named streams of random numbers. */
export { normalQuantile } from "./distributions.ts";
export { formatPercent, formatProportion, type Proportion, wilson, wilsonInterval } from "./intervals.ts";
export { binomialTest, type Contrast, contrast, holm, twoProportionTest } from "./hypothesis_tests.ts";
export {
  contrastOfRuns,
  type Estimate,
  mcnemar,
  meanAccuracy,
  type Outcomes,
  pAbove,
  pBelow,
  type Repetitions,
} from "./paired.ts";
export { agreementTest, renamingTest } from "./permutation.ts";
export { binomialPowers, sampleForPower } from "./power.ts";
export { clusterTest } from "./clusters.ts";
export { STREAMS } from "./streams.ts";
export { betaVariate, byRank, permutation, type Random, random, rank } from "./random.ts";
export {
  balancedAccuracy,
  permutationTest,
  permutedLabels,
  rocArea,
  rocAreaInterval,
  type Share,
} from "./two_sample.ts";
