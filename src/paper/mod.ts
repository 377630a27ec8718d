/** The paper: its printed numbers, and what a chapter decides its claims with. */
export { appendixB } from "./appendix.ts";
export {
  aboveChance,
  allHold,
  ALPHA,
  BY_BINOMIAL,
  BY_TWO_PROPORTIONS,
  type Claim,
  type ClaimOutcome,
  compareAll,
  type Evidence,
  farAboveChance,
  formatDifference,
  formatP,
  type Gate,
  inPoints,
  isAtChance,
  NEGLIGIBLE,
  notRun,
  onceRun,
  pooledCounts,
  testClaims,
  type TestedClaim,
  type Verdict,
  verdictOf,
} from "./claims.ts";
export {
  asGood,
  type FeatureKind,
  featuresName,
  listProbes,
  type ProbedRecord,
  type ProbePoint,
  probePoints,
} from "./probes.ts";
export { isPaperScale, nearPrinted, type Printed } from "./printed.ts";
export {
  enoughSeeds,
  firstGate,
  formatAccuracy,
  generalisationGap,
  type PooledAccuracy,
  pooledAccuracy,
  underFitted,
} from "./runs.ts";
export { type NamedSeries, seriesByName, seriesOf, type SeriesPoint, trendOf } from "./series.ts";
export {
  architectureOf,
  figure2,
  figure3,
  figure5,
  type PaperRow,
  type PaperTable,
  table2,
  table2Series,
  table3,
  table4,
  table5,
  table6,
  table7,
  table8,
} from "./tables.ts";
