/** Trains one network: steps, an evaluation at the end of each epoch, checkpoints. */
import type { TrainingBatches, ValidationBatches } from "../data/mod.ts";
import type { Model } from "../models/mod.ts";
import { random } from "../stats/mod.ts";
import type { Proportion } from "../stats/mod.ts";
import { compile, type Compiled, tf } from "../tensorflow/mod.ts";
import {
  type Checkpoint,
  type DamagedCheckpointError,
  loadCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
import { evaluate, type Evaluation, makePredictor, type Predictor } from "./evaluate.ts";
import { smoothTargets } from "./loss.ts";
import { mixInput, mixPlan } from "./mixup.ts";
import { biasCorrections } from "./optimizer.ts";
import { type Recipe, stepsPerEpoch, totalSteps } from "./recipe.ts";
import { learningRate } from "./schedule.ts";
import { evaluatedWeights, initialState, restoredState, stateValues, Stream } from "./state.ts";
import { makeStep, type StepInput, type StepOutput, type TrainState } from "./step.ts";

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
}

/** Where a training stands, for a progress bar. */
export interface StepProgress {
  /** Steps taken, of `totalSteps`. */
  step: number;
  totalSteps: number;
  /** Training images a second over the last steps. */
  imagesPerSecond: number;
}

/** One training. */
export interface TrainOptions {
  model: Model;
  recipe: Recipe;
  training: TrainingBatches;
  validation: ValidationBatches;
  /** Decides initial weights, dropped paths and dropped values. */
  seed: number;
  /** Folder of its checkpoints. */
  folder: string;
  /** Ends training between two steps; a checkpoint is written first. */
  signal?: AbortSignal;
  onStep?: (progress: StepProgress) => void;
  /** Called at each epoch's end, before its checkpoint is written. Epochs done before a resume are not repeated. */
  onEpoch?: (summary: EpochSummary) => void | Promise<void>;
  /** Called once at the start with the number of epochs that a checkpoint already holds. */
  onStart?: (epochs: number) => void | Promise<void>;
  onDamagedCheckpoint?: (error: DamagedCheckpointError) => void;
}

/** Seconds between checkpoints inside a long epoch. */
const CHECKPOINT_INTERVAL = 120;

const emptyCheckpoint: Checkpoint = { epochs: 0, step: 0, epochLoss: 0, epochSeconds: 0, values: {} };

/**
 * Trains to the end of the recipe, from the folder's checkpoint where there is one. Same options, same numbers: killed and
 * resumed or not.
 *
 * @returns the evaluation after the last step
 * @throws the signal's reason when aborted
 */
export async function train(options: TrainOptions): Promise<Evaluation> {
  const { model, recipe, folder, seed, signal } = options;
  const checkpoint = await loadCheckpoint(folder, options.onDamagedCheckpoint);
  const run = new Training(options, checkpoint ?? emptyCheckpoint);
  run.state = checkpoint
    ? restoredState(checkpoint.values, model, recipe)
    : initialState(model, recipe, seed);
  try {
    await options.onStart?.(run.epochs);
    while (run.epochs < recipe.epochs) await run.epoch();
    return run.evaluation ?? await run.evaluate();
  } catch (error) {
    if (signal?.aborted) await run.save();
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
  state!: TrainState;
  /** The latest one of this session. */
  evaluation: Evaluation | undefined;
  /** Epochs that are finished, evaluation included. */
  epochs: number;
  step: number;
  #epochLoss: number;
  #epochSeconds: number;
  readonly #options: TrainOptions;
  readonly #takeStep: Compiled<[TrainState, StepInput], StepOutput>;
  readonly #predict: Predictor;
  /** The next step's input, made while the current step runs. */
  #next: StepInput | undefined;
  readonly #throughput = new Throughput();

  constructor(options: TrainOptions, from: Checkpoint) {
    this.#options = options;
    this.#takeStep = compile(makeStep(options.model, options.recipe));
    this.#predict = makePredictor(options.model, options.recipe.precision);
    this.epochs = from.epochs;
    this.step = from.step;
    this.#epochLoss = from.epochLoss;
    this.#epochSeconds = from.epochSeconds;
  }

  /** Evaluates the weights, or their moving average where there is one. */
  evaluate(): Promise<Evaluation> {
    const { model, validation, signal } = this.#options;
    return evaluate(this.#predict, evaluatedWeights(this.state), validation, model.classes, signal);
  }

  dispose(): void {
    tf.dispose([this.state, this.#next ?? {}]);
    this.#takeStep.dispose();
    this.#predict.dispose();
  }

  /** Goes on to the end of the current epoch, evaluates, reports and saves. */
  async epoch(): Promise<void> {
    const { recipe, onEpoch } = this.#options;
    const steps = stepsPerEpoch(recipe);
    const resumedAt = performance.now() - this.#epochSeconds * 1000;
    const clock = () => this.#epochSeconds = (performance.now() - resumedAt) / 1000;
    await this.#stepsUntil((this.epochs + 1) * steps, clock);
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
    });
    [this.#epochLoss, this.#epochSeconds] = [0, 0];
    await this.save();
  }

  async #stepsUntil(end: number, clock: () => number): Promise<void> {
    let savedAt = clock();
    while (this.step < end) {
      this.#options.signal?.throwIfAborted();
      await this.#one();
      const now = clock();
      if (now - savedAt > CHECKPOINT_INTERVAL) {
        await this.save();
        savedAt = now;
      }
    }
  }

  async #one(): Promise<void> {
    const { recipe, onStep } = this.#options;
    const started = performance.now();
    const input = this.#next ?? this.#input(this.step);
    const running = this.#takeStep(this.state, input);
    this.#next = this.step + 1 < totalSteps(recipe) ? this.#input(this.step + 1) : undefined;
    const { state, loss } = await running.finally(() => tf.dispose(input));
    const [value] = await loss.data();
    tf.dispose([this.state, loss]);
    this.state = state;
    if (!Number.isFinite(value)) throw new Error(`The training loss became ${value} at step ${this.step}.`);
    this.step++;
    this.#epochLoss += value;
    const imagesPerSecond = this.#throughput.add(recipe.batchSize, (performance.now() - started) / 1000);
    onStep?.({ step: this.step, totalSteps: totalSteps(recipe), imagesPerSecond });
  }

  #input(step: number): StepInput {
    const { model, recipe, training, seed } = this.#options;
    const { images, labels } = training.batch(step);
    const B = labels.length;
    const size = training.imageSize;
    const targets = smoothTargets(labels, model.classes, recipe.labelSmoothing);
    const input: StepInput = {
      images: tf.tensor4d(images, [B, size, size, 3]),
      targets: tf.tensor2d(targets, [B, model.classes]),
      learningRate: tf.scalar(learningRate(recipe, step)),
      corrections: tf.tensor1d(biasCorrections(recipe.betas, step + 1)),
    };
    if (recipe.mix) input.mixing = mixInput(mixPlan(recipe.mix, random(seed, Stream.mix, step), B, size));
    if (model.dropPath.some((p) => p > 0)) input.keep = this.#keep(step, B);
    if (model.dropout) input.dropout = this.#dropoutKey(step);
    return input;
  }

  /** Stochastic depth of one step (Huang et al. 2016; timm's `DropPath`): 0, or 1 / (1 - p), [branches, B]. */
  #keep(step: number, B: number): tf.Tensor2D {
    const { model, seed } = this.#options;
    const stream = random(seed, Stream.dropPath, step);
    const factors = new Float32Array(model.dropPath.length * B);
    model.dropPath.forEach((p, branch) => {
      for (let i = 0; i < B; i++) factors[branch * B + i] = stream.uniform() < p ? 0 : 1 / (1 - p);
    });
    return tf.tensor2d(factors, [model.dropPath.length, B]);
  }

  /** Key of one step's dropout, int32 [2]. */
  #dropoutKey(step: number): tf.Tensor1D {
    const stream = random(this.#options.seed, Stream.dropout, step);
    return tf.tensor1d([stream.uint32() | 0, stream.uint32() | 0], "int32");
  }

  /** Writes where it stands to the folder. */
  save(): Promise<void> {
    return saveCheckpoint(this.#options.folder, {
      epochs: this.epochs,
      step: this.step,
      epochLoss: this.#epochLoss,
      epochSeconds: this.#epochSeconds,
      values: stateValues(this.state),
    });
  }
}
