/** Training: recipe, schedule, optimizer, step, loop, checkpoints, evaluation. */
export {
  type Checkpoint,
  DamagedCheckpointError,
  loadCheckpoint,
  removeCheckpoints,
  saveCheckpoint,
} from "./checkpoint.ts";
export { pixelsTensor, smoothTargets, untilAborted } from "./input.ts";
export { argmax, evaluate, type Evaluation, makePredictor, type Predictor, score } from "./evaluate.ts";
export {
  carriedWeights,
  type EpochSummary,
  fineTune,
  type FineTuneOptions,
  train,
  type Trained,
  type TrainOptions,
} from "./train.ts";
export { layerIds, layerRates } from "./layer_decay.ts";
export type { EpochPace, StepProgress } from "./loop.ts";
export { type ImageMix, mix, type MixInput, mixInput, type MixPlan, mixPlan } from "./mixup.ts";
export { type AdamW, adamW, type AdamWConfig, biasCorrections } from "./optimizer.ts";
export { pretrain, type Pretrained, type PretrainingRecipe, type PretrainOptions } from "./pretrain.ts";
export {
  type Mix,
  paperMix,
  paperRecipe,
  type Recipe,
  type Schedule,
  stepsPerEpoch,
  totalSteps,
} from "./recipe.ts";
export { learningRate } from "./schedule.ts";
export { drawnWeights, evaluatedWeights, initialState } from "./state.ts";
export {
  classifierRule,
  type Pass,
  type StepInput,
  Stepper,
  type StepRule,
  type TrainState,
} from "./step.ts";
export { transforms } from "./transforms.ts";
