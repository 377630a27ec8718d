/** Pre-trainings and probes at each preset's scale. */
import { paperRecipe } from "../train/mod.ts";
import { maeProbe, sgdProbe } from "../probe/mod.ts";
import type { Experiment } from "./experiment.ts";
import { limited } from "./limits.ts";
import { type Preset, presetFromEnvironment } from "./presets.ts";
import type { Pretraining } from "./pretraining.ts";
import { type FeatureSource, type Probe, probedModel, type ProbeTask } from "./probe.ts";

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
  /** The authors' ViT-B (arXiv 2111.06377). */
  paper: {
    imagesPerDataset: 1_000_000,
    validationPerDataset: 10_000,
    imageSize: 224,
    augmentation: maeCrop,
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

const settingsOf = ({ baseLearningRate: _, ...recipe }: typeof maeProbe) => recipe;

const probes: Record<Preset, Pick<Probe, "imageSize" | "recipe" | "baseLearningRates">> = {
  smoke: {
    imageSize: 32,
    recipe: { ...settingsOf(sgdProbe), epochs: 5, warmupEpochs: 1 },
    baseLearningRates: [0.1, 0.3],
  },
  laptop: {
    imageSize: 32,
    recipe: { ...settingsOf(sgdProbe), epochs: 50, warmupEpochs: 5 },
    baseLearningRates: [0.1, 0.3, 1, 3],
  },
  /** MAE's linear probe; learning rates of the paper's appendix A. */
  paper: { imageSize: 224, recipe: settingsOf(maeProbe), baseLearningRates: [0.1, 0.2, 0.3] },
};

/** The last three layers that end a stage or a block; of a network without such, its last three. */
function lastLayers(features: FeatureSource, imageSize: number): string[] {
  if (features.from === "end-to-end") return [];
  const { stages = [], layers = [] } = probedModel(features, imageSize) ?? {};
  return (stages.length > 0 ? stages : layers).slice(-3);
}

/**
 * A linear probe at a preset's scale, with whatever fields are given changed. By default of the last three blocks or stages, and
 * with images of the size that the network was trained at.
 */
export function probe(
  { preset, features, task, ...fields }:
    & { preset?: Preset; features: FeatureSource; task: ProbeTask }
    & Partial<Omit<Probe, "kind" | "features" | "task">>,
): Probe {
  const scale = probes[preset ?? presetFromEnvironment()];
  const trainedAt = "experiment" in features ? features.experiment.imageSize : undefined;
  const imageSize = fields.imageSize ?? trainedAt ?? scale.imageSize;
  return {
    kind: "probe",
    features,
    task,
    ...scale,
    layers: lastLayers(features, imageSize),
    pooling: "mean",
    heldOut: 0.2,
    seed: 0,
    ...fields,
    imageSize,
  };
}

/** The task of an experiment, on its very images, for a probe with the experiment's seed. */
export function taskOf({ datasets, imagesPerDataset, validationPerDataset }: Experiment): ProbeTask {
  return { of: "datasets", datasets, imagesPerDataset, validationPerDataset };
}
