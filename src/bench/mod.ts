/** The project's benchmarks. */

/** One line of a benchmark's table. */
export type BenchRow = object;

/** The subjects of the benchmarks that leave them open. */
export interface BenchChoice {
  models?: string[];
  data?: string;
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
  search: async () => (await import("./search.ts")).benchSearch(),
  grids: async () => (await import("./grids.ts")).benchGrids(),
  input: async () => (await import("./input.ts")).benchInput(),
  transforms: async () => (await import("./transforms.ts")).benchTransforms(),
  photos: async ({ data }) => (await import("./photos.ts")).benchPhotos(data),
  fetch: async () => (await import("./fetch.ts")).benchFetch(),
  memory: async () => (await import("./memory.ts")).benchMemory(),
};
