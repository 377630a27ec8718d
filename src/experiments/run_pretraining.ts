/** Runs one pre-training and keeps its record and the encoder's weights. */
import { type Pool, sampleImages, startBatchWorkers } from "../data/mod.ts";
import {
  countParameters,
  createAutoencoder,
  encoderOf,
  type FlatWeights,
  saveWeights,
} from "../models/mod.ts";
import { describeEngine, startEngine } from "../tensorflow/mod.ts";
import { type EpochPace, pretrain, removeCheckpoints } from "../train/mod.ts";
import { openPools } from "./pools.ts";
import { checkPretraining, hashOfPretraining, type Pretraining } from "./pretraining.ts";
import type { PretrainingRecord, PretrainingResult } from "./pretraining.ts";
import type { RunOptions } from "./progress.ts";
import { inputWaitOf } from "./record.ts";
import { RunFolder, runsFolder } from "./store.ts";
import { watchTraining } from "./watch_training.ts";

type Folder = RunFolder<PretrainingRecord>;

/** The folder of a pre-training, begun or not. */
export function folderOfPretraining(experiment: Pretraining, root = runsFolder()): Folder {
  return new RunFolder<PretrainingRecord>(hashOfPretraining(experiment), root);
}

/**
 * The record of a pre-training: read back where it has been run before, else trained, from its checkpoint where there is one. Two
 * processes that ask for the same do it once. The encoder's weights, under timm's names, are in the folder's `model.safetensors`.
 *
 * @throws {ExperimentError} for one that cannot be run, before anything is trained
 * @throws the signal's reason when aborted
 */
export async function runPretraining(
  experiment: Pretraining,
  options: RunOptions = {},
): Promise<PretrainingRecord> {
  const checked = checkPretraining(experiment);
  const folder = folderOfPretraining(checked, options.runs);
  const known = await folder.record();
  if (known) return known;
  using _lock = await folder.lock();
  return await folder.record() ?? await trainAndRecord(checked, folder, options);
}

async function trainAndRecord(experiment: Pretraining, folder: Folder, options: RunOptions) {
  using workers = startBatchWorkers();
  const pools = await openPools(experiment.datasets, options);
  try {
    const { imageSize, augmentation, seed, recipe } = experiment;
    const engine = describeEngine(await startEngine());
    await folder.writeExperiment(experiment);
    const model = createAutoencoder(experiment.model, imageSize);
    const training = workers.training({
      pools,
      indices: imagesOf(experiment, pools),
      imageSize,
      augmentation,
      batchSize: recipe.batchSize,
      seed,
    });
    const label = `${experiment.datasets.join(" + ")} (MAE)`;
    const watched = watchTraining<EpochPace>({ folder, label, epochs: recipe.epochs, options });
    const { weights } = await pretrain({ model, recipe, training, seed, ...watched.callbacks });
    const result = resultOf(watched.epochs(), countParameters(model.specs), engine);
    await saveEncoder(folder, model, weights);
    await folder.finish(undefined, result);
    await removeCheckpoints(folder.path);
    return { hash: folder.hash, experiment, epochs: watched.epochs(), result };
  } finally {
    for (const pool of pools) pool[Symbol.dispose]();
  }
}

function imagesOf({ imagesPerDataset, validationPerDataset, seed }: Pretraining, pools: Pool[]) {
  return sampleImages(pools, { train: imagesPerDataset, validation: validationPerDataset, seed }).train;
}

function resultOf(epochs: EpochPace[], parameters: number, engine: string): PretrainingResult {
  return {
    loss: epochs[epochs.length - 1].trainLoss,
    parameters,
    seconds: epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    inputWait: inputWaitOf(epochs),
    engine,
    finishedAt: new Date().toISOString(),
  };
}

async function saveEncoder(
  folder: Folder,
  model: ReturnType<typeof createAutoencoder>,
  weights: FlatWeights,
): Promise<void> {
  const encoder = encoderOf(model, weights);
  await saveWeights(folder.weights, encoder.model, encoder.weights);
}
