/** Multinomial logistic regression on features: the probe that is quick and has one answer. */
import { compile, tf } from "../tensorflow/mod.ts";
import { evaluateProbabilities, type Evaluation, smoothTargets } from "../train/mod.ts";
import {
  blocksOf,
  checkLabels,
  columnMoments,
  countClasses,
  type Features,
  heldOut,
  mapRows,
  selectRows,
} from "./features.ts";
import { lbfgs, type LbfgsOptions, type Objective } from "./lbfgs.ts";

/** A fitted regression. */
export interface LogisticModel {
  /** [columns, classes], then the classes' biases: one vector. */
  coefficients: Float64Array;
  classes: number;
  /** Moments of the features that it was fitted on. They standardise the features that it is applied to. */
  moments: ReturnType<typeof columnMoments>;
  /** Strength of the regularisation. */
  l2: number;
  /** Mean cross-entropy on the features that it was fitted on, nats, with the penalty. */
  objective: number;
  /** False when the solver stopped early; the accuracy is then a lower bound of what the features allow. */
  converged: boolean;
}

/** Settings of {@link fitLogistic}. */
export interface FitOptions extends LbfgsOptions {
  /**
   * Factor of half the squared weights, which is added to the mean cross-entropy; biases are free.
   * scikit-learn's C is 1 / (l2 * rows).
   */
  l2: number;
  classes: number;
  /** Coefficients to start from, for example those of a larger `l2`. Default zeros. */
  start?: Float64Array;
  /**
   * Features that are kept as tensors, bytes; where there are more, all are read each time. Default 512 MB.
   */
  keptBytes?: number;
  /** Default: of the features. */
  moments?: LogisticModel["moments"];
}

/** Coefficients and what standardises the features. */
type Affine = { coefficients: tf.Tensor1D; mean: tf.Tensor1D; std: tf.Tensor1D };

/** Features with mean 0 and standard deviation 1, [rows, columns]. */
function standardised({ mean, std }: Pick<Affine, "mean" | "std">, values: tf.Tensor2D): tf.Tensor2D {
  return values.sub(mean).div<tf.Tensor2D>(std);
}

/** @returns logits of standardised features, [rows, classes] */
function logitsOf(coefficients: tf.Tensor1D, x: tf.Tensor2D): tf.Tensor2D {
  const [, columns] = x.shape;
  const classes = coefficients.size / (columns + 1);
  const [weights, biases] = tf.split(coefficients, [columns * classes, classes]);
  return x.matMul<tf.Tensor2D>(weights.reshape([columns, classes])).add<tf.Tensor2D>(biases);
}

/** Summed cross-entropy of a block of rows, and its gradient by the coefficients. */
function lossAndGradient(coefficients: tf.Tensor1D, x: tf.Tensor2D, targets: tf.Tensor2D) {
  const logP = logitsOf(coefficients, x).logSoftmax();
  const error = logP.exp().sub<tf.Tensor2D>(targets); // (rows, classes)
  const gradient = tf.concat1d([x.matMul(error, true).reshape([-1]), error.sum(0)]);
  return { loss: targets.mul(logP).sum().neg() as tf.Scalar, gradient };
}

/** A block of rows as the objective takes it. */
type Rows = { x: tf.Tensor2D; targets: tf.Tensor2D };

/** Blocks of a matrix, standardised; those that are not kept are disposed when the next is asked for. */
function rowsOf(
  features: Features,
  classes: number,
  statistics: Pick<Affine, "mean" | "std">,
  keptBytes = 512e6,
) {
  const isKept = 4 * features.rows * features.columns <= keptBytes;
  const kept: Rows[] = [];
  const standardise = compile(standardised);
  async function* made(): AsyncGenerator<Rows> {
    for (const { begin, rows, values } of blocksOf(features)) {
      const block = tf.tensor2d(values, [rows, features.columns]);
      const x = await standardise(statistics, block).finally(() => block.dispose());
      const labels = features.labels.subarray(begin, begin + rows);
      const targets = tf.tensor2d(smoothTargets(labels, classes, 0), [rows, classes]);
      yield { x, targets };
      if (!isKept) tf.dispose([x, targets]);
      else kept.push({ x, targets });
    }
  }
  return {
    blocks: () => kept.length > 0 ? kept : made(),
    dispose: () => {
      standardise.dispose();
      tf.dispose(kept);
    },
  };
}

/**
 * Fits by L-BFGS, to the minimum of mean cross-entropy plus penalty. Features are standardised; see
 * `keptBytes` for how often they are read.
 *
 * @throws {Error} when the classes are fewer than 2 or a label is not among them
 */
export async function fitLogistic(features: Features, options: FitOptions): Promise<LogisticModel> {
  const { classes, l2 } = options;
  checkLabels(features, classes);
  if (!(l2 >= 0)) throw new Error(`l2 is ${l2}; it must be 0 or more.`);
  const moments = options.moments ?? columnMoments(features);
  const native = compile(lossAndGradient);
  const statistics = { mean: tf.tensor1d(moments.mean), std: tf.tensor1d(moments.std) };
  const rows = rowsOf(features, classes, statistics, options.keptBytes);
  const size = (features.columns + 1) * classes;
  const objective: Objective = async (x) => {
    const total = { value: 0, gradient: new Float64Array(size) };
    const coefficients = tf.tensor1d(Float32Array.from(x));
    for await (const { x, targets } of rows.blocks()) {
      const part = await native(coefficients, x, targets);
      total.value += (await part.loss.data())[0] / features.rows;
      (await part.gradient.data()).forEach((g, i) => total.gradient[i] += g / features.rows);
      tf.dispose(part);
    }
    coefficients.dispose();
    return penalised(total, x, l2, size - classes);
  };
  try {
    const minimum = await lbfgs(objective, options.start ?? new Float64Array(size), options);
    const { x: coefficients, value, converged } = minimum;
    return { coefficients, classes, moments, l2, objective: value, converged };
  } finally {
    native.dispose();
    rows.dispose();
    tf.dispose(statistics);
  }
}

function penalised(
  total: { value: number; gradient: Float64Array },
  x: Float64Array,
  l2: number,
  weights: number,
) {
  for (let i = 0; i < weights; i++) {
    total.value += l2 / 2 * x[i] ** 2;
    total.gradient[i] += l2 * x[i];
  }
  return total;
}

/**
 * Probabilities of the classes, [rows, classes] row by row.
 *
 * @throws {Error} when the features have another number of columns than those of the fit
 */
export async function predictLogistic(model: LogisticModel, features: Features): Promise<Float32Array> {
  const { classes, moments, coefficients } = model;
  const { columns } = features;
  if (columns !== moments.mean.length) {
    throw new Error(`The features have ${columns} columns; the probe was fitted on ${moments.mean.length}.`);
  }
  const affine = {
    coefficients: tf.tensor1d(Float32Array.from(coefficients)),
    mean: tf.tensor1d(moments.mean),
    std: tf.tensor1d(moments.std),
  };
  try {
    return await mapRows(
      features,
      classes,
      (x) => logitsOf(affine.coefficients, standardised(affine, x)).softmax<tf.Tensor2D>(),
    );
  } finally {
    tf.dispose(affine);
  }
}

/** The outcome of a probe. */
export interface ProbeResult extends Evaluation {
  /** 1 / number of classes. */
  chance: number;
}

/** Settings of {@link probeLogistic}. */
export interface LogisticProbeOptions extends Omit<LbfgsOptions, "memory">, Pick<FitOptions, "keptBytes"> {
  /** Number of classes. Default: as many as the training labels speak of. */
  classes?: number;
  /** Strengths of the regularisation to choose from. Default 1, 0.1, … 1e-5. */
  l2?: readonly number[];
  /** Share of the training rows on which the strength is chosen, (0, 1). Default 0.2. */
  heldOut?: number;
  /** Decides which rows those are. */
  seed: number;
}

/** The outcome of {@link probeLogistic}. */
export interface LogisticProbeResult extends ProbeResult {
  model: LogisticModel;
  /** Mean cross-entropy on the held-out training rows of each strength, from the greatest, nats. */
  candidates: { l2: number; loss: number }[];
}

const STRENGTHS = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5];

/**
 * Measures how well features tell classes apart, by multinomial logistic regression with an L2 penalty. The
 * penalty is chosen on a part of the training rows; the validation rows are looked at once, at the end.
 *
 * @throws {Error} for labels or settings that cannot be
 */
export async function probeLogistic(
  training: Features,
  validation: Features,
  options: LogisticProbeOptions,
): Promise<LogisticProbeResult> {
  const { l2 = STRENGTHS, classes = countClasses(training.labels) } = options;
  checkLabels(training, classes);
  checkLabels(validation, classes);
  const strengths = l2.toSorted((a, b) => b - a);
  const candidates = await candidatesOf(training, strengths, classes, options);
  const best = candidates.reduce((a, b) => b.loss < a.loss ? b : a);
  const model = await fitLogistic(training, { ...options, classes, l2: best.l2 });
  const probabilities = await predictLogistic(model, validation);
  const { labels } = validation;
  const result = {
    probabilities,
    labels,
    ...evaluateProbabilities(probabilities, labels, classes),
    chance: 1 / classes,
  };
  return { ...result, model, candidates };
}

/** Loss on the held-out rows of each strength; each fit starts from the one before. */
async function candidatesOf(
  training: Features,
  strengths: readonly number[],
  classes: number,
  options: LogisticProbeOptions,
) {
  if (strengths.length === 0) throw new Error("l2 is empty: give one strength or more.");
  if (strengths.length === 1) return [{ l2: strengths[0], loss: NaN }];
  const { kept, out } = heldOut(training.rows, options.heldOut ?? 0.2, options.seed);
  const [fitted, heldOutRows] = [selectRows(training, kept), selectRows(training, out)];
  const moments = columnMoments(fitted);
  const candidates: { l2: number; loss: number }[] = [];
  let start: Float64Array | undefined;
  for (const l2 of strengths) {
    const model = await fitLogistic(fitted, { ...options, classes, l2, moments, start });
    const probabilities = await predictLogistic(model, heldOutRows);
    candidates.push({ l2, loss: evaluateProbabilities(probabilities, heldOutRows.labels, classes).loss });
    start = model.coefficients;
  }
  return candidates;
}
