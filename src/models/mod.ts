/** Networks as plain functions over named tensors. */
export type { CnnConfig } from "./cnn.ts";
export type { ConvNeXtConfig } from "./convnext.ts";
export { type Forward, type Model, type Outline, tensorsOf, type Weights } from "./model.ts";
export {
  countParameters,
  decayMask,
  type Init,
  initialise,
  type Layout,
  type Parameters,
  type ParameterSpec,
  specSize,
  torchShape,
  unflatten,
} from "./parameters.ts";
export { createModel, type ModelConfig, modelNames, models } from "./registry.ts";
