import { type Augmentation, openPool, sampleExperiment, trainingBatches } from "../data/mod.ts";

/** One measurement: how fast training batches are made from images on disk, without any training. */
export interface InputRate {
  /** Datasets that the batches come from. */
  datasets: string[];
  /** Side of the stored images, px. */
  storedSize: number;
  /** Side of the images in the batch, px. */
  imageSize: number;
  batchSize: number;
  /** Crop, flip and normalisation included. One thread. */
  imagesPerSecond: number;
}

const AUGMENTATION: Augmentation = {
  crop: "random-resized",
  scale: [0.08, 1],
  ratio: [3 / 4, 4 / 3],
  flip: 0.5,
};

/** Images a second of the input pipeline: 64 px grey icons and 64 px RGB emoji, to batches of 32 px and of 64 px images. */
export async function benchInput(): Promise<InputRate[]> {
  const rates: InputRate[] = [];
  for (const datasets of [["tabler", "phosphor", "mdi"], ["noto", "twemoji", "openmoji"]]) {
    for (const imageSize of [32, 64]) rates.push(await measure(datasets, imageSize));
  }
  return rates;
}

/** Seconds that each measurement takes, after the first batches have been thrown away. */
const SECONDS = 2;

async function measure(datasets: string[], imageSize: number): Promise<InputRate> {
  const batchSize = 64;
  using opened = new DisposableStack();
  const pools = [];
  for (const name of datasets) pools.push(opened.use(await openPool(name)));
  const { train } = sampleExperiment(pools, { train: 1000, validation: 100, seed: 0 });
  const source = { pools, indices: train, imageSize, batchSize };
  const batches = trainingBatches({ ...source, augmentation: AUGMENTATION, seed: 0 });
  let step = 0;
  while (step < 20) batches.batch(step++);
  const [first, began] = [step, performance.now()];
  while (performance.now() - began < SECONDS * 1000) batches.batch(step++);
  const imagesPerSecond = (step - first) * batchSize * 1000 / (performance.now() - began);
  return { datasets, storedSize: pools[0].side, imageSize, batchSize, imagesPerSecond };
}
