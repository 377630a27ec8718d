import type { Recipe } from "./recipe.ts";

/** The part of a recipe that says how long to train and how fast. */
export type Schedule = Pick<
  Recipe,
  "epochs" | "stopAfter" | "samplesPerEpoch" | "warmupEpochs" | "batchSize" | "learningRate"
>;

/**
 * Epochs until training ends: all of the schedule, or those before it is stopped.
 *
 * @throws {RangeError} when there are none
 */
export function epochsTrained({ epochs, stopAfter }: Pick<Schedule, "epochs" | "stopAfter">): number {
  const trained = Math.min(epochs, stopAfter ?? epochs);
  if (trained >= 1) return trained;
  throw new RangeError(
    `recipe.epochs (${epochs})${stopAfter === undefined ? "" : ` and recipe.stopAfter (${stopAfter})`} ` +
      "leave nothing to train; give 1 or more",
  );
}

/**
 * Optimizer steps in one epoch: the last, partial batch is not taken.
 *
 * @throws {RangeError} when an epoch is shorter than its batch, so that no step would be taken
 */
export function stepsPerEpoch({ samplesPerEpoch, batchSize }: Schedule): number {
  const steps = Math.floor(samplesPerEpoch / batchSize);
  if (steps >= 1 && Number.isFinite(steps)) return steps;
  throw new RangeError(
    `recipe.batchSize (${batchSize}) is larger than recipe.samplesPerEpoch (${samplesPerEpoch}), ` +
      "so that no step would be taken; give smaller batches or longer epochs",
  );
}

/** Optimizer steps of the whole schedule. */
function totalSteps(schedule: Schedule): number {
  return schedule.epochs * stepsPerEpoch(schedule);
}

/** Where the cosine ends: ConvNeXt's and timm's `min_lr`. */
const MIN_LEARNING_RATE = 1e-6;

/**
 * Learning rate of one step: linear warm-up from 0, then half a cosine (Loshchilov & Hutter 2017; paper,
 * Appendix A).
 *
 * @param step 0-based
 * @param minimum where the cosine ends. Default 1e-6.
 */
export function learningRate(schedule: Schedule, step: number, minimum = MIN_LEARNING_RATE): number {
  const warmup = Math.round(schedule.warmupEpochs * stepsPerEpoch(schedule));
  if (step < warmup) return schedule.learningRate * step / warmup;
  const progress = (step - warmup) / Math.max(1, totalSteps(schedule) - warmup);
  const cosine = (1 + Math.cos(Math.PI * progress)) / 2;
  return minimum + (schedule.learningRate - minimum) * cosine;
}
