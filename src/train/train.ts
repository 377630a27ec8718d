/** Trains a classifier. */
import type { Batch, ValidationBatches } from "../data/mod.ts";
import {
  countParameters,
  type FlatWeights,
  type ForwardOptions,
  logits,
  type Model,
  type ParameterSpec,
  placesIn,
  specSize,
  unflatten,
} from "../models/mod.ts";
import { crossEntropy, imagesFromPixels } from "../ops/mod.ts";
import { type Proportion, random, STREAMS } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { evaluate, type Evaluation, makePredictor } from "./evaluate.ts";
import { type BatchOptions, Inputs, pixelsTensor, smoothTargets } from "./input.ts";
import { type EpochPace, type MonitoringOptions, timed, trainLoop } from "./loop.ts";
import { mix, mixInput, mixPlan } from "./mixup.ts";
import { biasCorrections, optimizerOf } from "./optimizer.ts";
import { paperRecipe, type Recipe } from "./recipe.ts";
import { learningRate } from "./schedule.ts";
import { createState, createWeights, evaluatedWeights, restoreState } from "./state.ts";
import { accumulationOf, passOf, type StepInput, type StepRule, type TrainState } from "./step.ts";

/** Everything that the inputs of a classifier's steps are made from. */
interface InputOptions extends BatchOptions {
  model: Model;
  recipe: Recipe;
  /** Decides initial weights, dropped paths, dropped values and mixing. */
  seed: number;
}

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
type Trained = Evaluation & {
  weights: FlatWeights;
  /** Evaluation of `trainingImages`. */
  onTraining?: Evaluation;
};

/**
 * Trains to the end of the recipe and evaluates after each epoch; resumed as {@link trainLoop} is.
 *
 * @returns the evaluation after the last step, and the weights that it is of
 * @throws {RangeError} when the recipe has no step
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
        if (!trainingImages) return;
        onTraining = await timed("training images", () => evaluateOn(trainingImages, state));
      },
    });
    return { ...evaluation, weights, onTraining };
  } finally {
    predict.dispose();
  }
}

/**
 * What a first step of {@link paperRecipe} reads, at a rate of 0.001, to measure a step by: labels are 0, 1,
 * 2, … in turns, nothing is mixed and no branch is left out. The caller disposes it, with the pixels.
 *
 * @param pixels of the batch, [B, H, W, channels]
 */
export function trialInput(model: Model, pixels: tf.Tensor4D): StepInput {
  const { betas, labelSmoothing } = paperRecipe;
  const [B] = pixels.shape;
  const labels = Array.from({ length: B }, (_, i) => i % model.classes);
  return {
    pixels,
    targets: tf.tensor2d(smoothTargets(labels, model.classes, labelSmoothing), [B, model.classes]),
    learningRate: tf.scalar(1e-3),
    corrections: tf.tensor1d(biasCorrections(betas, 1)),
    keep: model.dropPath.some((p) => p > 0) ? tf.ones([model.dropPath.length, B]) : undefined,
    dropout: model.dropout ? tf.tensor1d([0, 1], "int32") : undefined,
  };
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
    if (recipe.mix) input.mixing = mixInput(mixPlan(recipe.mix, random(seed, STREAMS.mix, step), B, size));
    if (model.dropPath.some((p) => p > 0)) input.keep = this.#keep(step, B);
    if (model.dropout) input.dropout = this.#dropoutKey(step);
    return input;
  }

  /**
   * Stochastic depth of one step (Huang et al. 2016; timm's `DropPath`): 0, or 1 / (1 - p), [branches, B].
   */
  #keep(step: number, B: number): tf.Tensor2D {
    const { model, seed } = this.#options;
    const stream = random(seed, STREAMS.dropPath, step);
    const factors = new Float32Array(model.dropPath.length * B);
    model.dropPath.forEach((p, branch) => {
      for (let i = 0; i < B; i++) factors[branch * B + i] = stream.uniform() < p ? 0 : 1 / (1 - p);
    });
    return tf.tensor2d(factors, [model.dropPath.length, B]);
  }

  /** Key of one step's dropout, int32 [2]. */
  #dropoutKey(step: number): tf.Tensor1D {
    const stream = random(this.#options.seed, STREAMS.dropout, step);
    return tf.tensor1d([stream.uint32() | 0, stream.uint32() | 0], "int32");
  }
}

/**
 * The step rule of a classifier under a recipe.
 *
 * @param rates factor of each parameter's learning rate. Default 1.
 */
export function classifierRule(model: Model, recipe: Recipe, rates?: Float32Array): StepRule<StepInput> {
  const [pass, optimizer] = [makePass(model, recipe), optimizerOf(model, recipe, rates)];
  return { pass, towers: model.towers, optimizer, ema: recipe.ema, ...accumulationOf(recipe) };
}

/** The forward and the backward pass of a classifier under a recipe. */
function makePass(model: Model, recipe: Recipe): StepRule<StepInput>["pass"] {
  return ({ parameters, buffers }, { keep, dropout, images: places, mixing, ...batch }) => {
    const seen = { images: imagesFromPixels(batch.pixels), targets: batch.targets };
    const { images, targets } = mixing ? mix(seen.images, seen.targets, mixing) : seen;
    const observed: Record<string, tf.Tensor> = {};
    const observe: ForwardOptions["observe"] = (name, mean, variance) =>
      Object.assign(observed, { [`${name}.running_mean`]: mean, [`${name}.running_var`]: variance });
    const loss = (flat: tf.Tensor1D) => {
      const classify = logits(model, { parameters: flat, buffers }, recipe.precision);
      const part = places && { of: recipe.batchSize, images: places };
      return crossEntropy(classify(images, { keep, dropout, part, training: true, observe }), targets);
    };
    const pass = passOf(loss, parameters, recipe);
    return buffers ? { ...pass, buffers: movedBuffers(model, buffers, observed) } : pass;
  };
}

/** How far a batch moves batch norm's running statistics; PyTorch's default. */
const MOMENTUM = 0.1;

/** Buffers after a batch: running statistics move towards those that were observed, all else stays. */
function movedBuffers(model: Model, buffers: tf.Tensor1D, observed: Record<string, tf.Tensor>): tf.Tensor1D {
  const before = unflatten(model.buffers, buffers);
  const batch = tf.concat1d(model.buffers.map(({ name }) => (observed[name] ?? before[name]).reshape([-1])));
  tf.dispose(observed);
  return buffers.add(batch.sub(buffers).mul(MOMENTUM));
}

/** One fine-tuning. */
interface FineTuneOptions extends Omit<TrainOptions, "rates"> {
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
 * @throws {RangeError} when the recipe has no step
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

/**
 * Factor of each parameter's learning rate, `decay^(head - layer)`, in the layout of the flat vector:
 * layer-wise decay (Clark et al. 2020; BEiT). The nearer to the image a layer is, the less fine-tuning may
 * change it. Layers are grouped as by timm's `param_groups_layer_decay`.
 *
 * @param decay in (0, 1]; BEiT and MAE fine-tune with 0.65 to 0.75
 * @throws {RangeError} for another decay
 */
export function layerRates(
  { specs, layerGroups }: Pick<Model, "specs" | "layerGroups">,
  decay: number,
): Float32Array<ArrayBuffer> {
  if (!(decay > 0 && decay <= 1)) {
    throw new RangeError(`layerDecay is ${decay}; give a factor above 0, up to 1`);
  }
  const head = Math.max(...layerGroups);
  const rates = new Float32Array(countParameters(specs));
  placesIn(specs, rates).forEach(({ values }, i) => values.fill(decay ** (head - layerGroups[i])));
  return rates;
}
