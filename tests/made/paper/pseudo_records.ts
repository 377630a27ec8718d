import { baseline, type Experiment, type RunRecord } from "../../../src/experiments/mod.ts";
import { ICONS, syntheticRecord } from "./records.ts";

export const PARTS = ["cifar10#1/3", "cifar10#2/3", "cifar10#3/3"];

const PLAIN = {
  crop: "none",
  flip: 0,
  scale: [0.5, 1],
  ratio: [0.75, 1.33],
} satisfies Experiment["augmentation"];
const CROPS = { ...PLAIN, crop: "random-resized", flip: 0.5 } satisfies Experiment["augmentation"];

/** What a made-up run of notebook 08 came to. */
export interface Made {
  images: number;
  /** Training and validation accuracy, [0, 1]. */
  training?: number;
  accuracy?: number;
  validationPerDataset?: number;
  /** Default 48. */
  epochs?: number;
}

function made(datasets: string[], experiment: Partial<Experiment>, point: Made): RunRecord {
  const { images, training = 1, accuracy = 1 / 3, validationPerDataset, epochs = 48 } = point;
  const recipe = { ...baseline({ datasets, preset: "laptop" }).recipe, epochs };
  return syntheticRecord({
    datasets,
    accuracy,
    training,
    validationPerDataset,
    experiment: { imagesPerDataset: images, augmentation: PLAIN, recipe, ...experiment },
  });
}

export const pseudo = (point: Made) => made(PARTS, {}, point);
export const augmented = (point: Made) => made(PARTS, { augmentation: CROPS }, point);
export const randomLabels = (point: Made) => made(ICONS.slice(0, 3), { labels: "random" }, point);
export const real = (point: Made) => made(ICONS.slice(0, 3), {}, { accuracy: 0.8, ...point });

/** A sweep that comes out as Table 6. */
export function table6Records(): RunRecord[] {
  const sizes = [100, 1000, 10_000];
  return [
    ...sizes.map((images) => pseudo({ images })),
    ...sizes.map((images) => augmented({ images, training: images < 10_000 ? 1 : 0.35 })),
    ...sizes.map((images) => randomLabels({ images })),
    ...sizes.map((images) => real({ images })),
  ];
}
