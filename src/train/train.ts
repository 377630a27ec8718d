/** Trains a classifier. */
import type { ValidationBatches } from "../data/mod.ts";
import type { FlatWeights } from "../models/mod.ts";
import type { Proportion } from "../stats/mod.ts";
import { evaluate, type Evaluation, makePredictor } from "./evaluate.ts";
import { type InputOptions, StepInputs } from "./input.ts";
import { type EpochPace, trainLoop, type Watched } from "./loop.ts";
import { evaluatedWeights, initialState, restoredState } from "./state.ts";
import { classifierRule, type TrainState } from "./step.ts";

/** What is known at the end of an epoch. */
export interface EpochSummary extends EpochPace {
  /** Mean cross-entropy on the validation images, nats, without label smoothing. */
  validationLoss: number;
  /** Accuracy on the validation images with its 95% interval. */
  validation: Proportion;
}

/** One training. */
export interface TrainOptions extends InputOptions, Watched {
  validation: ValidationBatches;
  /** Training images as they are, without augmentation, to be evaluated once at the end. Default: they are not. */
  trainingImages?: ValidationBatches;
  /** Weights to start from. Default: drawn. */
  weights?: FlatWeights;
  /** Factor of each parameter's learning rate, in the order of the model's specifications; see `layerRates`. Default 1. */
  rates?: Float32Array;
  /** Called at each epoch's end, before its checkpoint is written. Epochs done before a resume are not repeated. */
  onEpoch?: (summary: EpochSummary) => void | Promise<void>;
}

/** What a training ends with; the weights are those that were evaluated: their moving average where the recipe has one. */
export type Trained = Evaluation & {
  weights: FlatWeights;
  /** Of `trainingImages`. */
  onTraining?: Evaluation;
};

/**
 * Trains to the end of the recipe and evaluates after each epoch; resumed as {@link trainLoop} is.
 *
 * @returns the evaluation after the last step, and the weights that it is of
 * @throws the signal's reason when aborted, and what the source of batches throws
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const { model, recipe, seed, validation, trainingImages, signal, onEpoch, ...watched } = options;
  const predict = makePredictor(model, recipe.precision);
  const evaluateOn = (images: ValidationBatches, state: TrainState) =>
    evaluate(predict, evaluatedWeights(state), images, model.classes, signal);
  let onTraining: Evaluation | undefined;
  try {
    const { judged, weights } = await trainLoop({
      ...watched,
      signal,
      schedule: recipe,
      begin: () => initialState(model, recipe, seed, options.weights),
      restore: (values) => restoredState(values, model, recipe),
      rule: classifierRule(model, recipe, options.rates),
      inputs: new StepInputs(options),
      judge: (state) => evaluateOn(validation, state),
      onEpoch: (pace, { loss, accuracy }) =>
        onEpoch?.({ ...pace, validationLoss: loss, validation: accuracy }),
      onEnd: async (state) => {
        if (trainingImages) onTraining = await evaluateOn(trainingImages, state);
      },
    });
    return { ...judged, weights, onTraining };
  } finally {
    predict.dispose();
  }
}
