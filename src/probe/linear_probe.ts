/**
 * The linear probe of MAE (He et al. 2022, arXiv 2111.06377, appendix A.1), on features that are computed
 * once.
 */
import { crossEntropy } from "../ops/mod.ts";
import { permutation, type Proportion, random, STREAMS } from "../stats/mod.ts";
import { compile, tf } from "../tensorflow/mod.ts";
import {
  evaluateProbabilities,
  learningRate,
  type Schedule,
  smoothTargets,
  stepsPerEpoch,
} from "../train/mod.ts";
import { checkLabels, countClasses, type Features, heldOut, mapRows, selectRows } from "./features.ts";
import type { ProbeResult } from "./logistic.ts";

/** Hyper-parameters of the probe. */
export interface LinearProbeRecipe extends LarsConfig {
  epochs: number;
  /** Epochs over which the learning rate rises linearly from 0. */
  warmupEpochs: number;
  /** Rows a step; where there are fewer training rows, all of them. */
  batchSize: number;
  /** Learning rate of a batch of 256; it grows with the batch. */
  baseLearningRate: number;
}

/**
 * MAE's Table 10, from its 90 epochs of LARS to its base learning rate. MAE draws a random crop of each image
 * anew in every epoch, for which the network must run 90 times; here its features are computed once, from the
 * centre crop.
 *
 * It is made for the 7,000 steps that ImageNet-1K takes: LARS moves the weights by a few thousandths of their
 * length a step. For thousands of images instead of millions take {@link sgdProbe} or `probeLogistic`.
 */
export const maeProbe: LinearProbeRecipe = {
  epochs: 90,
  warmupEpochs: 10,
  batchSize: 16_384,
  baseLearningRate: 0.1,
  momentum: 0.9,
  weightDecay: 0,
  trustCoefficient: 1e-3,
};

/** {@link maeProbe} for few images: plain gradient descent in batches of 256. */
export const sgdProbe: LinearProbeRecipe = { ...maeProbe, batchSize: 256, trustCoefficient: null };

/**
 * Added to the variance (MAE's `BatchNorm1d(affine=False, eps=1e-6)`); how far a batch moves the running
 * statistics.
 */
const EPSILON = 1e-6, BATCH_NORM_MOMENTUM = 0.1;
/** Standard deviation of the initial weights, MAE's. */
const INITIAL_STD = 0.01;

/** All that a step changes. */
export type ProbeState = {
  /** [columns, classes] */
  weight: Moving<tf.Tensor2D>;
  /** [classes] */
  bias: Moving<tf.Tensor1D>;
  /** Running statistics of the batch norm, [columns]. */
  mean: tf.Tensor1D;
  variance: tf.Tensor1D;
};

/** The input of a step: rows of features, one-hot classes, the learning rate. */
type ProbeInput = { x: tf.Tensor2D; targets: tf.Tensor2D; rate: tf.Scalar };

function batchNorm(x: tf.Tensor2D, mean: tf.Tensor1D, variance: tf.Tensor1D): tf.Tensor2D {
  return x.sub(mean).mul(variance.add(EPSILON).rsqrt());
}

/** Logits by the running statistics, [rows, classes]. */
export function probeLogits({ weight, bias, mean, variance }: ProbeState, x: tf.Tensor2D): tf.Tensor2D {
  return batchNorm(x, mean, variance).matMul<tf.Tensor2D>(weight.value).add(bias.value);
}

/** One step: batch norm without scale and shift, a linear layer, cross-entropy, LARS. A pure function. */
export function probeStep(
  state: ProbeState,
  { x, targets, rate }: ProbeInput,
  config: LarsConfig,
): { state: ProbeState; loss: tf.Scalar } {
  const { mean, variance } = tf.moments(x, 0) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
  const normalised = batchNorm(x, mean, variance);
  const loss = (weight: tf.Tensor, bias: tf.Tensor) =>
    crossEntropy(normalised.matMul<tf.Tensor2D>(weight).add(bias), targets);
  const { value, grads: [dWeight, dBias] } = tf.valueAndGrads(loss)([state.weight.value, state.bias.value]);
  const moved = (before: tf.Tensor1D, batch: tf.Tensor1D) =>
    before.add<tf.Tensor1D>(batch.sub(before).mul(BATCH_NORM_MOMENTUM));
  const rows = x.shape[0];
  return {
    state: {
      weight: lars(state.weight, dWeight as tf.Tensor2D, rate, config),
      bias: lars(state.bias, dBias as tf.Tensor1D, rate, config),
      mean: moved(state.mean, mean),
      variance: moved(state.variance, variance.mul(rows / Math.max(1, rows - 1))),
    },
    loss: value as tf.Scalar,
  };
}

/** Settings of {@link linearProbe}. */
export interface LinearProbeOptions {
  /** Default {@link maeProbe}. */
  recipe?: LinearProbeRecipe;
  /** Number of classes. Default: as many as the training labels speak of. */
  classes?: number;
  /** Decides the initial weights and the order of the rows. */
  seed: number;
  signal?: AbortSignal;
  onEpoch?: (epoch: number, trainLoss: number) => void;
}

/**
 * Trains MAE's linear probe on features and evaluates it.
 *
 * @throws {Error} for labels or a recipe that cannot be, or when the loss is no number any more
 * @throws the signal's reason when it is aborted between two steps
 */
export async function linearProbe(
  training: Features,
  validation: Features,
  options: LinearProbeOptions,
): Promise<ProbeResult> {
  const { classes = countClasses(training.labels), recipe = maeProbe, seed } = options;
  checkLabels(training, classes);
  checkLabels(validation, classes);
  checkRecipe(recipe);
  const start = initialProbe(training.columns, classes, seed);
  const state = await trainProbe(start, training, classes, { ...options, recipe });
  try {
    const { labels } = validation;
    const probabilities = await mapRows(validation, classes, (x) => probeLogits(state, x).softmax());
    return {
      probabilities,
      labels,
      ...evaluateProbabilities(probabilities, labels, classes),
      chance: 1 / classes,
    };
  } finally {
    tf.dispose(state);
  }
}

function initialProbe(columns: number, classes: number, seed: number): ProbeState {
  const draw = random(seed, STREAMS.probeWeights);
  const values = Float32Array.from({ length: columns * classes }, () => INITIAL_STD * draw.truncatedNormal());
  return {
    weight: { value: tf.tensor2d(values, [columns, classes]), velocity: tf.zeros([columns, classes]) },
    bias: { value: tf.zeros([classes]), velocity: tf.zeros([classes]) },
    mean: tf.zeros([columns]),
    variance: tf.ones([columns]),
  };
}

/** Goes from a state, which it disposes, to the last one. */
async function trainProbe(
  from: ProbeState,
  training: Features,
  classes: number,
  { recipe, seed, signal, onEpoch }: LinearProbeOptions & { recipe: LinearProbeRecipe },
): Promise<ProbeState> {
  const schedule = scheduleOf(recipe, training.rows);
  const steps = stepsPerEpoch(schedule);
  const take = compile((state: ProbeState, input: ProbeInput) => probeStep(state, input, recipe));
  let [state, step, epochLoss] = [from, 0, 0];
  try {
    for (const input of stepInputs(schedule, training, classes, seed)) {
      const { state: next, loss } = await take(state, input).finally(() => tf.dispose(input));
      tf.dispose(state);
      state = next;
      const [value] = await loss.data();
      loss.dispose();
      if (!Number.isFinite(value)) throw new Error(`The probe's loss became ${value} at step ${step}.`);
      epochLoss += value / steps;
      if (++step % steps === 0) {
        onEpoch?.(step / steps, epochLoss);
        epochLoss = 0;
      }
      signal?.throwIfAborted();
    }
    return state;
  } catch (error) {
    tf.dispose(state);
    throw error;
  } finally {
    take.dispose();
  }
}

function checkRecipe({ epochs, batchSize }: LinearProbeRecipe): void {
  if (![epochs, batchSize].every((value) => Number.isInteger(value) && value >= 1)) {
    throw new Error(
      `recipe: epochs is ${epochs} and batchSize ${batchSize}; give whole numbers of 1 or more.`,
    );
  }
}

function scheduleOf(recipe: LinearProbeRecipe, rows: number): Schedule {
  const batchSize = Math.min(recipe.batchSize, rows);
  const learningRate = recipe.baseLearningRate * batchSize / 256;
  return { ...recipe, batchSize, samplesPerEpoch: rows, learningRate };
}

/** The input of each step: the rows in a new order every epoch, the last, partial batch left out. */
function* stepInputs(
  schedule: Schedule,
  training: Features,
  classes: number,
  seed: number,
): Generator<ProbeInput> {
  const { batchSize, epochs } = schedule;
  const steps = stepsPerEpoch(schedule);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(training.rows, seed, STREAMS.probeOrder, epoch);
    for (let place = 0; place < steps; place++) {
      // The order within a batch changes nothing but how quickly it is read.
      const chosen = order.slice(place * batchSize, (place + 1) * batchSize).sort();
      const labels = Int32Array.from(chosen, (row) => training.labels[row]);
      yield {
        x: tf.tensor2d(training.read(chosen), [batchSize, training.columns]),
        targets: tf.tensor2d(smoothTargets(labels, classes, 0), [batchSize, classes]),
        rate: tf.scalar(learningRate(schedule, epoch * steps + place, 0)),
      };
    }
  }
}

/** Numbers of a step of gradient descent with momentum. */
interface LarsConfig {
  momentum: number;
  weightDecay: number;
  /** Length of a matrix's step as a share of the matrix's own (LARS); `null` for plain gradient descent. */
  trustCoefficient: number | null;
}

/** A tensor and the running sum of its steps. */
export type Moving<T extends tf.Tensor = tf.Tensor> = { value: T; velocity: T };

/**
 * One step of LARS (You, Gitman & Ginsburg 2017) as MAE takes it: the gradient of a matrix, with its weight
 * decay, is scaled to a share of the matrix's norm; biases get neither. Momentum sums what comes out, and the
 * learning rate scales the sum.
 */
export function lars<T extends tf.Tensor>(
  { value, velocity }: Moving<T>,
  gradient: T,
  learningRate: tf.Scalar,
  { momentum, weightDecay, trustCoefficient }: LarsConfig,
): Moving<T> {
  const isMatrix = value.rank > 1;
  const decayed = isMatrix && weightDecay > 0 ? gradient.add<T>(value.mul(weightDecay)) : gradient;
  const scaled = isMatrix && trustCoefficient !== null
    ? decayed.mul<T>(trust(value, decayed, trustCoefficient))
    : decayed;
  const next = velocity.mul(momentum).add<T>(scaled);
  return { value: value.sub<T>(next.mul(learningRate)), velocity: next };
}

/** Factor of the step; 1 where the tensor or its gradient is nothing but zeros. */
function trust(value: tf.Tensor, gradient: tf.Tensor, coefficient: number): tf.Tensor {
  const [w, g] = [value.norm(), gradient.norm()];
  const both = tf.logicalAnd(w.greater(0), g.greater(0));
  return tf.where(both, w.div(g).mul(coefficient), tf.onesLike(w));
}

/** Features of the same images from one layer. */
export interface LayerFeatures {
  /** Name of the layer, for the result. */
  layer: string;
  training: Features;
  validation: Features;
}

/** Settings of {@link sweepLinearProbe}. */
interface ProbeSweepOptions extends LinearProbeOptions {
  /** Default 0.1, 0.2, 0.3: the paper's for Table 8 (appendix A). */
  baseLearningRates?: readonly number[];
  /** Share of the training rows on which the settings are compared, (0, 1). Default 0.2. */
  heldOut?: number;
}

/** One setting and how it did on the held-out training rows. */
export interface ProbeCandidate {
  layer: string;
  baseLearningRate: number;
  heldOut: Proportion;
}

/** The outcome of {@link sweepLinearProbe}: the best setting, trained again on all training rows. */
interface ProbeSweepResult extends ProbeResult {
  layer: string;
  baseLearningRate: number;
  candidates: ProbeCandidate[];
}

const BASE_LEARNING_RATES = [0.1, 0.2, 0.3];

/**
 * MAE's linear probe at each layer and base learning rate, as the paper's Table 8 sweeps blocks 8, 9 and 10.
 * The best is chosen on held-out training rows, so that the validation accuracy is of one probe and not the
 * best of many.
 *
 * @throws {Error} when there is no layer or no learning rate
 */
export async function sweepLinearProbe(
  layers: readonly LayerFeatures[],
  options: ProbeSweepOptions,
): Promise<ProbeSweepResult> {
  const { baseLearningRates = BASE_LEARNING_RATES, recipe = maeProbe, seed } = options;
  const candidates: ProbeCandidate[] = [];
  for (const { layer, training } of layers) {
    const { kept, out } = heldOut(training.rows, options.heldOut ?? 0.2, seed);
    const [fitted, heldOutRows] = [selectRows(training, kept), selectRows(training, out)];
    for (const baseLearningRate of baseLearningRates) {
      const tried = await linearProbe(fitted, heldOutRows, {
        ...options,
        recipe: { ...recipe, baseLearningRate },
      });
      candidates.push({ layer, baseLearningRate, heldOut: tried.accuracy });
    }
  }
  if (candidates.length === 0) throw new Error("Give one layer and one base learning rate or more.");
  const best = candidates.reduce((a, b) => b.heldOut.value > a.heldOut.value ? b : a);
  const { layer, baseLearningRate } = best;
  const { training, validation } = layers.find((features) => features.layer === layer)!;
  const final = { ...options, recipe: { ...recipe, baseLearningRate } };
  return { ...await linearProbe(training, validation, final), layer, baseLearningRate, candidates };
}
