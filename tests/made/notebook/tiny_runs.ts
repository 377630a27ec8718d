import { baseline, run, type RunRecord } from "../../../src/experiments/mod.ts";
import { environment } from "../environment.ts";

/** Datasets with small pools, which are opened fast. */
export const TINY_DATASETS = ["fxemoji", "emojione", "carbon"];

/** Networks of a few hundred parameters. */
const models = {
  convnext: { family: "convnext", depths: [1, 1], dims: [4, 8], patch: 4, layerScale: 1, dropPath: 0 },
  vit: {
    family: "vit",
    patch: 8,
    dim: 8,
    depth: 2,
    heads: 2,
    classToken: true,
    pooling: "token",
    positions: "learnt",
    dropPath: 0,
  },
} as const;

/** Records of all tests of a file. */
let folder: string | undefined;

/** Has `NTD_RUNS` name a folder of its own until this is disposed. */
export function tinyRuns(): Disposable {
  return environment({ NTD_RUNS: folder ??= Deno.makeTempDirSync() });
}

/**
 * A network that was trained for one step, with ten validation images of each dataset; within {@link
 * tinyRuns}.
 */
export function tinyRun(model: keyof typeof models): Promise<RunRecord> {
  return run(baseline({
    datasets: TINY_DATASETS,
    preset: "smoke",
    model: models[model] as never,
    validationPerDataset: 10,
    recipe: { epochs: 1, samplesPerEpoch: 32, warmupEpochs: 0 },
  }));
}
