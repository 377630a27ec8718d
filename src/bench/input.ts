/** `deno task bench input`: training batches a second from images on disk. */
import { openPool, startBatchWorkers, trainingBatches } from "../data/mod.ts";
import type { Batch, TrainingBatches } from "../data/mod.ts";
import { randomCrop } from "../images/mod.ts";

/** One measurement of making training batches from images on disk, without training. */
export interface InputRate {
  /** Datasets that the batches come from. */
  datasets: string[];
  /** Side of the stored images, px. */
  storedSize: number;
  /** Side of the images in the batch, px. */
  imageSize: number;
  /** 1 (grey) or 3 (RGB). */
  channels: 1 | 3;
  batchSize: number;
  /** Threads that make batches; 0: the thread that takes them. */
  threads: number;
  /** Rate of reading, crop, resize and flip together. */
  imagesPerSecond: number;
}

/** 64 px grey icons, 64 px RGB emoji, and 32 px photographs enlarged to the paper's size. */
const SUBJECTS: { datasets: string[]; sizes: number[] }[] = [
  { datasets: ["tabler", "phosphor", "mdi"], sizes: [32, 64] },
  { datasets: ["noto", "twemoji", "openmoji"], sizes: [32, 64] },
  { datasets: ["cifar10"], sizes: [224] },
];

/**
 * Images a second of the input pipeline, on the thread that takes the batches, on one thread beside it, and
 * on as many as a run starts.
 */
export async function benchInput(): Promise<InputRate[]> {
  const rates: InputRate[] = [];
  for (const { datasets, sizes } of SUBJECTS) {
    for (const imageSize of sizes) rates.push(...await measure(datasets, imageSize));
  }
  return rates;
}

/** Seconds of each measurement, and number of batches that are thrown away before it. */
const SECONDS = 2, WARM_UP = 20;

const BATCH = 64;

/** Number of images of each dataset, the first ones. */
const IMAGES = 1000;

async function measure(datasets: string[], imageSize: number): Promise<InputRate[]> {
  using opened = new DisposableStack();
  const pools = [];
  for (const name of datasets) pools.push(opened.use(await openPool(name)));
  const indices = pools.map(() => Int32Array.from({ length: IMAGES }, (_, i) => i));
  const source = { pools, indices, imageSize, batchSize: BATCH, augmentation: randomCrop, seed: 0 };
  const one = opened.use(startBatchWorkers({ workers: 1 }));
  const usual = opened.use(startBatchWorkers());
  await Promise.all([one.ready, usual.ready]);
  const ways = new Map<number, TrainingBatches>([
    [0, trainingBatches(source)],
    [one.threads, one.training(source)],
    [usual.threads, usual.training(source)],
  ]);
  const rates: InputRate[] = [];
  for (const [threads, batches] of ways) {
    const { imagesPerSecond, channels } = await rateOf(batches);
    const [{ side: storedSize }] = pools;
    rates.push({ datasets, storedSize, imageSize, channels, batchSize: BATCH, threads, imagesPerSecond });
  }
  return rates;
}

async function rateOf(batches: TrainingBatches): Promise<Pick<InputRate, "imagesPerSecond" | "channels">> {
  let step = 0;
  let batch: Batch | undefined;
  while (step < WARM_UP) batch = await batches.batch(step++);
  const began = performance.now();
  while (performance.now() - began < SECONDS * 1000) await batches.batch(step++);
  const imagesPerSecond = (step - WARM_UP) * BATCH * 1000 / (performance.now() - began);
  return { imagesPerSecond, channels: batch!.channels };
}
