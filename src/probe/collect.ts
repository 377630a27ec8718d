/** Features of images, batch by batch: in memory, or on disk where they are known again. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Batch, BatchSource, ValidationBatches } from "../data/mod.ts";
import { untilAborted } from "../train/mod.ts";
import { type FeatureRows, openFeatures, type StoredFeatures, storeFeatures } from "./feature_file.ts";
import { type Features, featuresOf } from "./features.ts";

/** The images that features are taken of. */
export interface ImageSource {
  batches: ValidationBatches;
  /** Name of each image, in the order of the batches; see {@link keysOf}. */
  keys: readonly string[];
  /**
   * Name of the images' preparation, where it does not follow from their keys. It is part of the features'
   * identity. Default none.
   */
  preparation?: string;
}

/** The folder that features go to, and the callback that watches. */
export interface CollectOptions {
  /** Folder in which each set of features gets a folder of its own, named by its identity. */
  root: string;
  /** Ends it between two batches; nothing is kept then. */
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** A way to turn images into vectors. */
export interface Featurizer {
  /** Names everything that the vectors depend on beside the images. */
  identity: string;
  /** Features of a batch of images of this side, [B, columns] row by row. */
  compute(batch: Batch, imageSize: number): Float32Array | Promise<Float32Array>;
}

/** A {@link Featurizer} that holds compiled code; the caller disposes it. */
export interface DisposableFeaturizer extends Featurizer, Disposable {}

/** Keys of a source's images in the order of its validation batches, `dataset/key`. */
export function keysOf({ pools, indices }: Pick<BatchSource, "pools" | "indices">): string[] {
  return indices.flatMap((chosen, p) =>
    Array.from(chosen, (index) => `${pools[p].name}/${pools[p].images.at(index)!.key}`)
  );
}

/** sha256 of texts, in hexadecimal, such that no two lists of texts are told as one. */
function digestOf(parts: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("hex");
}

/**
 * Computes features batch by batch, or opens those that were computed before.
 *
 * @returns open; the caller closes them
 * @throws the signal's reason when it is aborted
 */
export async function collectFeatures(
  featurizer: Featurizer,
  source: ImageSource,
  options: CollectOptions,
): Promise<StoredFeatures> {
  const { batches: { imageSize }, keys, preparation = "" } = source;
  const identity = digestOf([featurizer.identity, `${imageSize}`, preparation, ...keys]);
  const folder = join(options.root, identity.slice(0, 16));
  const known = openFeatures(folder);
  if (known?.identity === identity) return known;
  known?.[Symbol.dispose]();
  await storeFeatures(folder, identity, keys, rowsOf(featurizer, source, options));
  return openFeatures(folder)!;
}

/** Features of images, in memory: for a few thousand images. */
export async function computeFeatures(
  featurizer: Featurizer,
  source: ImageSource,
  options: Omit<CollectOptions, "root"> = {},
): Promise<Features> {
  const parts: FeatureRows[] = [];
  for await (const rows of rowsOf(featurizer, source, options)) parts.push(rows);
  const columns = parts[0].values.length / parts[0].labels.length;
  const values = new Float32Array(source.keys.length * columns), labels = new Int32Array(source.keys.length);
  let filled = 0;
  for (const rows of parts) {
    values.set(rows.values, filled * columns);
    labels.set(rows.labels, filled);
    filled += rows.labels.length;
  }
  return featuresOf(values, labels, source.keys);
}

async function* rowsOf(
  featurizer: Featurizer,
  { batches, keys }: ImageSource,
  options: Omit<CollectOptions, "root">,
): AsyncGenerator<FeatureRows> {
  let done = 0;
  for await (const batch of untilAborted(batches.batches(), options.signal)) {
    yield { values: await featurizer.compute(batch, batches.imageSize), labels: batch.labels };
    options.onProgress?.(done += batch.labels.length, keys.length);
  }
}
