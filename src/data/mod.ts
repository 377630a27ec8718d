/** Datasets: manifests, pools of images on disk, sampling, splits and batches. */
export * from "./batches.ts";
export * from "./manifest.ts";
export { inferenceInput, normalisation } from "./normalise.ts";
export * from "./pool.ts";
export type { PoolOptions, PoolProgress } from "./pool_build.ts";
export { dataRoot, type Dropped, type PoolImage } from "./pool_store.ts";
export * from "./sample.ts";
