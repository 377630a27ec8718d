/** Networks as plain functions over named tensors. */
export type { AlexNetConfig } from "./families/alexnet.ts";
export { type ConvNeXtConfig, convnextMicroSizes, convnextSizes } from "./families/convnext.ts";
export { layerOutput, logits, reconstructionLoss } from "./logits.ts";
export { autoencoders, encoderConfig, encoderOf, maeSchema, type MaskedAutoencoder } from "./families/mae.ts";
export { describe, folded, type ForwardOptions, type Model, tensorsOf, type Weights } from "./model.ts";
export {
  countDecayed,
  countParameters,
  type FlatWeights,
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
  models,
  modelSchema,
} from "./registry.ts";
export type { ResNetConfig } from "./families/resnet.ts";
export type { VggConfig } from "./families/vgg.ts";
export type { ViTConfig } from "./families/vit.ts";
export {
  openSafetensors,
  readFloats,
  SafetensorsError,
  type TensorToWrite,
  writeSafetensors,
} from "./weights/safetensors.ts";
export { flatWeights, loadWeights, saveWeights, WeightsError, weightTensors } from "./weights/weight_file.ts";
