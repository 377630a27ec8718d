/** Operations with gradients of their own: a training step spends its time in them. */
export { type BatchPart, dropout, gelu, relu } from "./activations.ts";
export { selfAttention } from "./attention.ts";
export { conv2d, depthwiseConv } from "./conv.ts";
export { addBias, foldNorm, foldScale, linear } from "./linear.ts";
export { crossEntropy } from "./loss.ts";
export { BATCH_NORM_EPSILON, batchNormTraining, normalise } from "./norms.ts";
export { adaptiveAveragePool, maxPool } from "./pool.ts";
export {
  addResidual,
  asRows,
  gatherRows,
  imagesFromPixels,
  inPrecision,
  partsOf,
  toPatches,
} from "./tensors.ts";
