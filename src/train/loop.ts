/** Trains one network: steps, an evaluation at the end of each epoch, checkpoints. */
import type { ValidationBatches } from "../data/mod.ts";
import { type FlatWeights, flatWeights, type Weights } from "../models/mod.ts";
import type { Proportion } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import {
  type Checkpoint,
  type DamagedCheckpointError,
  loadCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
import { evaluate, type Evaluation, makePredictor, type Predictor } from "./evaluate.ts";
import { type InputOptions, StepInputs } from "./input.ts";
import { stepsPerEpoch, totalSteps } from "./recipe.ts";
import { learningRate } from "./schedule.ts";
import { evaluatedWeights, initialState, restoredState, stateValues } from "./state.ts";
import type { WeightValues } from "./state.ts";
import type { TrainState } from "./step.ts";
import { Stepper } from "./stepper.ts";

/** What is known at the end of an epoch. */
export interface EpochSummary {
  /** 1-based. */
  epoch: number;
  /** Optimizer steps taken since the start. */
  step: number;
  /** Learning rate of the epoch's last step. */
  learningRate: number;
  /** Mean training loss of the epoch, nats. */
  trainLoss: number;
  /** Mean cross-entropy on the validation images, nats, without label smoothing. */
  validationLoss: number;
  /** Accuracy on the validation images with its 95% interval. */
  validation: Proportion;
  /** Wall time of the epoch in seconds, evaluation included. */
  seconds: number;
  /** Wall time of its steps in seconds: without evaluation. Absent from records of before it was measured, as is the next. */
  trainSeconds?: number;
  /** Share of `trainSeconds` in which the network waited for images, [0, 1]. */
  inputWait?: number;
}

/** Where a training stands, for a progress bar. */
export interface StepProgress {
  /** Steps taken, of `totalSteps`. */
  step: number;
  totalSteps: number;
  /** Training images a second over the last steps. */
  imagesPerSecond: number;
  /** Share of the epoch's time so far in which the network waited for images, [0, 1]. */
  inputWait: number;
}

/** One training. */
export interface TrainOptions extends InputOptions {
  validation: ValidationBatches;
  /** Weights to start from. Default: drawn. */
  weights?: WeightValues;
  /** Factor of each parameter's learning rate, in the order of the model's specifications; see `layerRates`. Default 1. */
  rates?: Float32Array;
  /** Folder of its checkpoints. */
  folder: string;
  onStep?: (progress: StepProgress) => void;
  /** Called at each epoch's end, before its checkpoint is written. Epochs done before a resume are not repeated. */
  onEpoch?: (summary: EpochSummary) => void | Promise<void>;
  /** Called once at the start with the number of epochs that a checkpoint already holds. */
  onStart?: (epochs: number) => void | Promise<void>;
  onDamagedCheckpoint?: (error: DamagedCheckpointError) => void;
}

/** What a training ends with; the weights are those that were evaluated: their moving average where the recipe has one. */
export type Trained = Evaluation & { weights: FlatWeights };

/** Seconds between checkpoints inside a long epoch. */
const CHECKPOINT_INTERVAL = 120;

const emptyCheckpoint: Checkpoint = {
  epochs: 0,
  step: 0,
  epochLoss: 0,
  epochSeconds: 0,
  epochWait: 0,
  values: {},
};

/**
 * Trains to the end of the recipe, from the folder's checkpoint where there is one. Same options, same numbers: killed and
 * resumed or not, on the same machine's CPU, to the bit. (On a GPU TensorFlow is asked for deterministic ops as well; that has not
 * been run, so it is not promised.) What is done is kept when it is aborted or an input cannot be made: it goes on from there.
 *
 * @returns the evaluation after the last step, and the weights that it is of
 * @throws the signal's reason when aborted, and what the source of batches throws
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const { model, recipe, folder, seed, signal } = options;
  const checkpoint = loadCheckpoint(folder, options.onDamagedCheckpoint);
  const state = checkpoint
    ? restoredState(checkpoint.values, model, recipe)
    : initialState(model, recipe, seed, options.weights);
  const run = new Training(options, state, checkpoint ?? emptyCheckpoint);
  try {
    await options.onStart?.(run.epochs);
    while (run.epochs < recipe.epochs) await run.epoch();
    const evaluation = run.evaluation ?? await run.evaluate();
    return { ...evaluation, weights: await flatWeights(run.weights) };
  } catch (error) {
    if ((signal?.aborted || run.inputHasFailed) && run.isWhole) await run.save();
    throw error;
  } finally {
    run.dispose();
  }
}

/** Images a second over the most recent steps, so that a slow start does not linger in the figure. */
class Throughput {
  #rate = 0;

  /** Adds one step of `images` in `seconds`; returns the running rate. */
  add(images: number, seconds: number): number {
    const rate = images / seconds;
    return this.#rate = this.#rate === 0 ? rate : 0.9 * this.#rate + 0.1 * rate;
  }
}

/** The moving parts of one training. */
class Training {
  /** The latest one of this session. */
  evaluation: Evaluation | undefined;
  /** Epochs that are finished, evaluation included. */
  epochs: number;
  step: number;
  #epochLoss: number;
  #epochSeconds: number;
  #epochWait: number;
  readonly #options: TrainOptions;
  readonly #stepper: Stepper;
  readonly #predict: Predictor;
  readonly #inputs: StepInputs;
  readonly #throughput = new Throughput();

  constructor(options: TrainOptions, state: TrainState, from: Checkpoint) {
    this.#options = options;
    this.#stepper = new Stepper(options.model, options.recipe, state, { rates: options.rates });
    this.#predict = makePredictor(options.model, options.recipe.precision);
    this.#inputs = new StepInputs(options);
    this.epochs = from.epochs;
    this.step = from.step;
    this.#epochLoss = from.epochLoss;
    this.#epochSeconds = from.epochSeconds;
    this.#epochWait = from.epochWait;
    if (this.step < totalSteps(options.recipe)) this.#inputs.request(this.step);
  }

  /** Whether it has ended because an input could not be made. */
  get inputHasFailed(): boolean {
    return this.#inputs.hasFailed;
  }

  /** Whether its state is that after some step, and not of one that has failed on its way. */
  get isWhole(): boolean {
    return this.#stepper.isWhole;
  }

  /** What is evaluated; not to be disposed. */
  get weights(): Weights {
    return evaluatedWeights(this.#stepper.state);
  }

  /** Evaluates the weights, or their moving average where there is one. */
  evaluate(): Promise<Evaluation> {
    const { model, validation, signal } = this.#options;
    return evaluate(this.#predict, this.weights, validation, model.classes, signal);
  }

  dispose(): void {
    this.#stepper.dispose();
    this.#inputs.dispose();
    this.#predict.dispose();
  }

  /** Goes on to the end of the current epoch, evaluates, reports and saves. */
  async epoch(): Promise<void> {
    const { recipe, onEpoch } = this.#options;
    const steps = stepsPerEpoch(recipe);
    const resumedAt = performance.now() - this.#epochSeconds * 1000;
    const clock = () => this.#epochSeconds = (performance.now() - resumedAt) / 1000;
    await this.#stepsUntil((this.epochs + 1) * steps, clock);
    const trainSeconds = this.#epochSeconds;
    const { loss, accuracy } = this.evaluation = await this.evaluate();
    this.epochs++;
    await onEpoch?.({
      epoch: this.epochs,
      step: this.step,
      learningRate: learningRate(recipe, this.step - 1),
      trainLoss: this.#epochLoss / steps,
      validationLoss: loss,
      validation: accuracy,
      seconds: clock(),
      trainSeconds,
      inputWait: this.#epochWait / trainSeconds,
    });
    [this.#epochLoss, this.#epochSeconds, this.#epochWait] = [0, 0, 0];
    await this.save();
  }

  async #stepsUntil(end: number, clock: () => number): Promise<void> {
    let savedAt = clock();
    while (this.step < end) {
      this.#options.signal?.throwIfAborted();
      await this.#one(clock);
      const now = clock();
      if (now - savedAt > CHECKPOINT_INTERVAL) {
        await this.save();
        savedAt = now;
      }
    }
  }

  async #one(clock: () => number): Promise<void> {
    const { recipe, onStep } = this.#options;
    const started = performance.now();
    const { input, waited } = await this.#inputs.take(this.step);
    this.#epochWait += waited;
    const running = this.#stepper.take(input);
    if (this.step + 1 < totalSteps(recipe)) this.#inputs.request(this.step + 1);
    const loss = await running.finally(() => tf.dispose(input));
    if (!Number.isFinite(loss)) throw new Error(`The training loss became ${loss} at step ${this.step}.`);
    this.step++;
    this.#epochLoss += loss;
    const imagesPerSecond = this.#throughput.add(recipe.batchSize, (performance.now() - started) / 1000);
    const inputWait = this.#epochWait / clock();
    onStep?.({ step: this.step, totalSteps: totalSteps(recipe), imagesPerSecond, inputWait });
  }

  /** Writes where it stands to the folder. */
  save(): Promise<void> {
    return saveCheckpoint(this.#options.folder, {
      epochs: this.epochs,
      step: this.step,
      epochLoss: this.#epochLoss,
      epochSeconds: this.#epochSeconds,
      epochWait: this.#epochWait,
      values: stateValues(this.#stepper.state),
    });
  }
}
