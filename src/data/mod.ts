/** Datasets: manifests, pools of images on disk, sampling, splits and batches. */
export {
  type Augment,
  type Augmentation,
  checkAugmentation,
  makeAugment,
  randomCrop,
} from "./augmentation.ts";
export { type BatchWorkers, startBatchWorkers } from "./batches/workers.ts";
export * from "./batches/batches.ts";
export { corruptAsAlways } from "./corrupted.ts";
export * from "./manifest/manifest.ts";
export { MANIFEST_FOLDER } from "./manifest/find.ts";
export { openRandomAccess } from "./files/random_access.ts";
export * from "./pool/pool.ts";
export { checkDisjoint, type DatasetReference, parseReference } from "./manifest/reference.ts";
export type { PoolOptions, PoolProgress } from "./pool/build.ts";
export { indicesByKey, type PoolImage, type PoolImages } from "./pool/index.ts";
export { dataRoot, type Dropped, poolFolder, type StoredImages } from "./pool/store.ts";
export { SQUARE_SIDE } from "./sources/stored_image.ts";
export { type LeftOut, leftOutText } from "./pool/header.ts";
export {
  type ConceptSizes,
  type LabelledImages,
  type LabelledSample,
  randomLabels,
  sampleClasses,
  sampleConcepts,
} from "./sample/labels.ts";
export { type Sample, sampleExperiment, sampleImages, type SampleSizes } from "./sample/sample.ts";
export { fetchedFolder, fetchedForOthers, wantedShorter } from "./sources/urls.ts";
export { type ListedUrl, listedUrls } from "./sources/url_list.ts";
export {
  countDuplicates,
  type DuplicateCount,
  type DuplicateRow,
  duplicateRows,
  DUPLICATES_NOTE,
} from "./sample/duplicates.ts";
