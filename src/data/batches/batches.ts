import {
  type Augmentation,
  checkCorruption,
  type Corruption,
  type EncodedImage,
  type Interpolation,
  makeAugment,
  type PackedImage,
  resizeAndCentreCrop,
} from "../../images/mod.ts";
import { permutation, random, STREAMS } from "../../stats/mod.ts";
import { PreparedImages } from "./prepared.ts";
import type { StoredImages } from "../pool/store.ts";

/** Images for the network. The values of bytes become those that it sees by `imagesFromPixels`. */
export interface Batch {
  /** `[B, imageSize, imageSize, channels]`, 8 bits a value, row by row. */
  pixels: Uint8Array<ArrayBuffer>;
  /** 1 where every dataset is grey, else 3 (RGB; grey images have three equal channels). */
  channels: 1 | 3;
  /**
   * Class of each image, `[B]`: the place of its dataset among the pools, unless the source says otherwise.
   */
  labels: Int32Array<ArrayBuffer>;
}

/** The images of batches, their size and their number in a batch. */
export interface BatchSource {
  /** One a dataset; they may differ in side and channels. */
  pools: readonly StoredImages[];
  /** Pool indices of the images to use, one array a pool. See `sampleExperiment`. */
  indices: readonly Int32Array[];
  /** Class of each of these images, one array a pool. Default: the pool's place; see `randomLabels`. */
  labels?: readonly Int32Array[];
  /** Side of the square that the network sees, px. */
  imageSize: number;
  batchSize: number;
  /** Corruption of every image before anything random. Default: none. */
  corruption?: Corruption | null;
  /** Filter of the resize of validation images; the augmentation has training's. Default: bilinear. */
  interpolation?: Interpolation;
  /**
   * Whether images are resized and centre cropped to `imageSize` before that. The corruption's sizes are then
   * px of the network's input, else of the stored images; see `scaleCorruption`. Default: false.
   */
  fitFirst?: boolean;
}

/** Images to train on. */
export interface TrainingSource extends BatchSource {
  augmentation: Augmentation;
  /** Decides order and augmentation. */
  seed: number;
}

/** An endless source of training batches. */
export interface TrainingBatches {
  /** Number of different images. */
  readonly size: number;
  readonly imageSize: number;
  readonly batchSize: number;
  /** The batch of step `step` (from 0), a function of the seed and the step alone. */
  batch(step: number): Batch | Promise<Batch>;
}

/** The validation images, in order. */
export interface ValidationBatches {
  /** Number of images. */
  readonly size: number;
  readonly imageSize: number;
  /**
   * Dataset by dataset in the order of the indices; the last batch is smaller where the numbers ask for it.
   */
  batches(): Iterable<Batch> | AsyncIterable<Batch>;
}

/** Training batches that are made when they are asked for, on the thread that asks. */
interface TrainingBatchesHere extends TrainingBatches {
  batch(step: number): Batch;
}

/** Validation batches that are made when they are asked for, on the thread that asks. */
interface ValidationBatchesHere extends ValidationBatches {
  /** Number of batches. */
  readonly count: number;
  /** The batch of that number, from 0. */
  batch(number: number): Batch;
  batches(): Generator<Batch>;
}

/** Larger than any network here sees; what is above it is a mistake, and would not fit memory. */
const LARGEST_IMAGE = 1024;

/**
 * Batches to train on. Every pass over the images has an order of its own and shows each image once; a batch
 * may end one pass and begin the next. Nothing is remembered between steps, so a resumed run sees what an
 * uninterrupted one would have seen.
 *
 * @throws {Error} for an image size, batch size or augmentation that cannot be
 */
export function trainingBatches(source: TrainingSource): TrainingBatchesHere {
  const { imageSize, batchSize, augmentation, seed } = source;
  checkSource(source);
  const augment = makeAugment(augmentation);
  const { size, locate } = imagesOf(source);
  const writer = new BatchWriter(source);
  const orderOf = latestOrders(size, seed);
  const batch = (step: number) => {
    const made = writer.empty(batchSize);
    for (let j = 0; j < batchSize; j++) {
      const shown = step * batchSize + j; // number of this showing of an image, over the whole run
      const order = orderOf(Math.floor(shown / size));
      const draw = random(seed, STREAMS.augmentation, shown);
      writer.write(made, j, locate(order[shown % size]), (image, seen) => augment(image, seen, draw));
    }
    return made;
  };
  return { size, imageSize, batchSize, batch };
}

/**
 * Batches to evaluate on: shorter side to `round(imageSize / 0.875)`, centre crop, nothing random.
 *
 * @throws {Error} for an image size or batch size that cannot be
 */
export function validationBatches(source: BatchSource): ValidationBatchesHere {
  const { imageSize, batchSize, interpolation } = source;
  checkSource(source);
  const { size, locate } = imagesOf(source);
  const writer = new BatchWriter(source);
  const centred = (image: PackedImage | EncodedImage, seen: PackedImage) =>
    resizeAndCentreCrop(image, seen.width, seen.pixels, interpolation);
  const count = Math.ceil(size / batchSize);
  const batch = (number: number) => {
    const begin = number * batchSize;
    const made = writer.empty(Math.min(batchSize, size - begin));
    for (let j = 0; j < made.labels.length; j++) writer.write(made, j, locate(begin + j), centred);
    return made;
  };
  function* batches() {
    for (let number = 0; number < count; number++) yield batch(number);
  }
  return { size, imageSize, count, batch, batches };
}

/** Where an image lies, and what it is called. */
interface Place {
  pool: number;
  index: number;
  label: number;
}

/** Reads images and writes them, transformed, to their places in a batch. */
class BatchWriter {
  readonly #pools: readonly StoredImages[];
  readonly #prepared: PreparedImages | undefined;
  /** Room for an image of each pool of pixels. */
  readonly #stored: PackedImage[];
  readonly #size: number;
  readonly #channels: 1 | 3;
  /** A grey image on its way into a batch in colour. */
  readonly #grey: Uint8Array;

  constructor({ pools, imageSize, corruption, fitFirst, interpolation }: BatchSource) {
    this.#pools = pools;
    const fitTo = fitFirst ? imageSize : undefined;
    this.#prepared = corruption || fitFirst
      ? new PreparedImages({ corruption, fitTo, interpolation })
      : undefined;
    this.#stored = pools.map(({ side, channels }) => emptyImage({ width: side, height: side, channels }));
    this.#size = imageSize;
    this.#channels = pools.every(({ channels }) => channels === 1) ? 1 : 3;
    this.#grey = new Uint8Array(imageSize * imageSize);
  }

  empty(images: number): Batch {
    const [size, channels] = [this.#size, this.#channels];
    const pixels = new Uint8Array(images * size * size * channels);
    return { pixels, channels, labels: new Int32Array(images) };
  }

  /** Writes the batch's image `j`; `transform` makes what is seen, a square, from what is stored. */
  write(
    { pixels, labels }: Batch,
    j: number,
    { pool, index, label }: Place,
    transform: (image: PackedImage | EncodedImage, seen: PackedImage) => void,
  ): void {
    labels[j] = label;
    const image = this.#read(pool, index);
    const [size, { channels }] = [this.#size, image];
    const length = size * size * this.#channels;
    const place = pixels.subarray(j * length, (j + 1) * length);
    const isInPlace = channels === this.#channels;
    transform(image, { pixels: isInPlace ? place : this.#grey, height: size, width: size, channels });
    if (isInPlace) return;
    for (let o = 0; o < length; o++) place[o] = this.#grey[Math.trunc(o / 3)];
  }

  /** The transform decodes a JPEG file, unless the image is prepared first. */
  #read(place: number, index: number): PackedImage | EncodedImage {
    const pool = this.#pools[place];
    if (this.#prepared) return this.#prepared.get(pool, index);
    if (pool.encoded) return pool.encoded(index);
    const image = this.#stored[place];
    pool.read(index, image.pixels);
    return image;
  }
}

function emptyImage({ width, height, channels }: Omit<PackedImage, "pixels">): PackedImage {
  return { pixels: new Uint8Array(width * height * channels), height, width, channels };
}

/** All images that a source names, pool by pool. */
function imagesOf({ indices, labels }: BatchSource): { size: number; locate(place: number): Place } {
  const size = indices.reduce((sum, { length }) => sum + length, 0);
  const locate = (place: number) => {
    let pool = 0;
    while (place >= indices[pool].length) place -= indices[pool++].length;
    return { pool, index: indices[pool][place], label: labels?.[pool][place] ?? pool };
  };
  return { size, locate };
}

/** The order of each pass, the last two kept: a batch, or the one made ahead of it, may lie in two passes. */
function latestOrders(size: number, seed: number): (pass: number) => Uint32Array {
  const orders = new Map<number, Uint32Array>();
  return (pass) => {
    const known = orders.get(pass);
    if (known) return known;
    if (orders.size >= 2) orders.delete(orders.keys().next().value!);
    const order = permutation(size, seed, STREAMS.order, pass);
    orders.set(pass, order);
    return order;
  };
}

function checkSource({ pools, indices, labels, imageSize, batchSize, corruption }: BatchSource): void {
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
  if (labels && !indices.every((chosen, pool) => chosen.length === labels[pool]?.length)) {
    throw new Error("the labels do not match the indices; give one array a pool, with one label an index");
  }
  if (indices.every((chosen) => chosen.length === 0)) {
    throw new Error("there are no images to make batches of");
  }
}
