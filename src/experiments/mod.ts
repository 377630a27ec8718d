/** Experiments, their records, and sweeps over them. */
export { ExperimentError } from "./check.ts";
export { recordCode, resultsCode } from "./code_version.ts";
export {
  datasetsFromEnvironment,
  type Preset,
  presetFromEnvironment,
  presets,
  sizesFromEnvironment,
} from "./environment.ts";
export { exemplarRows, imageKey, type ImageName } from "./kinds/audit/exemplars.ts";
export {
  type Audit,
  audit,
  type AuditPair,
  type AuditRecord,
  type AuditTest,
  isFound,
} from "./kinds/audit/schema.ts";
export { compareDatasets, testEvidence } from "./kinds/audit/tests.ts";
export { conclusionInWords, effectInWords, headlineInWords, pText } from "./kinds/audit/words.ts";
export { type AnyExperiment, checkExperiment, hashOf, labelOf, neededBy } from "./kinds.ts";
export {
  baseline,
  combinations,
  grid,
  growing,
  type Overrides,
  vitBaseline,
} from "./kinds/classifier/presets.ts";
export { pseudoDatasetExperiments } from "./kinds/classifier/pseudo_datasets.ts";
export type { Experiment, RunRecord } from "./kinds/classifier/schema.ts";
export { fineTuning } from "./kinds/fine_tuning/presets.ts";
export type { FineTuning, FineTuningRecord } from "./kinds/fine_tuning/schema.ts";
export { pretraining } from "./kinds/pretraining/presets.ts";
export type { Pretraining, PretrainingRecord } from "./kinds/pretraining/schema.ts";
export { ofTable8, probe } from "./kinds/probe/presets.ts";
export type { FeatureSource, Probe, ProbeRecord } from "./kinds/probe/schema.ts";
export { imagesKey, trivialsOf } from "./kinds/trivial/presets.ts";
export { learnerName, type Trivial, type TrivialRecord } from "./kinds/trivial/schema.ts";
export { findRun } from "./record/find.ts";
export { type FinishedRecord, RunFolder, runsFolder } from "./record/folder.ts";
export type { Prediction } from "./record/outcomes.ts";
export { canonicalJson } from "./record/identity.ts";
export { openNetwork, type TrainedNetwork } from "./record/network.ts";
export { checkRunnable, run, sweep } from "./run.ts";
export { sizesOf, viewOf } from "./seen.ts";
export { inputWaitOf, type ProgressLine, type RunOptions, type RunProgress } from "./session.ts";
export { type ProbeTask, taskOf } from "./task.ts";
export { pretrainedWeights } from "./trained_source.ts";
