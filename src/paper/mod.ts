/** The paper: its printed numbers, and what a chapter decides its claims with. */
export { appendixB } from "./appendix.ts";
export {
  allHold,
  ALPHA,
  type Claim,
  type ClaimOutcome,
  claimsOn,
  type Evidence,
  formatDifference,
  formatP,
  type Gate,
  inPoints,
  notRun,
  onceRun,
  pooledCounts,
  testClaims,
  type TestedClaim,
  type Verdict,
} from "./claims.ts";
export { besideChance, changeInWords, countAboveChance, inSentences, orderInWords } from "./findings.ts";
export {
  aboveRungs,
  type LadderRecord,
  leastRecall,
  pAboveRungs,
  type Rung,
  rungsAmong,
  runsAmong,
} from "./ladder.ts";
export {
  aboveBy,
  allAbove,
  asGood,
  type FeatureKind,
  featuresName,
  listProbes,
  type ProbedRecord,
  type ProbePoint,
  probePoints,
} from "./probes.ts";
export { isCombination, isPaperModel, isPaperScale, nearPrinted } from "./printed.ts";
export {
  AT_CHANCE,
  differenceOf,
  enoughSeeds,
  FAR_RULE,
  farFromChance,
  firstGate,
  formatAccuracy,
  pAboveChance,
  pAtChance,
  pFromAble,
  type PooledAccuracy,
  pooledAccuracy,
  repetitionsOf,
  underFitted,
} from "./runs.ts";
export {
  type NamedSeries,
  seriesByName,
  seriesOf,
  type SeriesPoint,
  slopeOf,
  slopeWeights,
} from "./series.ts";
export {
  architectureOf,
  figure2,
  figure3,
  figure5,
  type PaperRow,
  type PaperTable,
  saleknia,
  table2,
  table2Series,
  table3,
  table4,
  table5,
  table6,
  table7,
  table8,
  zeng,
} from "./tables.ts";
