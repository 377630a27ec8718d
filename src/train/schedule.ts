import { type Recipe, stepsPerEpoch, totalSteps } from "./recipe.ts";

/** Where the cosine ends: ConvNeXt's and timm's `min_lr`. */
const MIN_LEARNING_RATE = 1e-6;

/**
 * Learning rate of one step: linear warm-up from 0, then half a cosine down to {@link MIN_LEARNING_RATE} (Loshchilov & Hutter
 * 2017; paper, Appendix A).
 *
 * @param step 0-based
 */
export function learningRate(recipe: Recipe, step: number): number {
  const warmup = Math.round(recipe.warmupEpochs * stepsPerEpoch(recipe));
  if (step < warmup) return recipe.learningRate * step / warmup;
  const progress = (step - warmup) / Math.max(1, totalSteps(recipe) - warmup);
  const cosine = (1 + Math.cos(Math.PI * progress)) / 2;
  return MIN_LEARNING_RATE + (recipe.learningRate - MIN_LEARNING_RATE) * cosine;
}
