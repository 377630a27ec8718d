/** The inputs of training steps, each made while the step before it runs. */
import type { Batch, TrainingBatches } from "../data/mod.ts";
import type { Model } from "../models/mod.ts";
import { random } from "../stats/mod.ts";
import { bytesTensor, type TensorTree, tf } from "../tensorflow/mod.ts";
import { mixInput, mixPlan } from "./mixup.ts";
import { biasCorrections } from "./optimizer.ts";
import type { Recipe } from "./recipe.ts";
import { learningRate } from "./schedule.ts";
import { Stream } from "./state.ts";
import type { StepInput } from "./step.ts";

/** The images of a training, and the signal that ends it. */
export interface BatchOptions {
  /**
   * The batch of the next step is asked for while a step runs. A batch that is made on this thread, in the
   * call itself, delays the news of the step's end, so the time that it takes is not counted as waiting.
   */
  training: TrainingBatches;
  /** Ends training between two steps, or while a batch is waited for; a checkpoint is written first. */
  signal?: AbortSignal;
}

/** Everything that the inputs of a classifier's steps are made from. */
export interface InputOptions extends BatchOptions {
  model: Model;
  recipe: Recipe;
  /** Decides initial weights, dropped paths, dropped values and mixing. */
  seed: number;
}

/** Makes inputs ahead of their steps and measures how long is waited for them. */
export abstract class Inputs<Input extends TensorTree> {
  readonly #options: BatchOptions;
  #requested: { step: number; input: Promise<Input> } | undefined;
  /** Made and not taken yet. */
  #ready: Input | undefined;
  #isClosed = false;
  /** Whether an input could not be made. */
  hasFailed = false;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** A batch of images as what a step reads. */
  protected abstract tensors(batch: Batch, step: number): Input;

  /** Has the input of a step made, unless that has been asked for. Its errors are thrown when it is taken. */
  request(step: number): void {
    if (this.#requested?.step === step) return;
    const input = this.#make(step);
    input.catch(() => {});
    this.#requested = { step, input };
  }

  /**
   * The input of a step, which is the taker's to dispose, and the seconds from now until it was there.
   *
   * @throws what the source of the images throws, or the signal's reason when it is aborted
   */
  async take(step: number): Promise<{ input: Input; waited: number }> {
    const { signal } = this.#options;
    const asked = performance.now();
    this.request(step);
    try {
      const input = await orAborted(this.#requested!.input, signal);
      this.#requested = this.#ready = undefined;
      return { input, waited: (performance.now() - asked) / 1000 };
    } catch (error) {
      this.hasFailed = !signal?.aborted;
      throw error;
    }
  }

  /** Disposes the input that has been made. One that is being made will become no tensor. */
  dispose(): void {
    this.#isClosed = true;
    tf.dispose((this.#ready ?? {}) as tf.TensorContainer);
  }

  async #make(step: number): Promise<Input> {
    const batch = await this.#options.training.batch(step);
    if (this.#isClosed) throw new Error("The training has ended.");
    return this.#ready = tf.tidy(() => this.tensors(batch, step) as tf.TensorContainer) as Input;
  }
}

/** The inputs of steps that classify. */
export class StepInputs extends Inputs<StepInput> {
  readonly #options: InputOptions;

  constructor(options: InputOptions) {
    super(options);
    this.#options = options;
  }

  protected override tensors(batch: Batch, step: number): StepInput {
    const { model, recipe, training, seed } = this.#options;
    const B = batch.labels.length;
    const targets = smoothTargets(batch.labels, model.classes, recipe.labelSmoothing);
    const size = training.imageSize;
    const input: StepInput = {
      pixels: pixelsTensor(batch, size),
      targets: tf.tensor2d(targets, [B, model.classes]),
      learningRate: tf.scalar(learningRate(recipe, step)),
      corrections: tf.tensor1d(biasCorrections(recipe.betas, step + 1)),
    };
    if (recipe.mix) input.mixing = mixInput(mixPlan(recipe.mix, random(seed, Stream.mix, step), B, size));
    if (model.dropPath.some((p) => p > 0)) input.keep = this.#keep(step, B);
    if (model.dropout) input.dropout = this.#dropoutKey(step);
    return input;
  }

  /**
   * Stochastic depth of one step (Huang et al. 2016; timm's `DropPath`): 0, or 1 / (1 - p), [branches, B].
   */
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
}

/**
 * Pixels of a batch as a tensor, [B, size, size, channels]; see `imagesFromPixels`. The caller disposes it.
 */
export function pixelsTensor({ pixels, channels, labels }: Batch, size: number): tf.Tensor4D {
  return bytesTensor<tf.Rank.R4>(pixels, [labels.length, size, size, channels]);
}

/**
 * One-hot targets with label smoothing (Szegedy et al. 2016): `1 - s + s / classes` for the true class, `s /
 * classes` for the others.
 *
 * @param labels class of each image, [B]
 * @returns [B, classes], row by row
 */
export function smoothTargets(
  labels: ArrayLike<number>,
  classes: number,
  smoothing: number,
): Float32Array<ArrayBuffer> {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]] += 1 - smoothing;
  return targets;
}

/** A promise's outcome, or the signal's reason as soon as it is aborted. */
async function orAborted<T>(promise: PromiseLike<T> | T, signal?: AbortSignal): Promise<T> {
  if (!signal) return await promise;
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * The values one by one, until the signal is aborted; then its reason is thrown, also while one is being
 * made.
 */
export async function* untilAborted<T>(
  values: Iterable<T> | AsyncIterable<T>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const iterator = Symbol.asyncIterator in values
    ? values[Symbol.asyncIterator]()
    : values[Symbol.iterator]();
  for (;;) {
    const { done, value } = await orAborted(iterator.next(), signal);
    if (done) return;
    yield value;
  }
}
