/** Pre-trains a masked autoencoder (He et al. 2022, arXiv 2111.06377) on images without labels. */
import type { Batch } from "../data/mod.ts";
import { type FlatWeights, type MaskedAutoencoder, reconstructionLoss } from "../models/mod.ts";
import { imagesFromPixels } from "../ops/mod.ts";
import { random, STREAMS } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { type BatchOptions, Inputs, pixelsTensor } from "./input.ts";
import { type EpochPace, type MonitoringOptions, trainLoop } from "./loop.ts";
import { biasCorrections, optimizerOf } from "./optimizer.ts";
import type { PretrainingRecipe } from "./recipe.ts";
import { learningRate } from "./schedule.ts";
import { createState, restoreState } from "./state.ts";
import { accumulationOf, type ImageInput, passOf, type StepRule } from "./step.ts";

/** One pre-training. */
export interface PretrainOptions extends BatchOptions, MonitoringOptions {
  model: MaskedAutoencoder;
  recipe: PretrainingRecipe;
  /** Decides initial weights and which patches are hidden. */
  seed: number;
  /**
   * Called at each epoch's end, before its checkpoint is written. Epochs done before a resume are not
   * repeated.
   */
  onEpoch?: (pace: EpochPace) => void | Promise<void>;
}

/** The outcome of a pre-training. */
export interface Pretrained {
  /** Weights of encoder and decoder. */
  weights: FlatWeights;
}

/** The input of a step. */
type MaskedInput = ImageInput & {
  /** Decides which patches are hidden, [B, N]; see `MaskedAutoencoder`. */
  noise: tf.Tensor2D;
};

/** Autoencoders have no moving average. */
const NO_AVERAGE = { ema: null };

/**
 * Trains to the end of the recipe, from the folder's checkpoint where there is one; killed and resumed or
 * not, it ends with the same weights.
 *
 * @throws {RangeError} when the recipe has no step
 * @throws the signal's reason when aborted, and what the source of batches throws
 */
export async function pretrain(options: PretrainOptions): Promise<Pretrained> {
  const { model, recipe, seed, signal, onEpoch, onStep, onStart, onDamagedCheckpoint, folder } = options;
  const { weights } = await trainLoop({
    folder,
    signal,
    onStep,
    onStart,
    onDamagedCheckpoint,
    schedule: recipe,
    begin: () => createState(model, NO_AVERAGE, seed),
    restore: (values) => restoreState(values, model, NO_AVERAGE),
    rule: maskedRule(model, recipe),
    inputs: new MaskedInputs(options),
    evaluate: () => Promise.resolve(),
    onEpoch: (pace) => onEpoch?.(pace),
  });
  return { weights };
}

/** Batches with the noise that hides patches. */
class MaskedInputs extends Inputs<MaskedInput> {
  readonly #options: PretrainOptions;

  constructor(options: PretrainOptions) {
    super(options);
    this.#options = options;
  }

  protected override tensors(batch: Batch, step: number): MaskedInput {
    const { model: { patches }, recipe, training, seed } = this.#options;
    const B = batch.labels.length;
    const stream = random(seed, STREAMS.mask, step);
    const noise = Float32Array.from({ length: B * patches }, () => stream.uniform());
    return {
      pixels: pixelsTensor(batch, training.imageSize),
      noise: tf.tensor2d(noise, [B, patches]),
      learningRate: tf.scalar(learningRate(recipe, step)),
      corrections: tf.tensor1d(biasCorrections(recipe.betas, step + 1)),
    };
  }
}

/** The step: hide, reconstruct, backward, AdamW. */
export function maskedRule(model: MaskedAutoencoder, recipe: PretrainingRecipe): StepRule<MaskedInput> {
  const pass: StepRule<MaskedInput>["pass"] = ({ parameters, buffers }, { pixels, noise }) => {
    const images = imagesFromPixels(pixels);
    const loss = (flat: tf.Tensor1D) =>
      reconstructionLoss(model, { parameters: flat, buffers }, { images, noise }, recipe.precision);
    return passOf(loss, parameters, recipe);
  };
  const optimizer = optimizerOf(model, recipe);
  return { pass, towers: model.towers, optimizer, ...NO_AVERAGE, ...accumulationOf(recipe) };
}
