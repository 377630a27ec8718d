/** Networks as plain functions over named tensors. */
export type { AlexNetConfig } from "./alexnet.ts";
export type { CnnConfig } from "./cnn.ts";
export type { ConvNeXtConfig } from "./convnext.ts";
export { checkImageSize, createAutoencoder, createEncoder, createModel } from "./create.ts";
export { describe, type LayerRow, type ModelDescription } from "./describe.ts";
export { type Fold, folded } from "./folds.ts";
export { type MaeConfig, type MaskedAutoencoder, normalisedPatches, type Reconstruction } from "./mae.ts";
export { encoderConfig, encoderOf } from "./mae_encoder.ts";
export { applyInTowers, cutIntoTowers } from "./towers.ts";
export { type Forward, type Model, type Outline, tensorsOf, type Weights } from "./model.ts";
export {
  countDecayed,
  countParameters,
  inFlatOrder,
  type Init,
  initialise,
  type Layout,
  type Parameters,
  type ParameterSpec,
  sinCosPositions,
  specSize,
  torchShape,
  unflatten,
} from "./parameters.ts";
export {
  autoencoders,
  convnextMicroSizes,
  convnextSizes,
  familyOf,
  type ModelConfig,
  modelNames,
  models,
} from "./registry.ts";
export type { ResNetConfig } from "./resnet.ts";
export {
  openSafetensors,
  readFloats,
  type SafetensorsFile,
  type TensorToWrite,
  type TensorValues,
  writeSafetensors,
} from "./safetensors.ts";
export { type Dtype, SafetensorsError, type TensorEntry } from "./safetensors_header.ts";
export type { VggConfig } from "./vgg.ts";
export type { ViTConfig } from "./vit.ts";
export {
  type FlatWeights,
  flatWeights,
  type LoadedWeights,
  type LoadOptions,
  loadWeights,
  saveWeights,
  type Weighted,
  WeightsError,
  weightTensors,
} from "./weights.ts";
