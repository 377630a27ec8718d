/**
 * One step of the benchmark of memory, `memory_step.ts STEP FOLDER`, which prints a {@link StepMemory} as
 * JSON. It is a process, so that its peak is its own.
 */
import { pathToFileURL } from "node:url";
import { openPool, type Pool, sampleImages, startBatchWorkers } from "../data/mod.ts";
import { residentMemory } from "./process.ts";
import { TINY } from "./made_datasets.ts";
import { randomCrop } from "../images/mod.ts";

/** Memory and time of one step. */
export interface StepMemory {
  /** Peak of the resident memory, MB. */
  megabytes: number;
  seconds: number;
}

/** Number of batches, and of images in each. */
const BATCHES = 200, BATCH = 64;

const open = (folder: string) =>
  openPool(TINY, { manifests: pathToFileURL(`${folder}/`), root: `${folder}/pools` });

/** Number of training images and of validation images to choose. */
const SAMPLED = 100;

/** The steps by name; each takes the folder of the dataset. */
const steps: Record<string, (folder: string) => Promise<void>> = {
  /** Nothing but loading the program. */
  start: () => Promise.resolve(),
  /** Makes the pool. */
  async build(folder) {
    using _ = await open(folder);
  },
  /** Opens the pool that is there, and reads its index. */
  async open(folder) {
    using pool = await open(folder);
    let images = 0;
    for (const _ of pool.images) images++;
    if (images !== pool.images.length) {
      throw new Error(`The index has ${images} lines instead of ${pool.images.length}.`);
    }
  },
  /** Opens the pool and chooses images, for which it compares all with all. */
  async sample(folder) {
    using pool = await open(folder);
    sampleImages([pool], { train: SAMPLED, validation: SAMPLED, seed: 0 });
  },
  /** Opens the pool and makes training batches. */
  async batches(folder) {
    using pool = await open(folder);
    await makeBatches(pool);
  },
};

async function makeBatches(pool: Pool): Promise<void> {
  using workers = startBatchWorkers();
  await workers.ready;
  const { side: imageSize, images } = pool;
  const indices = [new Int32Array(images.length).map((_, i) => i)];
  const source = { pools: [pool], indices, imageSize, batchSize: BATCH, augmentation: randomCrop, seed: 0 };
  const batches = workers.training(source);
  for (let step = 0; step < BATCHES; step++) await batches.batch(step);
}

if (import.meta.main) {
  const [step, folder] = Deno.args;
  const began = performance.now();
  await steps[step](folder);
  const took: StepMemory = { megabytes: residentMemory().peak, seconds: (performance.now() - began) / 1000 };
  console.log(JSON.stringify(took));
}
