import type { Recipe } from "./recipe.ts";

/** The part of a recipe that says how long to train and how fast. */
export type Schedule = Pick<
  Recipe,
  "epochs" | "stopAfter" | "samplesPerEpoch" | "warmupEpochs" | "batchSize" | "learningRate"
>;

/** Epochs until training ends: all of the schedule, or those before it is stopped. */
export function epochsTrained({ epochs, stopAfter }: Pick<Schedule, "epochs" | "stopAfter">): number {
  return Math.min(epochs, stopAfter ?? epochs);
}

/** Optimizer steps in one epoch: the last, partial batch is not taken. */
export function stepsPerEpoch(schedule: Schedule): number {
  return Math.floor(schedule.samplesPerEpoch / schedule.batchSize);
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
