/** The project's benchmarks. */
import type { GpuOptions } from "./gpu/plan.ts";
export { GPU_PARTS } from "./gpu/plan.ts";

/** One line of a benchmark's table. */
export type BenchRow = object;

/** What the benchmarks leave open. */
export interface BenchChoice {
  /** Of `train` and `steady`: the networks. */
  models?: string[];
  /** Of `photos`: the dataset. */
  data?: string;
  /** Of `gpu`. */
  gpu?: GpuOptions;
}

/**
 * The benchmarks by name. Each is loaded when it is run: the list itself needs no package, so that a
 * clean clone can show it.
 */
export const benchmarks: Record<string, (choice: BenchChoice) => Promise<BenchRow[]>> = {
  train: async ({ models }) => (await import("./train.ts")).benchTrain(models),
  blocks: async () => (await import("./blocks.ts")).benchBlocks(),
  steady: async ({ models }) => (await import("./steady.ts")).benchSteady(models),
  precision: async () => (await import("./precision.ts")).benchPrecision(),
  sweep: async () => (await import("./sweep.ts")).benchSweep(),
  search: async () => (await import("./search.ts")).benchSearch(),
  grids: async () => (await import("./grids.ts")).benchGrids(),
  input: async () => (await import("./input.ts")).benchInput(),
  transforms: async () => (await import("./transforms.ts")).benchTransforms(),
  photos: async ({ data }) => (await import("./photos.ts")).benchPhotos(data),
  fetch: async () => (await import("./fetch.ts")).benchFetch(),
  ray: async () => (await import("./ray.ts")).benchRay(),
  memory: async () => (await import("./memory.ts")).benchMemory(),
  gpu: async ({ gpu }) => (await import("./gpu.ts")).benchGpu(gpu),
};
