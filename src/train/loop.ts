/** The loop of every training: steps, an evaluation at the end of each epoch, checkpoints. */
import { type FlatWeights, flatWeights } from "../models/mod.ts";
import { type TensorTree, tf } from "../tensorflow/mod.ts";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import type { Inputs } from "./input.ts";
import { epochsTrained, learningRate, type Schedule, stepsPerEpoch } from "./schedule.ts";
import { evaluatedWeights } from "./state.ts";
import { type ImageInput, Stepper, type StepRule, type TrainState } from "./step.ts";

/** Numbers of a finished epoch, whatever the task. */
export interface EpochPace {
  /** 1-based. */
  epoch: number;
  /** Optimizer steps taken since the start. */
  step: number;
  /** Learning rate of the epoch's last step. */
  learningRate: number;
  /** Mean training loss of the epoch: nats, where it classifies. */
  trainLoss: number;
  /** Wall time of the epoch in seconds, evaluation included. */
  seconds: number;
  /**
   * Wall time of its steps in seconds, without evaluation. Old records have neither this nor the next field.
   */
  trainSeconds?: number;
  /** Share of `trainSeconds` in which the network waited for images, [0, 1]. */
  inputWait?: number;
}

/** Progress of a training, for a progress bar. */
export interface StepProgress {
  /** Steps taken, of `totalSteps`. */
  step: number;
  totalSteps: number;
  /** Training images a second over the last steps. */
  imagesPerSecond: number;
  /** Share of the epoch's time so far in which the network waited for images, [0, 1]. */
  inputWait: number;
}

/** The folder of a training, and the callbacks that watch it. */
export interface MonitoringOptions {
  /** Folder of its checkpoints. */
  folder: string;
  onStep?: (progress: StepProgress) => void;
  /** Called once at the start with the number of epochs that a checkpoint already holds. */
  onStart?: (epochs: number) => void | Promise<void>;
  /** Called with what is wrong with a checkpoint that is passed over. */
  onDamagedCheckpoint?: (error: Error) => void;
}

/** Everything that the loop needs of a training, whatever the task. */
interface LoopOptions<Input extends TensorTree & ImageInput, Evaluated> extends MonitoringOptions {
  schedule: Schedule;
  /** The state to begin with; see `createState`. */
  begin: () => TrainState;
  /** The state of a checkpoint; see `restoreState`. */
  restore: (values: Record<string, Float32Array>) => TrainState;
  rule: StepRule<Input>;
  /** Disposed at the end. */
  inputs: Inputs<Input>;
  /** Evaluates the state at each epoch's end. */
  evaluate: (state: TrainState) => Promise<Evaluated>;
  onEpoch?: (pace: EpochPace, evaluation: Evaluated) => void | Promise<void>;
  /** Called with the last state, when all epochs are done. */
  onEnd?: (state: TrainState) => Promise<void>;
  signal?: AbortSignal;
}

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
 * Trains to the end of the schedule, or of its `stopAfter`, from the folder's checkpoint where there is one.
 * On the same machine's CPU the same options give the same numbers to the bit, whether the training was
 * killed and resumed or not.
 * (On a GPU TensorFlow is asked for deterministic ops as well. Pairs of three steps on an H100 gave the same
 * bits; longer trainings have not been compared, so it is not promised.)
 * A checkpoint is written too when the training is aborted and when an input cannot be made.
 *
 * @returns the evaluation of the last state, and its weights: their moving average where the recipe has one
 * @throws {RangeError} when the schedule has no step
 * @throws the signal's reason when aborted, and what the source of batches throws
 */
export async function trainLoop<Input extends TensorTree & ImageInput, Evaluated>(
  options: LoopOptions<Input, Evaluated>,
): Promise<{ evaluation: Evaluated; weights: FlatWeights }> {
  const { schedule, folder, signal } = options;
  const epochs = epochsTrained(schedule), steps = epochs * stepsPerEpoch(schedule);
  const checkpoint = loadCheckpoint(folder, options.onDamagedCheckpoint);
  const state = checkpoint ? options.restore(checkpoint.values) : options.begin();
  const run = new Training(options, steps, state, checkpoint ?? emptyCheckpoint);
  try {
    await options.onStart?.(run.epochs);
    while (run.epochs < epochs) await run.epoch();
    const evaluation = run.evaluation ?? await options.evaluate(run.state);
    await options.onEnd?.(run.state);
    return { evaluation, weights: await flatWeights(evaluatedWeights(run.state)) };
  } catch (error) {
    if ((signal?.aborted || run.inputHasFailed) && run.isWhole) await run.save();
    throw error;
  } finally {
    run.dispose();
  }
}

/**
 * Does a part of a run. The time that it takes is noted as a measure of `performance`, which `deno task bench
 * sweep` reads.
 */
export async function timed<T>(part: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const value = await action();
  performance.measure(part, { start });
  return value;
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
class Training<Input extends TensorTree & ImageInput, Evaluated> {
  /** The latest of this session. */
  evaluation: Evaluated | undefined;
  /** Epochs that are finished, evaluation included. */
  epochs: number;
  step: number;
  #epochLoss: number;
  #epochSeconds: number;
  #epochWait: number;
  readonly #options: LoopOptions<Input, Evaluated>;
  readonly #stepper: Stepper<Input>;
  readonly #inputs: Inputs<Input>;
  /** Steps of the whole training. */
  readonly #steps: number;
  readonly #throughput = new Throughput();
  /** The step that was started last, until its loss has been read. */
  #last: { step: number; loss: Promise<number> } | undefined;

  constructor(options: LoopOptions<Input, Evaluated>, steps: number, state: TrainState, from: Checkpoint) {
    this.#options = options;
    this.#steps = steps;
    this.#stepper = new Stepper(options.rule, state);
    this.#inputs = options.inputs;
    this.epochs = from.epochs;
    this.step = from.step;
    this.#epochLoss = from.epochLoss;
    this.#epochSeconds = from.epochSeconds;
    this.#epochWait = from.epochWait;
    if (this.step < this.#steps) this.#inputs.request(this.step);
  }

  /** Whether it has ended because an input could not be made. */
  get inputHasFailed(): boolean {
    return this.#inputs.hasFailed;
  }

  /** After the latest step; not to be disposed. */
  get state(): TrainState {
    return this.#stepper.state;
  }

  /** Whether its state is that after some step, and not of one that has failed on its way. */
  get isWhole(): boolean {
    return this.#stepper.isWhole;
  }

  dispose(): void {
    this.#stepper.dispose();
    this.#inputs.dispose();
  }

  /** Goes on to the end of the current epoch, evaluates, reports and saves. */
  async epoch(): Promise<void> {
    const { schedule, evaluate, onEpoch } = this.#options;
    const steps = stepsPerEpoch(schedule);
    const resumedAt = performance.now() - this.#epochSeconds * 1000;
    const clock = () => this.#epochSeconds = (performance.now() - resumedAt) / 1000;
    await timed("steps", () => this.#stepsUntil((this.epochs + 1) * steps, clock));
    const trainSeconds = this.#epochSeconds;
    const evaluation = this.evaluation = await timed("evaluation", () => evaluate(this.state));
    this.epochs++;
    const pace = {
      epoch: this.epochs,
      step: this.step,
      learningRate: learningRate(schedule, this.step - 1),
      trainLoss: this.#epochLoss / steps,
      seconds: clock(),
      trainSeconds,
      inputWait: this.#epochWait / trainSeconds,
    };
    await onEpoch?.(pace, evaluation);
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
    await this.#settle();
    clock();
  }

  async #one(clock: () => number): Promise<void> {
    const { schedule, onStep } = this.#options;
    const started = performance.now();
    const { input, waited } = await this.#inputs.take(this.step);
    this.#epochWait += waited;
    const running = this.#stepper.start(input);
    if (this.step + 1 < this.#steps) this.#inputs.request(this.step + 1);
    const { loss } = await running.finally(() => tf.dispose(input));
    await this.#settle(); // a GPU, which still computes this step, is not kept waiting for the next
    this.#last = { step: this.step, loss };
    this.step++;
    const imagesPerSecond = this.#throughput.add(schedule.batchSize, (performance.now() - started) / 1000);
    const inputWait = this.#epochWait / clock();
    onStep?.({ step: this.step, totalSteps: this.#steps, imagesPerSecond, inputWait });
  }

  /**
   * Waits for the step that was started last and adds its loss.
   *
   * @throws {Error} when the loss is not finite
   */
  async #settle(): Promise<void> {
    if (!this.#last) return;
    const { step } = this.#last;
    const loss = await this.#last.loss;
    this.#last = undefined;
    if (!Number.isFinite(loss)) throw new Error(`The training loss became ${loss} at step ${step}.`);
    this.#epochLoss += loss;
  }

  /** Writes where it stands to the folder. */
  async save(): Promise<void> {
    await this.#settle();
    const checkpoint = {
      epochs: this.epochs,
      step: this.step,
      epochLoss: this.#epochLoss,
      epochSeconds: this.#epochSeconds,
      epochWait: this.#epochWait,
      values: stateValues(this.state),
    };
    await timed("checkpoint", () => saveCheckpoint(this.#options.folder, checkpoint));
  }
}

/** Copies a state's values out of TensorFlow. */
function stateValues(state: TrainState): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => [name, (tensor as tf.Tensor1D).dataSync() as Float32Array]),
  );
}
