import { type Schedule, stepsPerEpoch, totalSteps } from "./recipe.ts";

/** Where the cosine ends: ConvNeXt's and timm's `min_lr`. */
const MIN_LEARNING_RATE = 1e-6;

/**
 * Learning rate of one step: linear warm-up from 0, then half a cosine (Loshchilov & Hutter 2017; paper, Appendix A).
 *
 * @param step 0-based
 * @param minimum where the cosine ends. Default 1e-6.
 */
export function learningRate(recipe: Schedule, step: number, minimum = MIN_LEARNING_RATE): number {
  const warmup = Math.round(recipe.warmupEpochs * stepsPerEpoch(recipe));
  if (step < warmup) return recipe.learningRate * step / warmup;
  const progress = (step - warmup) / Math.max(1, totalSteps(recipe) - warmup);
  const cosine = (1 + Math.cos(Math.PI * progress)) / 2;
  return minimum + (recipe.learningRate - minimum) * cosine;
}
