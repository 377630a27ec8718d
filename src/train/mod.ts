/** Training: recipe, schedule, optimizer, step, loop, checkpoints, evaluation. */
export {
  type Checkpoint,
  DamagedCheckpointError,
  loadCheckpoint,
  removeCheckpoints,
  saveCheckpoint,
} from "./checkpoint.ts";
export { untilAborted } from "./abort.ts";
export { argmax, evaluate, type Evaluation, makePredictor, type Predictor, score } from "./evaluate.ts";
export { pixelsTensor } from "./pixels.ts";
export { carriedWeights, fineTune, type FineTuneOptions } from "./fine_tune.ts";
export { layerRates } from "./layer_decay.ts";
export type { EpochPace, StepProgress } from "./loop.ts";
export { smoothTargets } from "./loss.ts";
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
export { classifierRule, type Pass, type StepInput, type StepRule, type TrainState } from "./step.ts";
export { Stepper } from "./stepper.ts";
export { type EpochSummary, train, type Trained, type TrainOptions } from "./train.ts";
export { transforms } from "./transforms.ts";
