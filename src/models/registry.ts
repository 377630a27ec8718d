/** The models by name. timm's names where the model is timm's; `_micro` for those that suit a laptop and 32 px. */
import { cnn, type CnnConfig } from "./cnn.ts";
import { convnext, type ConvNeXtConfig } from "./convnext.ts";
import type { Model } from "./model.ts";

/** Configuration of a model of any family. */
export type ModelConfig = ConvNeXtConfig | CnnConfig;

const convnextConfig = (
  depths: number[],
  dims: number[],
  rest: Partial<ConvNeXtConfig> = {},
): ConvNeXtConfig => ({
  family: "convnext",
  depths,
  dims,
  patch: 4,
  layerScale: 1e-6,
  dropPath: 0,
  ...rest,
});

/** Every named model. */
export const models: Readonly<Record<string, ModelConfig>> = {
  /** The paper's default network, 28,589,128 parameters at 1000 classes (arXiv 2201.03545, section 2). */
  convnext_tiny: convnextConfig([3, 3, 9, 3], [96, 192, 384, 768], { dropPath: 0.1 }),
  /** timm's, 3.7M parameters at 1000 classes. */
  convnext_atto: convnextConfig([2, 2, 6, 2], [40, 80, 160, 320]),
  /** For 32 px images on two cores: patches of 2 px, two stages; layer scale from 1, since training is short. */
  convnext_micro: convnextConfig([1, 1], [32, 64], { patch: 2, layerScale: 1 }),
  /** Three 3x3 convolutions. */
  cnn_micro: { family: "cnn", dims: [32, 64, 128] },
};

/** Names of all models, for messages. */
export function modelNames(): string[] {
  return Object.keys(models);
}

/**
 * Makes a model by name or from a configuration of your own.
 *
 * @param imageSize side of its images, px; read by models whose position embeddings depend on it
 * @throws {Error} for an unknown name, listing the known ones
 */
export function createModel(model: string | ModelConfig, classes: number, _imageSize = 224): Model {
  const name = typeof model === "string" ? model : model.family;
  const config = typeof model === "string" ? models[model] : model;
  if (!config) throw new Error(`There is no model "${name}". Known models: ${modelNames().join(", ")}.`);
  return config.family === "convnext" ? convnext(name, config, classes) : cnn(name, config, classes);
}
