/** Networks as plain functions over named tensors. */
export type { AlexNetConfig } from "./alexnet.ts";
export { type ConvNeXtConfig, convnextMicroSizes, convnextSizes } from "./convnext.ts";
export { layerOutput, logits, reconstructionLoss } from "./logits.ts";
export {
  autoencoders,
  encoderOf,
  type MaeConfig,
  maeSchema,
  type MaskedAutoencoder,
  normalisedPatches,
  type Reconstruction,
} from "./mae.ts";
export {
  describe,
  type Fold,
  folded,
  type Forward,
  type LayerRow,
  type Model,
  type ModelDescription,
  tensorsOf,
  type Weights,
} from "./model.ts";
export {
  countDecayed,
  countParameters,
  createWeights,
  drawValues,
  type FlatWeights,
  inFlatOrder,
  type Init,
  type Layout,
  type Parameters,
  type ParameterSpec,
  placesIn,
  sinCosPositions,
  specSize,
  torchShape,
  unflatten,
} from "./parameters.ts";
export {
  checkImageSize,
  createAutoencoder,
  createEncoder,
  createModel,
  familyOf,
  type ModelConfig,
  modelNames,
  models,
  modelSchema,
} from "./registry.ts";
export type { ResNetConfig } from "./resnet.ts";
export type { VggConfig } from "./vgg.ts";
export type { ViTConfig } from "./vit.ts";
export {
  openSafetensors,
  readFloats,
  type SafetensorsFile,
  type TensorToWrite,
  type TensorValues,
  writeSafetensors,
} from "./weights/safetensors.ts";
export { type Dtype, SafetensorsError, type TensorEntry } from "./weights/safetensors_header.ts";
export {
  flatWeights,
  type LoadedWeights,
  type LoadOptions,
  loadWeights,
  saveWeights,
  type Weighted,
  WeightsError,
  weightTensors,
} from "./weights/weight_file.ts";
