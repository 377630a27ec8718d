/** Experiments, their records, and sweeps over them. */
export { combinations, datasetsFromEnvironment, growing } from "./combinations.ts";
export { checkExperiment, type Experiment, ExperimentError } from "./experiment.ts";
export { canonicalJson, experimentHash } from "./identity.ts";
export { findRun } from "./find_run.ts";
export { sizesFromEnvironment } from "./limits.ts";
export {
  type FilePrediction,
  type FolderPredictions,
  predictFolder,
  type PredictOptions,
  type UnreadFile,
} from "./predict.ts";
export { baseline, grid, type Overrides, type Preset, presetFromEnvironment, presets } from "./presets.ts";
export { hashOfPretraining, type Pretraining, type PretrainingRecord } from "./pretraining.ts";
export {
  type FeatureSource,
  hashOfProbe,
  type Probe,
  type ProbeOutcome,
  type ProbeRecord,
  type ProbeTask,
} from "./probe.ts";
export { pretraining, probe, taskOf } from "./probe_presets.ts";
export type { ProgressLine, RunOptions, RunProgress } from "./progress.ts";
export {
  type EpochLine,
  type FinishedRecord,
  inputWaitOf,
  type Prediction,
  type Result,
  type RunRecord,
} from "./record.ts";
export { hashOf, run } from "./run.ts";
export { runPretraining } from "./run_pretraining.ts";
export { runProbe } from "./run_probe.ts";
export { RunFolder, runsFolder } from "./store.ts";
export { type AnyExperiment, type RecordFor, sweep } from "./sweep.ts";
export { type NetworkDescription, openNetwork, type TrainedNetwork } from "./trained.ts";
