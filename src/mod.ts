/**
 * The notebooks' door: every cell imports from "~/mod.ts" alone, and every name here is used by a notebook,
 * but for those of images of one's own and of other machines.
 */

// Running: experiments, their data and models.
export { datasetsOf, folder, hub, parquet, readManifest, shards } from "./data/mod.ts";
export { evidenceKinds, evidenceOf } from "./evidence/mod.ts";
export {
  audit,
  baseline,
  combinations,
  conclusionInWords,
  datasetsFromEnvironment,
  type FeatureSource,
  fineTuning,
  grid,
  growing,
  headlineInWords,
  ofTable8,
  presetFromEnvironment,
  pretraining,
  probe,
  type ProbeTask,
  pseudoDatasetExperiments,
  run,
  runsFolder,
  sizesFromEnvironment,
  sweep,
  taskOf,
  trivialsOf,
  vitBaseline,
} from "./experiments/mod.ts";
export { corruptionName, scaleCorruption } from "./images/mod.ts";
export { convnextMicroSizes, convnextSizes } from "./models/mod.ts";
export { binomialPowers, formatProportion, sampleForPower } from "./stats/mod.ts";
export { augmentationName, paperMix } from "./train/mod.ts";

// Past one process: sweep files, plans, clusters.
export {
  paperSweeps,
  planOf,
  planRows,
  readExperiments,
  sweepOnRay,
  writeExperiments,
} from "./sweeps/mod.ts";

// Showing: tables, images, progress and the game.
export { playedGames } from "./game/mod.ts";
export {
  accuracyTable,
  auditTable,
  clusterTable,
  corruptionSheet,
  corruptionTable,
  datasetTable,
  duplicatesTable,
  environment,
  evidenceSheet,
  exampleFolders,
  exemplars,
  featureMap,
  layerTable,
  live,
  nearestElsewhere,
  playGame,
  probeTable,
  quiz,
  resemblingTable,
  sampleGallery,
  show,
  showClaims,
  table,
  transformSheet,
  transformTable,
  whatItLooksAt,
} from "./notebook/mod.ts";

export { writeReports } from "./report/mod.ts";

// The paper, its chapters and their figures.
export {
  accuracyAgainst,
  confusionFigure,
  confusionFinding,
  confusionMenu,
  learningCurvesFigure,
  learningFinding,
} from "./figures/mod.ts";
export {
  appendixB,
  architectureOf,
  claimsOn,
  figure2,
  figure3,
  table3,
  table4,
  table5,
  testClaims,
} from "./paper/mod.ts";
export { architectureClaims } from "./chapters/architectures/claims.ts";
export { architecturesFinding } from "./chapters/architectures/findings.ts";
export { augmentationClaims } from "./chapters/augmentation/claims.ts";
export { augmentationFinding } from "./chapters/augmentation/findings.ts";
export { combinationClaims, emojiClaims, ladderClaims, pairClaims } from "./chapters/combinations/claims.ts";
export {
  combinationsFigure,
  numberOfDatasetsFigure,
  pairwiseFigure,
} from "./chapters/combinations/figure.ts";
export { combinationsFinding, numberOfDatasetsFinding } from "./chapters/combinations/findings.ts";
export { corruptionClaims } from "./chapters/corruptions/claims.ts";
export { corruptionsFigure } from "./chapters/corruptions/figure.ts";
export { corruptedOf } from "./chapters/corruptions/records.ts";
export { corruptionsFinding } from "./chapters/corruptions/findings.ts";
export { crossDatasetClaims } from "./chapters/cross_dataset/claims.ts";
export { crossDatasetFigure } from "./chapters/cross_dataset/figure.ts";
export { crossDatasetFinding } from "./chapters/cross_dataset/findings.ts";
export { dataSizeClaims } from "./chapters/data_size/claims.ts";
export { dataSizeFinding } from "./chapters/data_size/findings.ts";
export { evidenceClaims } from "./chapters/evidence/claims.ts";
export { evidenceFigure } from "./chapters/evidence/figure.ts";
export { evidenceFinding } from "./chapters/evidence/findings.ts";
export { toldBy } from "./chapters/evidence/records.ts";
export { modelSizeClaims } from "./chapters/model_size/claims.ts";
export { modelSizeFinding } from "./chapters/model_size/findings.ts";
export { pseudoDatasetClaims } from "./chapters/pseudo_datasets/claims.ts";
export { memorizationFigure } from "./chapters/pseudo_datasets/figure.ts";
export { pseudoDatasetKind, sourceOf } from "./chapters/pseudo_datasets/records.ts";
export { memorizationFinding } from "./chapters/pseudo_datasets/findings.ts";
export { sameDistributionClaims } from "./chapters/same_distribution/claims.ts";
export { alikeFigure, powerFigure } from "./chapters/same_distribution/figure.ts";
export { pairsAlike } from "./chapters/same_distribution/records.ts";
export { alikeFinding, moreImagesFinding, powerFinding } from "./chapters/same_distribution/findings.ts";
export { selfSupervisedClaims } from "./chapters/self_supervised/claims.ts";
export { selfSupervisedFigure } from "./chapters/self_supervised/figure.ts";
export { selfSupervisedFinding } from "./chapters/self_supervised/findings.ts";
export { semanticClaims } from "./chapters/semantic_transfer/claims.ts";
export { semanticFigure } from "./chapters/semantic_transfer/figure.ts";
export { semanticFinding } from "./chapters/semantic_transfer/findings.ts";
export { userStudyClaims } from "./chapters/user_study/claims.ts";
export { userStudyFigure } from "./chapters/user_study/figure.ts";
export { userStudyFinding } from "./chapters/user_study/findings.ts";
