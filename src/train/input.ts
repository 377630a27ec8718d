/** The inputs of training steps, each made while the step before it runs. */
import type { Batch, TrainingBatches } from "../data/mod.ts";
import { bytesTensor, type TensorTree, tf } from "../tensorflow/mod.ts";

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
