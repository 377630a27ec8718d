/**
 * The models by name, and networks made of them. A new family is a file of its own and a line in the list.
 */
import { z } from "zod";
import { alexnet } from "./families/alexnet.ts";
import { cnn } from "./families/cnn.ts";
import { convnext } from "./families/convnext.ts";
import type { Family } from "./families/family.ts";
import { autoencoders, encoderConfig, mae, type MaeConfig, type MaskedAutoencoder } from "./families/mae.ts";
import { resnet } from "./families/resnet.ts";
import { vgg } from "./families/vgg.ts";
import { vit } from "./families/vit.ts";
import type { Model } from "./model.ts";

/** Every family of classifiers. */
const families = [alexnet, vgg, resnet, vit, convnext, cnn];

/** Configuration of a model of any family. */
export type ModelConfig = z.infer<(typeof families)[number]["schema"]>;

type ConfigSchema = z.ZodObject & z.ZodType<ModelConfig>;

/** Shape of a model's name in the registry, or of its configuration. */
export const modelSchema = z.union([
  z.string(),
  z.discriminatedUnion("family", families.map(({ schema }) => schema) as unknown as [ConfigSchema]),
]);

/** Every named model. */
export const models: Readonly<Record<string, ModelConfig>> = Object.assign(
  {},
  ...families.map(({ named }) => named),
);

/**
 * The family of a model.
 *
 * @returns undefined for a name that is not in the registry
 */
export function familyOf(model: string | ModelConfig): ModelConfig["family"] | undefined {
  if (typeof model !== "string") return model.family;
  return Object.hasOwn(models, model) ? models[model].family : undefined;
}

/** Side of the images of ImageNet's networks, px. */
const DEFAULT_IMAGE_SIZE = 224;

/**
 * Least number of edits (a character put in, left out or replaced) that make one word of another (Levenshtein
 * 1966).
 */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** The configuration of a name, or an error with the names that are most like it. */
function lookUp<Config>(registry: Readonly<Record<string, Config>>, name: string): Config {
  if (Object.hasOwn(registry, name)) return registry[name];
  const names = Object.keys(registry);
  const nearest = names.toSorted((a, b) => editDistance(name, a) - editDistance(name, b)).slice(0, 3);
  throw new Error(
    `There is no model "${name}". Did you mean ${nearest.join(", ")}? Known models: ${names.join(", ")}.`,
  );
}

/**
 * Makes a model by name or from a configuration of your own.
 *
 * @param imageSize side of its images, px; read by models whose position embeddings depend on it. Default:
 *   224
 * @throws {Error} for an unknown name, with the most similar ones; for fewer than two classes; for a
 *   configuration that contradicts itself or does not fit the images
 */
export function createModel(
  model: string | ModelConfig,
  classes: number,
  imageSize = DEFAULT_IMAGE_SIZE,
): Model {
  if (!Number.isInteger(classes) || classes < 2) {
    throw new Error(`A classifier needs two classes or more, not ${classes}.`);
  }
  const name = typeof model === "string" ? model : model.family;
  const config = typeof model === "string" ? lookUp(models, model) : model;
  const { build } = families.find(({ schema }) => schema.shape.family.value === config.family)! as Family;
  return build(name, config, classes, imageSize);
}

/**
 * Makes a masked autoencoder by name or from a configuration of your own.
 *
 * @param imageSize side of its images, px. Default: 224
 * @throws {Error} for an unknown name, or a patch that does not divide the image
 */
export function createAutoencoder(
  model: string | MaeConfig,
  imageSize = DEFAULT_IMAGE_SIZE,
): MaskedAutoencoder {
  const config = typeof model === "string" ? lookUp(autoencoders, model) : model;
  return mae(typeof model === "string" ? model : config.family, config, imageSize);
}

/**
 * The encoder of a masked autoencoder as a network with layers to read features from; its head is not trained
 * by pre-training.
 *
 * @param imageSize side of its images, px. Default: 224
 * @throws {Error} as {@link createAutoencoder}
 */
export function createEncoder(model: string | MaeConfig, imageSize = DEFAULT_IMAGE_SIZE): Model {
  const config = typeof model === "string" ? lookUp(autoencoders, model) : model;
  const name = typeof model === "string" ? model : config.family;
  return vit.build(`${name}_encoder`, encoderConfig(config), 2, imageSize);
}

/**
 * Checks that a model takes images of a size.
 *
 * @throws {Error} for a side below the model's least, or one that its patches do not divide
 */
export function checkImageSize(model: string | ModelConfig, imageSize: number): void {
  const config = typeof model === "string" ? lookUp(models, model) : model;
  const { name, leastSide } = createModel(model, 2, "patch" in config ? config.patch : imageSize);
  if (imageSize < leastSide) {
    throw new Error(
      `imageSize: ${imageSize} px is less than ${name}'s least side of ${leastSide} px. ` +
        `Choose ${leastSide} or more, or a smaller patch.`,
    );
  }
  if ("patch" in config && imageSize % config.patch !== 0) {
    throw new Error(
      `imageSize: ${name}'s patches of ${config.patch} px do not divide ${imageSize} px. ` +
        `Choose a multiple of ${config.patch}, or another patch.`,
    );
  }
}
