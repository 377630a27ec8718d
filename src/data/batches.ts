import { createHash } from "node:crypto";
import {
  checkCorruption,
  corrupt,
  type Corruption,
  type PackedImage,
  resizeAndCentreCrop,
} from "../images/mod.ts";
import { permutation, random } from "../stats/mod.ts";
import { type Augment, type Augmentation, makeAugment } from "./augmentation.ts";
import type { Pool } from "./pool.ts";

/** Images as the network sees them. */
export interface Batch {
  /** `[B, imageSize, imageSize, 3]`, RGB, normalised by ImageNet's mean and standard deviation; grey images have three equal channels. */
  images: Float32Array<ArrayBuffer>;
  /** Place of each image's dataset among the pools, `[B]`. */
  labels: Int32Array<ArrayBuffer>;
}

/** Which images, how large, how many at a time. */
export interface BatchSource {
  /** One a dataset; they may differ in side and channels. */
  pools: readonly Pool[];
  /** Pool indices of the images to use, one array a pool. See `sampleExperiment`. */
  indices: readonly Int32Array[];
  /** Side of the square that the network sees, px. */
  imageSize: number;
  batchSize: number;
  /** What is done to every image before anything else. Sizes in px of the stored images; see `scaleCorruption`. Default: nothing. */
  corruption?: Corruption | null;
}

/** An endless source of training batches. */
export interface TrainingBatches {
  /** Number of different images. */
  readonly size: number;
  readonly imageSize: number;
  readonly batchSize: number;
  /** The batch of step `step` (from 0), a function of the seed and the step alone. */
  batch(step: number): Batch;
}

/** The validation images, in order. */
export interface ValidationBatches {
  /** Number of images. */
  readonly size: number;
  readonly imageSize: number;
  /** Dataset by dataset in the order of the indices; the last batch is smaller where the numbers ask for it. */
  batches(): Generator<Batch>;
}

/** ImageNet's mean and standard deviation of R, G, B, of values in [0, 1] (as in torchvision and timm). */
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];
/** Normalised value of each 8-bit value, for each channel. */
const NORMALISED = MEAN.map((mean, c) =>
  Float32Array.from({ length: 256 }, (_, v) => (v / 255 - mean) / STD[c])
);

/** Larger than any network here sees; what is above it is a mistake, and would not fit memory. */
const LARGEST_IMAGE = 1024;

/** Names of the random streams of a seed. */
const Stream = { order: 0x6f72, augmentation: 0x6175, corruption: 0x636f } as const;

/**
 * Batches to train on. Every pass over the images has an order of its own and shows each image once; a batch may end one pass
 * and begin the next. Nothing is remembered between steps, so a resumed run sees what an uninterrupted one would have seen.
 *
 * @throws Error for an image size, batch size or augmentation that cannot be
 */
export function trainingBatches(
  source: BatchSource & { augmentation: Augmentation; seed: number },
): TrainingBatches {
  const { imageSize, batchSize, augmentation, seed } = source;
  checkSource(source);
  const augment = makeAugment(augmentation);
  const images = listImages(source);
  const reader = new ImageReader(source);
  const orderOf = latestOrders(images.length, seed);
  const batch = (step: number) => {
    const made = emptyBatch(batchSize, imageSize);
    for (let j = 0; j < batchSize; j++) {
      const shown = step * batchSize + j; // number of this showing of an image, over the whole run
      const order = orderOf(Math.floor(shown / images.length));
      const { pool, index } = images[order[shown % images.length]];
      reader.augmented(pool, index, augment, [seed, Stream.augmentation, shown]);
      reader.normaliseInto(made, j, pool);
    }
    return made;
  };
  return { size: images.length, imageSize, batchSize, batch };
}

/**
 * Batches to evaluate on: shorter side to `round(imageSize / 0.875)`, centre crop, nothing random.
 *
 * @throws Error for an image size or batch size that cannot be
 */
export function validationBatches(source: BatchSource): ValidationBatches {
  const { imageSize, batchSize } = source;
  checkSource(source);
  const images = listImages(source);
  const reader = new ImageReader(source);
  function* batches() {
    for (let begin = 0; begin < images.length; begin += batchSize) {
      const made = emptyBatch(Math.min(batchSize, images.length - begin), imageSize);
      for (let j = 0; j < made.labels.length; j++) {
        const { pool, index } = images[begin + j];
        reader.centred(pool, index);
        reader.normaliseInto(made, j, pool);
      }
      yield made;
    }
  }
  return { size: images.length, imageSize, batches };
}

/** Reads an image and transforms it in buffers of its own, one image at a time. */
class ImageReader {
  readonly #pools: readonly Pool[];
  readonly #size: number;
  readonly #stored: PackedImage[];
  readonly #corruption: Corruption | undefined;
  readonly #seen: Uint8Array;

  constructor({ pools, imageSize, corruption }: BatchSource) {
    this.#pools = pools;
    this.#size = imageSize;
    this.#corruption = corruption ?? undefined;
    this.#seen = new Uint8Array(imageSize * imageSize * 3);
    this.#stored = pools.map(({ side, channels }) => ({
      pixels: new Uint8Array(side * side * channels),
      height: side,
      width: side,
      channels,
    }));
  }

  augmented(pool: number, index: number, augment: Augment, stream: number[]): void {
    const image = this.#read(pool, index);
    const size = this.#size;
    const pixels = this.#seen.subarray(0, size * size * image.channels);
    augment(image, { pixels, height: size, width: size, channels: image.channels }, random(...stream));
  }

  centred(pool: number, index: number): void {
    resizeAndCentreCrop(this.#read(pool, index), this.#size, this.#seen);
  }

  #read(pool: number, index: number): PackedImage {
    const image = this.#stored[pool];
    this.#pools[pool].read(index, image.pixels);
    if (this.#corruption) corruptAsAlways(image, this.#corruption, this.#pools[pool].images[index].key);
    return image;
  }

  /** Writes the image that was transformed last as the batch's image `j`. */
  normaliseInto({ images, labels }: Batch, j: number, pool: number): void {
    labels[j] = pool;
    const [red, green, blue] = NORMALISED;
    const seen = this.#seen;
    const step = this.#stored[pool].channels === 3 ? 1 : 0;
    const length = this.#size * this.#size * 3;
    let p = 0;
    for (let o = j * length; o < (j + 1) * length; o += 3) {
      images[o] = red[seen[p]];
      images[o + 1] = green[seen[p + step]];
      images[o + 2] = blue[seen[p + 2 * step]];
      p += 1 + 2 * step;
    }
  }
}

/** Corrupts an image in place as every time: by the corruption's seed and the image's key alone. */
function corruptAsAlways(image: PackedImage, corruption: Corruption, key: string): void {
  const seed = "seed" in corruption ? corruption.seed : 0;
  const place = createHash("sha256").update(key).digest().readUIntBE(0, 6);
  corrupt(image, corruption, random(seed, Stream.corruption, place));
}

function listImages({ indices }: BatchSource): { pool: number; index: number }[] {
  return indices.flatMap((chosen, pool) => Array.from(chosen, (index) => ({ pool, index })));
}

/** The order of each pass, the last two kept: a batch, or the one made ahead of it, may lie in two passes. */
function latestOrders(size: number, seed: number): (pass: number) => Uint32Array {
  const orders = new Map<number, Uint32Array>();
  return (pass) => {
    const known = orders.get(pass);
    if (known) return known;
    if (orders.size >= 2) orders.delete(orders.keys().next().value!);
    const order = permutation(size, seed, Stream.order, pass);
    orders.set(pass, order);
    return order;
  };
}

function emptyBatch(size: number, imageSize: number): Batch {
  return { images: new Float32Array(size * imageSize * imageSize * 3), labels: new Int32Array(size) };
}

function checkSource({ pools, indices, imageSize, batchSize, corruption }: BatchSource): void {
  if (corruption) checkCorruption(corruption);
  if (!Number.isInteger(imageSize) || imageSize < 1 || imageSize > LARGEST_IMAGE) {
    throw new Error(
      `the image size is ${imageSize}; it must be a whole number of pixels from 1 to ${LARGEST_IMAGE}`,
    );
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new Error(`the batch size is ${batchSize}; it must be a whole number, 1 or more`);
  }
  if (pools.length !== indices.length) {
    throw new Error(
      `${pools.length} pools came with indices for ${indices.length}; give one array of indices a pool`,
    );
  }
  if (indices.every((chosen) => chosen.length === 0)) {
    throw new Error("there are no images to make batches of");
  }
}
