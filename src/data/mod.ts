/** Datasets: manifests, pools of images on disk, sampling, splits and batches. */
export {
  type Batch,
  type BatchSource,
  type TrainingBatches,
  trainingBatches,
  type TrainingSource,
  type ValidationBatches,
  validationBatches,
} from "./batches/batches.ts";
export { type Preparation, preparedImage } from "./batches/prepared.ts";
export { type BatchWorkers, startBatchWorkers } from "./batches/workers.ts";
export { dataRoot, printable } from "./files/places.ts";
export {
  collections,
  datasetsOf,
  expectedImages,
  manifestNames,
  manifestsOf,
  readManifest,
} from "./manifest/find.ts";
export {
  imagesIn,
  type Manifest,
  MANIFEST_FOLDER,
  manifestJsonSchema,
  parseManifest,
  splitsOf,
} from "./manifest/manifest.ts";
export { folder } from "./manifest/own_folder.ts";
export { hub, parquet, shards, withOwn } from "./manifest/own_files.ts";
export {
  checkDisjoint,
  contentName,
  type DatasetReference,
  isSameSource,
  parseReference,
} from "./manifest/reference.ts";
export type { PoolOptions, PoolProgress } from "./pool/build.ts";
export { datasetHash } from "./pool/hash.ts";
export { type Dropped, leftOutText, warnedText } from "./pool/header.ts";
export { indicesByKey, type PoolImage } from "./pool/index.ts";
export { openPool, openPools, type Pool } from "./pool/pool.ts";
export type { StoredImages } from "./pool/store.ts";
export { countDuplicates, duplicatePairs, duplicateRows, DUPLICATES_NOTE } from "./sample/duplicates.ts";
export {
  type LabelledImages,
  originLabels,
  randomLabels,
  sampleClasses,
  sampleConcepts,
} from "./sample/labels.ts";
export { type Original, type Originals, sampleOriginals } from "./sample/originals.ts";
export {
  duplicateGroups,
  type Sample,
  sampleExperiment,
  sampleImages,
  type SampleSizes,
} from "./sample/sample.ts";
export { sampleWords } from "./sample/words.ts";
export { imageFilesIn, readImageFile } from "./sources/folder.ts";
export { IMAGE_ENDINGS, isImageName, withoutEnding } from "./sources/image_paths.ts";
export { RowTally } from "./sources/url_list.ts";
export {
  fetchedFolder,
  fetchedForOthers,
  type ListedUrl,
  listedUrls,
  wantedShorter,
} from "./sources/urls.ts";
