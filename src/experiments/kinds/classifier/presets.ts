/** Classifiers at each preset's scale, and the axes of sweeps over them. */
import { paperMix, paperRecipe } from "../../../train/mod.ts";
import type { Experiment } from "./schema.ts";
import { limited, type Preset, presetFromEnvironment } from "../../environment.ts";
import { randomCrop } from "../../../images/mod.ts";
import { familyOf } from "../../../models/mod.ts";

/** The fields that a preset decides; datasets and seed are the experiment's own. */
type Scale = Omit<Experiment, "kind" | "datasets" | "seed">;

/**
 * Samples of an epoch at `laptop` for each dataset, 42 batches: six datasets have twice as many images to
 * learn as three.
 */
const LAPTOP_SAMPLES = 1344;

/**
 * What the families have at `laptop` in place of the preset's rate and batch, which suit its ResNet. With
 * its own a ConvNeXt of 60 thousand parameters comes to 83% of the first three libraries (seed 100).
 */
const LAPTOP_RECIPES: Partial<Record<string, Partial<Experiment["recipe"]>>> = {
  convnext: { learningRate: 4e-3 },
  vit: { batchSize: 64, learningRate: 2e-3 },
  alexnet: { batchSize: 64, learningRate: 2e-3 },
  vgg: { batchSize: 64, learningRate: 4e-3 },
};

const scales: Record<Preset, Scale> = {
  /** Seconds: shows that everything runs, not that anything holds. */
  smoke: {
    imagesPerDataset: 64,
    validationPerDataset: 50,
    imageSize: 32,
    augmentation: { ...randomCrop, scale: [0.5, 1] },
    model: { family: "convnext", depths: [1, 1], dims: [8, 16], patch: 4, layerScale: 1, dropPath: 0 },
    recipe: {
      ...paperRecipe,
      epochs: 3,
      samplesPerEpoch: 192,
      warmupEpochs: 1,
      batchSize: 32,
      learningRate: 4e-3,
    },
  },
  /**
   * Minutes on two cores: found by `deno task bench search` on other seeds and data than those that are
   * reported. From 64 px inference cuts out 56 without resizing, so that every pixel is as it was drawn.
   * Shifts leave the widths of strokes alone, which crops that resize do not. What an image needs is
   * showings: each is shown 18 times, whatever the number of datasets. Small batches and two convolutions
   * at the image's own size end sooner the plateau on which hard combinations begin.
   */
  laptop: {
    imagesPerDataset: 900,
    validationPerDataset: 400,
    imageSize: 56,
    augmentation: { ...randomCrop, crop: "none", scale: [0.5, 1], shift: 0.125 },
    model: "resnet_tiny_pool",
    recipe: {
      ...paperRecipe,
      epochs: 12,
      samplesPerEpoch: 3 * LAPTOP_SAMPLES,
      warmupEpochs: 1,
      batchSize: 32,
      learningRate: 1e-2,
      weightDecay: 0.05,
    },
  },
  /**
   * Table 9 of the paper; a million images a dataset, as in Table 2. The filter of crops, of RandAugment and
   * of inference is that of the authors' code.
   */
  paper: {
    imagesPerDataset: 1_000_000,
    validationPerDataset: 10_000,
    imageSize: 224,
    augmentation: { ...randomCrop, interpolation: "bicubic", randAugment: "rand-m9-mstd0.5-inc1" },
    inferenceInterpolation: "bicubic",
    model: "convnext_tiny",
    recipe: { ...paperRecipe, mix: paperMix },
  },
};

/** Changes of a preset: any field; of the recipe and the augmentation any part. */
export interface Overrides extends Partial<Omit<Experiment, "kind" | "recipe" | "augmentation">> {
  preset?: Preset;
  recipe?: Partial<Experiment["recipe"]>;
  augmentation?: Partial<Experiment["augmentation"]>;
}

/** The paper's experiment at a preset's scale, with whatever fields are given changed. */
export function baseline(
  { preset, datasets, recipe, augmentation, ...fields }: Overrides & { datasets: string[] },
): Experiment {
  const name = preset ?? presetFromEnvironment();
  const scale = limited(scales[name]);
  const own = name === "laptop" ? atLaptop(datasets, fields.model ?? scale.model) : {};
  return {
    kind: "classifier",
    datasets,
    ...scale,
    seed: 0,
    ...fields,
    recipe: { ...scale.recipe, ...own, ...recipe },
    augmentation: { ...scale.augmentation, ...augmentation },
  };
}

/** The part of a recipe that depends on the datasets and the network at `laptop`. */
function atLaptop({ length }: string[], model: Experiment["model"]): Partial<Experiment["recipe"]> {
  return { samplesPerEpoch: LAPTOP_SAMPLES * length, ...LAPTOP_RECIPES[familyOf(model) ?? ""] };
}

/**
 * The ViT of each preset, and where it is trained otherwise than the baseline. A transformer has to learn
 * from images that neighbours belong together, which a convolution is given: it needs more steps, and a lower
 * peak of the learning rate. At `laptop` they were chosen on seed 100.
 */
const vits: Record<Preset, Pick<Overrides, "model" | "imageSize" | "recipe">> = {
  smoke: { model: "vit_micro", recipe: { epochs: 2 } },
  laptop: {
    model: "vit_micro",
    imageSize: 32,
    recipe: { epochs: 32, samplesPerEpoch: 2048, warmupEpochs: 4, batchSize: 64, learningRate: 2e-3 },
  },
  paper: { model: "vit_base_patch16_224", recipe: {} },
};

/** As {@link baseline}, with a ViT and a recipe under which it is able. */
export function vitBaseline({ preset, recipe, ...fields }: Overrides & { datasets: string[] }): Experiment {
  const scale = preset ?? presetFromEnvironment();
  const vit = vits[scale];
  return baseline({ preset: scale, ...vit, ...fields, recipe: { ...vit.recipe, ...recipe } });
}

/** Every combination of the listed values: the last field varies fastest. */
export function grid(
  base: Omit<Overrides, "datasets"> & { datasets?: string[] },
  axes: { [F in keyof Overrides]?: Overrides[F][] },
): Experiment[] {
  let points: Overrides[] = [base];
  for (const [field, values] of Object.entries(axes)) {
    points = points.flatMap((point) => (values as unknown[]).map((value) => ({ ...point, [field]: value })));
  }
  return points.map((point) => baseline(point as Overrides & { datasets: string[] }));
}

/** Every choice of `size` of the datasets, in their order: of six, twenty threes. */
export function combinations(datasets: readonly string[], size: number): string[][] {
  if (size === 0) return [[]];
  return datasets.flatMap((first, i) =>
    combinations(datasets.slice(i + 1), size - 1).map((rest) => [first, ...rest])
  );
}

/** The series that adds one dataset after another: the first `from`, the first `from + 1`, … all. */
export function growing(datasets: readonly string[], from: number): string[][] {
  return datasets.slice(from - 1).map((_, i) => datasets.slice(0, from + i));
}
