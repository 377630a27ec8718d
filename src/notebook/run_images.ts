/** Images as the network of a finished run sees them. */
import { openPools, type Pool, sampleClasses, sampleExperiment, validationBatches } from "../data/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { type ImageSource, keysOf } from "../probe/mod.ts";
import type { GalleryImage } from "./gallery.ts";

/** Images that go through a network together. */
const BATCH = 64;

/** Images with their classes, without augmentation. */
export interface SeenImages extends ImageSource {
  /** Names of the classes, by number. */
  names: readonly string[];
  /** An image as it is stored, by its place among them. */
  picture(row: number): GalleryImage;
}

/** Both sides of a run's split. */
export interface RunImages extends Disposable {
  training: SeenImages;
  validation: SeenImages;
}

/** The part of an experiment that says what its network sees. */
type Seen = Pick<RunRecord["experiment"], "imageSize" | "corruption">;

/**
 * Opens the images that a run was trained on, and those that it was evaluated on. The caller disposes them.
 *
 * @param mostEach images of each dataset on either side, at most; which are a random sample of them
 */
export async function openRunImages({ experiment }: RunRecord, mostEach = Infinity): Promise<RunImages> {
  const { datasets, imagesPerDataset, validationPerDataset, seed } = experiment;
  const pools = await openPools(datasets);
  const sizes = { train: imagesPerDataset, validation: validationPerDataset, seed };
  const { train, validation } = sampleExperiment(pools, sizes);
  const first = (indices: readonly Int32Array[]) => indices.map((chosen) => chosen.slice(0, mostEach));
  return {
    training: seenImages(experiment, pools, datasets, first(train)),
    validation: seenImages(experiment, pools, datasets, first(validation)),
    [Symbol.dispose]: () => pools.forEach((pool) => pool[Symbol.dispose]()),
  };
}

/** Opens images of a dataset that has semantic classes, to be seen by a run's network. The caller disposes them. */
export async function openClasses(
  { experiment }: RunRecord,
  dataset: string,
  images: number,
): Promise<SeenImages & Disposable> {
  const pools = await openPools([dataset]);
  const { names, validation } = sampleClasses(pools[0], {
    train: 1,
    validation: images,
    seed: experiment.seed,
  });
  return {
    ...seenImages(experiment, pools, names, validation.indices, validation.labels),
    [Symbol.dispose]: () => pools[0][Symbol.dispose](),
  };
}

function seenImages(
  { imageSize, corruption }: Seen,
  pools: readonly Pool[],
  names: readonly string[],
  indices: Int32Array[],
  labels?: Int32Array[],
): SeenImages {
  const places = indices.flatMap((chosen, p) => Array.from(chosen, (index) => ({ pool: pools[p], index })));
  return {
    names,
    keys: keysOf({ pools, indices }),
    batches: validationBatches({ pools, indices, labels, imageSize, batchSize: BATCH, corruption }),
    picture: (row) => {
      const { pool, index } = places[row];
      return { pixels: pool.read(index), side: pool.side, channels: pool.channels };
    },
  };
}
