import { baseline, type Experiment, type RunRecord } from "../../../src/experiments/mod.ts";
import { ICONS, syntheticRecord } from "./records.ts";

export const partsOf = (source: string) => [1, 2, 3].map((part) => `${source}#${part}/3`);

/** The three libraries together. */
const UNION = ICONS.slice(0, 3).join("+");

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
  /** How often each image was shown. Default: 120. */
  passes?: number;
  /** What it was dealt from. Default: three libraries together. */
  source?: string;
  seed?: number;
  deal?: number;
}

function made(datasets: string[], experiment: Partial<Experiment>, point: Made): RunRecord {
  const { images, training = 1, accuracy = 1 / 3, validationPerDataset, passes = 120, seed = 0 } = point;
  const schedule = { epochs: 10, samplesPerEpoch: passes * images * datasets.length / 10 };
  const recipe = { ...baseline({ datasets, preset: "laptop" }).recipe, ...schedule };
  return syntheticRecord({
    datasets,
    accuracy,
    training,
    validationPerDataset,
    experiment: { imagesPerDataset: images, augmentation: PLAIN, recipe, seed, ...experiment },
  });
}

export const pseudo = (point: Made) => made(partsOf(point.source ?? UNION), {}, point);
export const augmented = (point: Made) =>
  made(partsOf(point.source ?? UNION), { augmentation: CROPS }, point);
export const randomLabels = (point: Made) =>
  made(ICONS.slice(0, 3), { labels: "random", deal: point.deal }, point);
export const real = (point: Made) => made(ICONS.slice(0, 3), {}, { accuracy: 0.8, ...point });

/** A sweep that comes out as Table 6. */
export function table6Records(): RunRecord[] {
  const sizes = [100, 1000, 10_000];
  return [
    ...[UNION, "cifar10"].flatMap((source) => [
      ...sizes.map((images) => pseudo({ images, source })),
      ...sizes.map((images) => augmented({ images, source, training: images < 10_000 ? 1 : 0.35 })),
    ]),
    ...Array.from(
      { length: 10 },
      (_, deal) => randomLabels({ images: 100, deal, accuracy: 1 / 3 + 0.01 * (deal % 2 - 0.5) }),
    ),
    ...sizes.map((images) => real({ images })),
  ];
}
