/** Datasets: manifests, pools of images on disk, sampling, splits and batches. */
export { type BatchWorkers, startBatchWorkers } from "./batch_workers.ts";
export * from "./batches.ts";
export * from "./manifest.ts";
export { MANIFEST_FOLDER } from "./manifest_folders.ts";
export { openRandomAccess } from "./files/random_access.ts";
export * from "./pool.ts";
export { checkDisjoint, type DatasetReference, parseReference } from "./reference.ts";
export type { PoolOptions, PoolProgress } from "./pool_build.ts";
export { indicesByKey, type PoolImage, type PoolImages } from "./pool_index.ts";
export { dataRoot, type Dropped, poolFolder, type StoredImages } from "./pool_store.ts";
export { SQUARE_SIDE } from "./stored_image.ts";
export { type LeftOut, leftOutText } from "./left_out.ts";
export { randomLabels } from "./random_labels.ts";
export {
  type ConceptSizes,
  type LabelledImages,
  type LabelledSample,
  sampleClasses,
  sampleConcepts,
} from "./class_sample.ts";
export { type Sample, sampleExperiment, sampleImages, type SampleSizes } from "./sample.ts";
export { fetchedFolder, fetchedForOthers, wantedShorter } from "./fetched_folder.ts";
export { type ListedUrl, listedUrls } from "./sources/url_list.ts";
export { countDuplicates, type DuplicateCount } from "./duplicate_counts.ts";
export { type DuplicateRow, duplicateRows, DUPLICATES_NOTE } from "./duplicate_rows.ts";
