/** Experiments, their records, and sweeps over them. */
export { augmentationName } from "./augmentation_name.ts";
export { combinations, datasetsFromEnvironment, growing } from "./combinations.ts";
export {
  canonicalJson,
  checkExperiment,
  type Experiment,
  ExperimentError,
  experimentHash,
} from "./experiment.ts";
export { findRun } from "./find_run.ts";
export {
  type FilePrediction,
  type FolderPredictions,
  predictFolder,
  type PredictOptions,
  type UnreadFile,
} from "./predict.ts";
export { baseline, grid, type Overrides, type Preset, presetFromEnvironment, presets } from "./presets.ts";
export type { RunProgress } from "./progress.ts";
export { type EpochLine, inputWaitOf, type Prediction, type Result, type RunRecord } from "./record.ts";
export { hashOf, run, type RunOptions } from "./run.ts";
export { RunFolder, runsFolder } from "./store.ts";
export { sweep } from "./sweep.ts";
export { type NetworkDescription, openNetwork, type TrainedNetwork } from "./trained.ts";
