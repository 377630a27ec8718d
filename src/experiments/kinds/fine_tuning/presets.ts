/** Fine-tunings at each preset's scale. */
import { autoencoders, createAutoencoder, encoderConfig } from "../../../models/mod.ts";
import { paperMix, paperRecipe } from "../../../train/mod.ts";
import { ExperimentError } from "../../check.ts";
import { type Preset, presetFromEnvironment } from "../../environment.ts";
import type { ProbeTask } from "../../task.ts";
import type { FineTuning } from "./schema.ts";
import { randomCrop } from "../../../images/mod.ts";

/** The fields that a preset decides, and the stochastic depth of an autoencoder's encoder. */
interface Scale
  extends
    Pick<FineTuning, "imageSize" | "augmentation" | "inferenceInterpolation" | "recipe" | "layerDecay"> {
  dropPath: number;
}

/** MAE's end-to-end fine-tuning (arXiv 2111.06377, Table 9): a learning rate of 1e-3 for a batch of 256. */
const maeRecipe: FineTuning["recipe"] = {
  ...paperRecipe,
  epochs: 100,
  warmupEpochs: 5,
  batchSize: 1024,
  learningRate: 4e-3,
  weightDecay: 0.05,
  betas: [0.9, 0.999],
};

const scales: Record<Preset, Scale> = {
  /** Seconds: shows that everything runs. */
  smoke: {
    imageSize: 32,
    augmentation: { ...randomCrop, scale: [0.5, 1] },
    recipe: {
      ...maeRecipe,
      epochs: 2,
      samplesPerEpoch: 192,
      warmupEpochs: 1,
      batchSize: 32,
      learningRate: 2e-3,
    },
    layerDecay: 0.75,
    dropPath: 0,
  },
  /**
   * Milder crops and smaller batches than MAE's, since training is short; neither MixUp nor stochastic depth.
   */
  laptop: {
    imageSize: 32,
    augmentation: { ...randomCrop, scale: [0.5, 1] },
    recipe: {
      ...maeRecipe,
      epochs: 20,
      samplesPerEpoch: 2048,
      warmupEpochs: 2,
      batchSize: 64,
      learningRate: 2e-3,
    },
    layerDecay: 0.75,
    dropPath: 0,
  },
  /** MAE's Table 9 for ViT-B, with the filter of its authors' code and its one draw of mixing a batch. */
  paper: {
    imageSize: 224,
    augmentation: { ...randomCrop, interpolation: "bicubic", randAugment: "rand-m9-mstd0.5-inc1" },
    inferenceInterpolation: "bicubic",
    recipe: { ...maeRecipe, mix: { ...paperMix, mode: "batch" } },
    layerDecay: 0.75,
    dropPath: 0.1,
  },
};

/** Changes of a preset: any field; of the recipe and the augmentation any part. */
interface FineTuningOverrides
  extends Partial<Omit<FineTuning, "kind" | "start" | "task" | "recipe" | "augmentation">> {
  preset?: Preset;
  recipe?: Partial<FineTuning["recipe"]>;
  augmentation?: Partial<FineTuning["augmentation"]>;
}

/**
 * A fine-tuning at a preset's scale, with whatever fields are given changed. By default of the network that
 * it starts from, at the size that it was trained at. An autoencoder's encoder becomes a ViT that averages
 * its patches, as in the code of MAE's authors.
 *
 * @throws {ExperimentError} where it starts from a file and no model is given
 */
export function fineTuning(
  { preset, start, task, recipe, augmentation, ...fields }:
    & { start: FineTuning["start"]; task: ProbeTask }
    & FineTuningOverrides,
): FineTuning {
  const { dropPath, ...scale } = scales[preset ?? presetFromEnvironment()];
  return {
    kind: "fine_tuning",
    start,
    task,
    ...scale,
    ...("experiment" in start && { imageSize: start.experiment.imageSize }),
    seed: 0,
    ...fields,
    model: fields.model ?? modelAfter(start, dropPath),
    recipe: { ...scale.recipe, ...recipe },
    augmentation: { ...scale.augmentation, ...augmentation },
  };
}

/** The network that starts from another by default. */
function modelAfter(start: FineTuning["start"], dropPath: number): FineTuning["model"] {
  if (start.from === "run") return start.experiment.model;
  if (start.from === "file") {
    throw new ExperimentError("model: name the network whose weights are in the file.");
  }
  const { model, imageSize } = start.experiment;
  createAutoencoder(model, imageSize); // An unknown name is an error here.
  const config = typeof model === "string" ? autoencoders[model] : model;
  return { ...encoderConfig(config), pooling: "mean", dropPath };
}
