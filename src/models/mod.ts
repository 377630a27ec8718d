/** Networks as plain functions over named tensors. */
export type { AlexNetConfig } from "./alexnet.ts";
export { type ConvNeXtConfig, convnextMicroSizes, convnextSizes } from "./convnext.ts";
export { layerOutput, logits, reconstructionLoss } from "./logits.ts";
export {
  autoencoders,
  encoderConfig,
  encoderOf,
  type MaeConfig,
  maeSchema,
  type MaskedAutoencoder,
} from "./mae.ts";
export { describe, folded, type ForwardOptions, type Model, tensorsOf, type Weights } from "./model.ts";
export {
  countDecayed,
  countParameters,
  type FlatWeights,
  inFlatOrder,
  initialise,
  type Parameters,
  type ParameterSpec,
  placesIn,
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
  SafetensorsError,
  type TensorToWrite,
  writeSafetensors,
} from "./weights/safetensors.ts";
export { flatWeights, loadWeights, saveWeights, WeightsError, weightTensors } from "./weights/weight_file.ts";
