import { logits, type Model, type Weights } from "../models/mod.ts";
import { imagesFromPixels } from "../ops/mod.ts";
import type { ValidationBatches } from "../data/mod.ts";
import { type Proportion, wilson } from "../stats/mod.ts";
import { compile, type Compiled, type Precision, type tf } from "../tensorflow/mod.ts";
import { pixelsTensor, untilAborted } from "./input.ts";
import type { Recipe } from "./recipe.ts";
import { partsOf } from "./step.ts";

/** A network's outputs for a set of images, with their loss and accuracy. */
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
 * A network's softmax outputs for a batch: (weights, pixels [B, H, W, 3] or [B, H, W, 1]) -> [B, classes],
 * compiled.
 */
export type Predictor = Compiled<[Weights, tf.Tensor4D], tf.Tensor2D>;

/** Compiles a network for inference. The caller disposes it. */
export function makePredictor(model: Model, precision: Precision = "float32"): Predictor {
  return compile(
    (weights: Weights, pixels: tf.Tensor4D) =>
      logits(model, weights, precision)(imagesFromPixels(pixels)).softmax(),
    model,
  );
}

/** Pixels of the images that {@link inferenceBatch} takes at once, at most. */
const MOST_PIXELS = 2 ** 20;

/**
 * Images of a batch at inference: those that a training step takes at once, or more where they are small.
 * Small trainings take batches of 32, of which a network on two cores evaluates fewer a second.
 *
 * @param imageSize px
 * @throws {RangeError} as {@link partsOf}
 */
export function inferenceBatch(
  recipe: Pick<Recipe, "accumulate" | "batchSize">,
  imageSize: number,
): number {
  const few = Math.min(256, Math.floor(MOST_PIXELS / imageSize ** 2));
  return Math.max(recipe.batchSize / partsOf(recipe), few);
}

/**
 * Runs a network over validation images, batch by batch.
 *
 * @param weights the network's flat vectors; not disposed
 * @throws the signal's reason when it is aborted, between two batches
 */
export async function evaluate(
  predict: Predictor,
  weights: Weights,
  validation: ValidationBatches,
  classes: number,
  signal?: AbortSignal,
): Promise<Evaluation> {
  const { size, imageSize } = validation;
  const probabilities = new Float32Array(size * classes);
  const labels = new Int32Array(size);
  let filled = 0;
  for await (const batch of untilAborted(validation.batches(), signal)) {
    const pixels = pixelsTensor(batch, imageSize);
    const rows = await predict(weights, pixels).finally(() => pixels.dispose());
    probabilities.set(await rows.data() as Float32Array, filled * classes);
    rows.dispose();
    labels.set(batch.labels, filled);
    filled += batch.labels.length;
  }
  return { probabilities, labels, ...evaluateProbabilities(probabilities, labels, classes) };
}

/** Smallest probability whose logarithm is taken: float32's rounding, so that the loss stays finite. */
const LEAST_PROBABILITY = 2 ** -126;

/**
 * Loss and accuracy of softmax outputs.
 *
 * @param probabilities [labels, classes], row by row
 */
export function evaluateProbabilities(probabilities: Float32Array, labels: Int32Array, classes: number) {
  let [loss, correct] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    loss -= Math.log(Math.max(probabilities[i * classes + labels[i]], LEAST_PROBABILITY)) / labels.length;
    if (argmax(probabilities, i * classes, classes) === labels[i]) correct++;
  }
  return { loss, accuracy: wilson(correct, labels.length) };
}
