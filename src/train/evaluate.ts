import { type Model, unflatten } from "../models/mod.ts";
import type { ValidationBatches } from "../data/mod.ts";
import { type Proportion, wilson } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { breathe } from "./breathe.ts";

/** What a network says about a set of images. */
export interface Evaluation {
  /** Softmax outputs, one row of `classes` numbers an image, in the order of the validation set. */
  probabilities: Float32Array;
  /** True class of each image. */
  labels: Int32Array;
  /** Mean cross-entropy with the true classes, nats. */
  loss: number;
  /** Share of images whose largest output is the true class. */
  accuracy: Proportion;
}

/** Index of a row's largest number; the first of equals. */
export function argmax(values: ArrayLike<number>, start = 0, length = values.length): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (values[start + i] > values[start + best]) best = i;
  return best;
}

/**
 * Runs a network over validation images, batch by batch.
 *
 * @param parameters the network's flat vector; not disposed
 * @throws the signal's reason when it is aborted between two batches
 */
export async function evaluate(
  model: Model,
  parameters: tf.Tensor1D,
  validation: ValidationBatches,
  signal?: AbortSignal,
): Promise<Evaluation> {
  const { classes } = model;
  const probabilities = new Float32Array(validation.size * classes);
  const labels = new Int32Array(validation.size);
  let filled = 0;
  for (const batch of validation.batches()) {
    signal?.throwIfAborted();
    probabilities.set(predict(model, parameters, batch.images, validation.imageSize), filled * classes);
    labels.set(batch.labels, filled);
    filled += batch.labels.length;
    await breathe();
  }
  return { probabilities, labels, ...score(probabilities, labels, classes) };
}

/** Softmax outputs of one batch, row by row. */
function predict(model: Model, parameters: tf.Tensor1D, images: Float32Array, size: number): Float32Array {
  return tf.tidy(() => {
    const x = tf.tensor4d(images, [images.length / (size * size * 3), size, size, 3]);
    return model.apply(unflatten(model.specs, parameters), x).softmax().dataSync() as Float32Array;
  });
}

/** Smallest probability whose logarithm is taken: float32's rounding, so that the loss stays finite. */
const LEAST_PROBABILITY = 2 ** -126;

function score(probabilities: Float32Array, labels: Int32Array, classes: number) {
  let [loss, correct] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    loss -= Math.log(Math.max(probabilities[i * classes + labels[i]], LEAST_PROBABILITY)) / labels.length;
    if (argmax(probabilities, i * classes, classes) === labels[i]) correct++;
  }
  return { loss, accuracy: wilson(correct, labels.length) };
}
