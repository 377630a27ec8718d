/** Trains a classifier. */
import type { ValidationBatches } from "../data/mod.ts";
import { type FlatWeights, type Model, type ParameterSpec, specSize } from "../models/mod.ts";
import type { Proportion } from "../stats/mod.ts";
import { evaluate, type Evaluation, makePredictor } from "./evaluate.ts";
import { type InputOptions, StepInputs } from "./input.ts";
import { type EpochPace, type MonitoringOptions, trainLoop } from "./loop.ts";
import { createState, createWeights, evaluatedWeights, restoreState } from "./state.ts";
import { classifierRule, type TrainState } from "./step.ts";
import { layerRates } from "./layer_decay.ts";

/** Numbers of a finished epoch of a classifier. */
export interface EpochSummary extends EpochPace {
  /** Mean cross-entropy on the validation images, nats, without label smoothing. */
  validationLoss: number;
  /** Accuracy on the validation images with its 95% interval. */
  validation: Proportion;
}

/** One training. */
export interface TrainOptions extends InputOptions, MonitoringOptions {
  validation: ValidationBatches;
  /**
   * Training images as they are, without augmentation, to be evaluated once at the end. Default: they are
   * not.
   */
  trainingImages?: ValidationBatches;
  /** Weights to start from. Default: drawn. */
  weights?: FlatWeights;
  /**
   * Factor of each parameter's learning rate, in the order of the model's specifications; see `layerRates`.
   * Default 1.
   */
  rates?: Float32Array;
  /**
   * Called at each epoch's end, before its checkpoint is written. Epochs done before a resume are not
   * repeated.
   */
  onEpoch?: (summary: EpochSummary) => void | Promise<void>;
}

/**
 * The outcome of a training. Its weights are those that were evaluated: the moving average where the recipe
 * has one.
 */
export type Trained = Evaluation & {
  weights: FlatWeights;
  /** Evaluation of `trainingImages`. */
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
    const { evaluation, weights } = await trainLoop({
      ...watched,
      signal,
      schedule: recipe,
      begin: () => createState(model, recipe, seed, options.weights),
      restore: (values) => restoreState(values, model, recipe),
      rule: classifierRule(model, recipe, options.rates),
      inputs: new StepInputs(options),
      evaluate: (state) => evaluateOn(validation, state),
      onEpoch: (pace, { loss, accuracy }) =>
        onEpoch?.({ ...pace, validationLoss: loss, validation: accuracy }),
      onEnd: async (state) => {
        if (trainingImages) onTraining = await evaluateOn(trainingImages, state);
      },
    });
    return { ...evaluation, weights, onTraining };
  } finally {
    predict.dispose();
  }
}

/** One fine-tuning. */
export interface FineTuneOptions extends Omit<TrainOptions, "rates"> {
  /** Weights to start from; see {@link carriedWeights} where the classes are others than before. */
  weights: FlatWeights;
  /** Factor of the learning rate from each layer to the one before it, (0, 1]. Default 0.75. */
  layerDecay?: number;
}

/**
 * Trains a network on from given weights, the layers near the image slower than the head.
 *
 * @returns the evaluation after the last step, and the weights that it is of
 * @throws {Error} when the weights are not the model's
 * @throws the signal's reason when aborted
 */
export async function fineTune({ layerDecay = 0.75, ...options }: FineTuneOptions): Promise<Trained> {
  const { model, weights } = options;
  checkLength("parameters", weights.parameters, model.specs);
  checkLength("buffers", weights.buffers ?? new Float32Array(0), model.buffers);
  return await train({ ...options, rates: layerRates(model, layerDecay) });
}

function checkLength(name: string, { length }: Float32Array, specs: readonly ParameterSpec[]): void {
  const size = specs.reduce((sum, spec) => sum + specSize(spec), 0);
  if (length !== size) throw new Error(`weights.${name} has ${length} values; the model has ${size}.`);
}

/**
 * Weights of one network for another of the same make: tensors of the same name and shape are taken over, the
 * others (the head, where the classes are others) are drawn. A masked autoencoder's encoder goes into a ViT
 * with fixed positions so.
 *
 * @throws {Error} when nothing can be taken over
 */
export function carriedWeights(
  from: Pick<Model, "name" | "specs" | "buffers">,
  weights: FlatWeights,
  to: Model,
  seed: number,
): FlatWeights {
  const drawn = createWeights(to, seed);
  const carried = carry(from.specs, weights.parameters, to.specs, drawn.parameters);
  if (carried === 0) {
    throw new Error(`${from.name} and ${to.name} have no tensor of the same name and shape.`);
  }
  if (weights.buffers && drawn.buffers) carry(from.buffers, weights.buffers, to.buffers, drawn.buffers);
  return drawn;
}

/** Copies what is the same in both; returns how many tensors that were. */
function carry(
  from: readonly ParameterSpec[],
  values: Float32Array,
  to: readonly ParameterSpec[],
  into: Float32Array,
): number {
  const parts = new Map(withOffsets(from).map((part) => [`${part.spec.name} [${part.spec.shape}]`, part]));
  const shared = withOffsets(to).flatMap(({ spec, offset }) => {
    const source = parts.get(`${spec.name} [${spec.shape}]`);
    return source ? [{ source, offset }] : [];
  });
  for (const { source, offset } of shared) {
    into.set(values.subarray(source.offset, source.offset + specSize(source.spec)), offset);
  }
  return shared.length;
}

function withOffsets(specs: readonly ParameterSpec[]) {
  let end = 0;
  return specs.map((spec) => ({ spec, offset: (end += specSize(spec)) - specSize(spec) }));
}
