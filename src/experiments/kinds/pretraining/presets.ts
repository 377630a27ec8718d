/** Pre-trainings at each preset's scale. */
import { paperRecipe } from "../../../train/mod.ts";
import { limited, type Preset, presetFromEnvironment } from "../../environment.ts";
import type { Pretraining } from "./schema.ts";

/** MAE's augmentation (arXiv 2111.06377, Table 8). */
const maeCrop: Pretraining["augmentation"] = {
  crop: "random-resized",
  scale: [0.2, 1],
  ratio: [3 / 4, 4 / 3],
  flip: 0.5,
};

const { labelSmoothing: _, mix: __, ema: ___, ...optimizer } = paperRecipe;

/** MAE's Table 8: 800 epochs with a learning rate of 1.5e-4 for a batch of 256. */
const maeRecipe: Pretraining["recipe"] = {
  ...optimizer,
  epochs: 800,
  warmupEpochs: 40,
  batchSize: 4096,
  learningRate: 2.4e-3,
  weightDecay: 0.05,
};

const pretrainings: Record<Preset, Omit<Pretraining, "kind" | "datasets" | "seed">> = {
  /** Seconds: shows that everything runs. */
  smoke: {
    imagesPerDataset: 64,
    validationPerDataset: 50,
    imageSize: 32,
    augmentation: maeCrop,
    model: {
      family: "mae",
      patch: 8,
      encoder: { dim: 16, depth: 2, heads: 2 },
      decoder: { dim: 16, depth: 1, heads: 2 },
      maskRatio: 0.75,
    },
    recipe: {
      ...maeRecipe,
      epochs: 2,
      samplesPerEpoch: 192,
      warmupEpochs: 1,
      batchSize: 32,
      learningRate: 1e-3,
    },
  },
  /** About two minutes on two cores. */
  laptop: {
    imagesPerDataset: 1000,
    validationPerDataset: 500,
    imageSize: 32,
    augmentation: maeCrop,
    model: "mae_vit_micro",
    recipe: {
      ...maeRecipe,
      epochs: 40,
      samplesPerEpoch: 2048,
      warmupEpochs: 4,
      batchSize: 64,
      learningRate: 2e-3,
    },
  },
  /** The authors' ViT-B (arXiv 2111.06377), with the filter of their code. */
  paper: {
    imagesPerDataset: 1_000_000,
    validationPerDataset: 10_000,
    imageSize: 224,
    augmentation: { ...maeCrop, interpolation: "bicubic" },
    model: "mae_vit_base_patch16",
    recipe: maeRecipe,
  },
};

/** MAE's pre-training at a preset's scale, with whatever fields are given changed. */
export function pretraining(
  { preset, datasets, recipe, ...fields }:
    & { preset?: Preset; datasets: string[]; recipe?: Partial<Pretraining["recipe"]> }
    & Partial<Omit<Pretraining, "kind" | "datasets" | "recipe">>,
): Pretraining {
  const scale = limited(pretrainings[preset ?? presetFromEnvironment()]);
  return {
    kind: "pretraining",
    datasets,
    ...scale,
    seed: 0,
    ...fields,
    recipe: { ...scale.recipe, ...recipe },
  };
}
