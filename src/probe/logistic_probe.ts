import { type Evaluation, score } from "../train/mod.ts";
import { countClasses, type Features, selectRows } from "./features.ts";
import { heldOut } from "./held_out.ts";
import type { LbfgsOptions } from "./lbfgs.ts";
import { checkLabels, fitLogistic, type LogisticModel, predictLogistic } from "./logistic.ts";
import { columnMoments } from "./standardise.ts";

/** What a probe found. */
export interface ProbeResult extends Evaluation {
  /** 1 / number of classes. */
  chance: number;
}

/** Settings of {@link probeLogistic}. */
export interface LogisticProbeOptions extends Omit<LbfgsOptions, "memory"> {
  /** Number of classes. Default: as many as the training labels speak of. */
  classes?: number;
  /** Strengths of the regularisation to choose from. Default 1, 0.1, … 1e-5. */
  l2?: readonly number[];
  /** Share of the training rows on which the strength is chosen, (0, 1). Default 0.2. */
  heldOut?: number;
  /** Decides which rows those are. */
  seed: number;
}

/** What {@link probeLogistic} found. */
export interface LogisticProbeResult extends ProbeResult {
  model: LogisticModel;
  /** Of each strength, from the greatest: mean cross-entropy on the held-out training rows, nats. */
  candidates: { l2: number; loss: number }[];
}

const STRENGTHS = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5];

/**
 * How well features tell classes apart, by multinomial logistic regression with an L2 penalty. The penalty is chosen on a part
 * of the training rows; the validation rows are looked at once, at the end.
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
  const result = { probabilities, labels, ...score(probabilities, labels, classes), chance: 1 / classes };
  return { ...result, model, candidates };
}

/** Loss on the held-out rows of each strength; each fit starts from the one before. */
async function candidatesOf(
  training: Features,
  strengths: readonly number[],
  classes: number,
  options: LogisticProbeOptions,
) {
  if (strengths.length === 0) throw new Error("l2 is empty: give one strength or more");
  if (strengths.length === 1) return [{ l2: strengths[0], loss: NaN }];
  const { kept, out } = heldOut(training.rows, options.heldOut ?? 0.2, options.seed);
  const [fitted, judged] = [selectRows(training, kept), selectRows(training, out)];
  const moments = columnMoments(fitted);
  const candidates: { l2: number; loss: number }[] = [];
  let start: Float64Array | undefined;
  for (const l2 of strengths) {
    const model = await fitLogistic(fitted, { ...options, classes, l2, moments, start });
    const probabilities = await predictLogistic(model, judged);
    candidates.push({ l2, loss: score(probabilities, judged.labels, classes).loss });
    start = model.coefficients;
  }
  return candidates;
}
