/** The paper's tables as sweeps: what the notebooks run at the preset `paper`, on its own datasets, once. */
import {
  type AnyExperiment,
  baseline,
  combinations,
  type FeatureSource,
  grid,
  growing,
  ofTable8,
  pretraining,
  probe,
  pseudoDatasetExperiments,
  taskOf,
} from "../experiments/mod.ts";
import { convnextSizes } from "../models/mod.ts";
import { table1, table5 } from "../paper/mod.ts";
import { paperMix } from "../train/mod.ts";

const preset = "paper";

/** The experiments of each table and figure by its name. An experiment may stand in several. */
export function paperSweeps(): Record<string, AnyExperiment[]> {
  const six = table1.rows.map(({ manifest }) => manifest);
  const datasets = six.slice(0, 3); // YCD
  const million = { datasets, preset } as const;
  const several = [...combinations(six, 3), ...growing(six, 4)];
  return {
    "Table 2": several.map((datasets) => baseline({ datasets, preset })),
    "Table 3": grid(million, {
      model: ["alexnet", "vgg16", "resnet50", "vit_small_patch16_224", "convnext_tiny"],
    }),
    "Figure 2": grid(million, { model: [...convnextSizes] }),
    "Table 4": AUGMENTATIONS.flatMap(({ augmentation, mix }) =>
      grid({ ...million, augmentation, recipe: { mix } }, { imagesPerDataset: [10_000, 100_000, 1_000_000] })
    ),
    "Table 5": table5.rows.map(({ corruption }) => baseline({ ...million, corruption, fitFirst: true })),
    "Table 6": pseudoDatasetExperiments({
      preset,
      real: datasets,
      sources: [datasets[0]],
      sizes: [100, 1000, 10_000, 100_000],
      deals: 0,
    }).filter(({ labels }) => labels === undefined),
    ...probes(datasets, six),
  };
}

const NONE = { crop: "none", flip: 0, shift: 0, randAugment: null } as const;
const CROPS = { crop: "random-resized", shift: 0, randAugment: null } as const;
const RAND_AUGMENT = { ...CROPS, randAugment: "rand-m9-mstd0.5-inc1" } as const;

/** Table 4's, from none to all. */
const AUGMENTATIONS = [
  { augmentation: NONE, mix: null },
  { augmentation: CROPS, mix: null },
  { augmentation: RAND_AUGMENT, mix: null },
  { augmentation: RAND_AUGMENT, mix: paperMix },
];

/** Tables 7 and 8: probes of an autoencoder, of classifiers, of random weights. */
function probes(datasets: string[], six: string[]): Record<string, AnyExperiment[]> {
  const { networks, photographs } = ofTable8.paper;
  const classifiers = growing(six, 3).map((datasets) => baseline({ datasets, preset, ...networks }));
  const images = { imagesPerDataset: 1_000_000, validationPerDataset: 10_000 };
  const autoencoders = [[photographs], datasets].map((datasets): FeatureSource => ({
    from: "pretraining",
    experiment: pretraining({ datasets, preset, ...images }),
  }));
  const end: FeatureSource = { from: "end-to-end", ...pick(classifiers[0]) };
  const random: FeatureSource = { from: "random", model: classifiers[0].model, seed: 0 };
  const ours = classifiers.map((experiment): FeatureSource => ({ from: "run", experiment }));
  const classes = { of: "classes", dataset: photographs, images: 1_000_000, validation: 50_000 } as const;
  const task = taskOf(baseline({ datasets, preset, ...networks }));
  return {
    "Table 7": [...autoencoders, end].map((features) => probe({ features, task, preset })),
    "Table 8": [random, ...ours, autoencoders[0]].map((features) =>
      probe({ features, task: classes, preset })
    ),
  };
}

const pick = ({ model, augmentation, recipe }: ReturnType<typeof baseline>) => ({
  model,
  augmentation,
  recipe,
});
