/** Training: recipe, schedule, optimizer, step, loop, checkpoints, evaluation. */
export { loadCheckpoint, removeCheckpoints } from "./checkpoint.ts";
export {
  argmax,
  evaluate,
  evaluateProbabilities,
  type Evaluation,
  inferenceBatch,
  makePredictor,
  type Predictor,
} from "./evaluate.ts";
export { pixelsTensor, smoothTargets, untilAborted } from "./input.ts";
export { type EpochPace, type StepProgress, timed } from "./loop.ts";
export { biasCorrections } from "./optimizer.ts";
export { pretrain } from "./pretrain.ts";
export {
  type Mix,
  paperMix,
  paperRecipe,
  positiveInteger,
  precisionSchema,
  type PretrainingRecipe,
  pretrainingRecipeSchema,
  type Recipe,
  recipeSchema,
} from "./recipe.ts";
export { epochsTrained, learningRate, type Schedule, stepsPerEpoch } from "./schedule.ts";
export { createState, createWeights } from "./state.ts";
export { partsOf, type StartedStep, type StepInput, Stepper } from "./step.ts";
export {
  carriedWeights,
  classifierRule,
  type EpochSummary,
  fineTune,
  train,
  type TrainOptions,
  trialInput,
} from "./train.ts";
export { augmentationName, transforms } from "./transforms.ts";
