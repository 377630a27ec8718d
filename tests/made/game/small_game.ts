import { type Game, openGame } from "../../../src/game/game.ts";
import { openPools, sampleExperiment } from "../../../src/data/mod.ts";
import { type Prediction, RunFolder, type RunRecord } from "../../../src/experiments/mod.ts";
import { syntheticRecord } from "../paper/records.ts";

/** Datasets with small pools, which are opened fast. */
const SMALL = ["fxemoji", "emojione", "carbon"];

/** Validation images of each dataset. */
export const EACH = 4;

/** A run that never was, on real images, with its predictions on disk: the network takes each third image for the next dataset's. */
export async function keptRun(
  datasets = SMALL,
): Promise<{ record: RunRecord; runs: string }> {
  const runs = Deno.makeTempDirSync();
  const record = syntheticRecord({
    datasets,
    accuracy: 2 / 3,
    validationPerDataset: EACH,
    experiment: { imagesPerDataset: 30 },
  });
  const pools = await openPools(datasets);
  const { validation } = sampleExperiment(pools, { train: 30, validation: EACH, seed: 0 });
  const predictions = validation.flatMap((indices, label) =>
    Array.from(indices, (index, i): Prediction => {
      const said = i % 3 === 2 ? (label + 1) % datasets.length : label;
      const probabilities = datasets.map((_, d) => d === said ? 0.8 : 0.1);
      return { key: pools[label].images.at(index)!.key, label, probabilities };
    })
  );
  pools.forEach((pool) => pool[Symbol.dispose]());
  const folder = new RunFolder(record.hash, runs);
  Deno.mkdirSync(folder.path);
  await folder.finish(predictions, record.result);
  return { record, runs };
}

/** A game of a few images against that network. */
export async function smallGame(
  { images = 5, seed = 0, datasets = SMALL } = {},
): Promise<Game> {
  const { record, runs } = await keptRun(datasets);
  return await openGame(record, { images, seed, runs });
}
