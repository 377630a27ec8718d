/** Operations with gradients of their own: what the networks and the training step spend their time in. */
export { selfAttention } from "./attention.ts";
export { batchNormTraining, type Normalised } from "./batch_norm.ts";
export { addBias, conv2d, type Padding, relu } from "./conv.ts";
export { crossEntropy } from "./cross_entropy.ts";
export { depthwiseConv } from "./depthwise.ts";
export { dropout } from "./dropout.ts";
export { gatherRows } from "./gather.ts";
export { gelu } from "./gelu.ts";
export { withGradient } from "./gradient.ts";
export { normalise } from "./layer_norm.ts";
export { linear, type LinearLayer } from "./linear.ts";
export { imagesFromPixels } from "./pixels.ts";
export { type Part, partsOf } from "./parts.ts";
export { inPrecision } from "./precision.ts";
export { toPatches } from "./patches.ts";
export { adaptiveAveragePool, maxPool } from "./pool.ts";
export { addResidual } from "./residual.ts";
