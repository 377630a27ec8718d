/** What is run for Table 6. */
import type { Preset } from "../../environment.ts";
import { baseline, type Overrides } from "./presets.ts";
import type { Experiment } from "./schema.ts";

/** Which sets, how large and how many. */
interface PseudoDatasetSweep {
  preset: Preset;
  /**
   * Names of real datasets. The very images of the sets that are dealt from all of them together are also
   * told apart by their dataset, and by random labels.
   */
  real: string[];
  /**
   * Sources that are each dealt to as many sets: datasets (`cifar10`), or several together (`tabler+mdi`).
   */
  sources: string[];
  /** Training images of each set. */
  sizes: number[];
  /** Deals of random labels, at the smallest size. */
  deals: number;
}

/** How a network memorises at a preset. Fields that are left out are the baseline's. */
interface Memorising extends Pick<Overrides, "model" | "imageSize"> {
  /** How often each training image is shown at least. Left out: as often as the recipe's schedule says. */
  passes?: number;
  /**
   * How often each image of the smallest sets is shown. Larger sets get as many steps, as in the paper, where
   * that is `passes` or more.
   */
  smallestPasses?: number;
  /** The same for random labels, of which it only has to be seen that they were memorised. */
  dealPasses?: number;
  recipe: Overrides["recipe"];
  augmentation: Overrides["augmentation"];
}

/** Nothing that keeps a network from memorising, but for the augmentation that is asked about. */
const unregularised = { weightDecay: 0, labelSmoothing: 0, mix: null } satisfies Overrides["recipe"];

/** Crops that are milder than the paper's, which from so few images leave too little to memorise. */
const mild = {
  crop: "random-resized",
  scale: [0.5, 1],
  flip: 0.5,
  shift: 0,
} satisfies Overrides["augmentation"];

const memorising: Record<Preset, Memorising> = {
  smoke: {
    model: "resnet_micro",
    passes: 4,
    dealPasses: 4,
    recipe: { ...unregularised, epochs: 2, warmupEpochs: 1, batchSize: 16, learningRate: 3e-3 },
    augmentation: mild,
  },
  /** Chosen on seed 100, where 100 images a set were memorised with crops, and 300 were not. */
  laptop: {
    model: "resnet_mini",
    imageSize: 32,
    passes: 100,
    smallestPasses: 300,
    dealPasses: 50,
    recipe: { ...unregularised, epochs: 10, warmupEpochs: 1, batchSize: 64, learningRate: 3e-3 },
    augmentation: mild,
  },
  /** The paper's recipe as it stands: it changes the images and the augmentation alone. */
  paper: { recipe: {}, augmentation: {} },
};

const UNAUGMENTED = {
  crop: "none",
  flip: 0,
  shift: 0,
  randAugment: null,
} satisfies Overrides["augmentation"];

/**
 * The experiments of notebook 08. Of each source: pseudo-datasets of every size, without augmentation and
 * with it. Of the real datasets: every size, of the same images as the pseudo-datasets of all of them
 * together; and deals of random labels at the smallest.
 */
export function pseudoDatasetExperiments(
  { preset, real, sources, sizes, deals }: PseudoDatasetSweep,
): Experiment[] {
  const { passes, smallestPasses = 0, dealPasses, recipe, augmentation, ...fields } = memorising[preset];
  const base = { preset, ...fields };
  const passesOf = (size: number) => passes && Math.max(passes, smallestPasses * Math.min(...sizes) / size);
  const augmented = (datasets: string[], imagesPerDataset: number) =>
    shown(
      baseline({ ...base, datasets, imagesPerDataset, augmentation, recipe }),
      passesOf(imagesPerDataset),
    );
  const plain = (datasets: string[], imagesPerDataset: number, some: Partial<Overrides> = {}) =>
    baseline({
      ...base,
      ...some,
      datasets,
      imagesPerDataset,
      augmentation: UNAUGMENTED,
      recipe: { ...recipe, mix: null },
    });
  const dealt = Array.from(
    { length: deals },
    (_, deal) => shown(plain(real, Math.min(...sizes), { labels: "random", deal }), dealPasses),
  );
  const partsOf = (source: string) => real.map((_, i) => `${source}#${i + 1}/${real.length}`);
  return [
    ...sources.flatMap((source) => {
      const parts = partsOf(source);
      return sizes.flatMap((size) => [shown(plain(parts, size), passesOf(size)), augmented(parts, size)]);
    }),
    ...sizes.map((size) => shown(plain(partsOf(real.join("+")), size, { labels: "origin" }), passesOf(size))),
    ...dealt,
  ];
}

/** The experiment with an epoch so long that all epochs show each image `passes` times or more. */
function shown(experiment: Experiment, passes?: number): Experiment {
  if (passes === undefined) return experiment;
  const { recipe, datasets, imagesPerDataset } = experiment;
  const images = passes * datasets.length * imagesPerDataset;
  const steps = Math.ceil(images / recipe.epochs / recipe.batchSize);
  return { ...experiment, recipe: { ...recipe, samplesPerEpoch: steps * recipe.batchSize } };
}
