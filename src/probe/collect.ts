/** Features of a set of images, computed once and kept: whoever asks again for the same gets what lies on the disk. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Batch, BatchSource, ValidationBatches } from "../data/mod.ts";
import { untilAborted } from "../train/mod.ts";
import { openFeatures, type StoredFeatures, storeFeatures } from "./feature_file.ts";

/** The images that features are taken of. */
export interface ImageSource {
  batches: ValidationBatches;
  /** Name of each image, in the order of the batches; see {@link keysOf}. */
  keys: readonly string[];
  /** What was done to the images, where that does not follow from their keys: part of the features' identity. Default none. */
  preparation?: string;
}

/** Where features go, and who is told. */
export interface CollectOptions {
  /** Folder in which each set of features gets a folder of its own, named by its identity. */
  root: string;
  /** Ends it between two batches; nothing is kept then. */
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** A way to turn images into vectors. */
export interface Featurizer {
  /** Says all that the vectors depend on beside the images. */
  identity: string;
  /** Features of a batch of images of this side, [B, columns] row by row. */
  compute(batch: Batch, imageSize: number): Float32Array | Promise<Float32Array>;
}

/** Keys of a source's images in the order of its validation batches, `dataset/key`. */
export function keysOf({ pools, indices }: Pick<BatchSource, "pools" | "indices">): string[] {
  return indices.flatMap((chosen, p) =>
    Array.from(chosen, (index) => `${pools[p].name}/${pools[p].images.at(index)!.key}`)
  );
}

/** sha256 of texts, in hexadecimal, such that no two lists of texts are told as one. */
export function digestOf(parts: Iterable<string>): string {
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

async function* rowsOf(featurizer: Featurizer, { batches, keys }: ImageSource, options: CollectOptions) {
  let done = 0;
  for await (const batch of untilAborted(batches.batches(), options.signal)) {
    yield { values: await featurizer.compute(batch, batches.imageSize), labels: batch.labels };
    options.onProgress?.(done += batch.labels.length, keys.length);
  }
}
