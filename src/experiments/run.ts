/** Runs one experiment and keeps its record. */
import {
  datasetHash,
  expectedImages,
  manifestOf,
  parseReference,
  type Pool,
  randomLabels,
} from "../data/mod.ts";
import { type Sample, sampleExperiment, startBatchWorkers } from "../data/mod.ts";
import { countParameters, createModel, saveWeights } from "../models/mod.ts";
import { wilson } from "../stats/mod.ts";
import { describeEngine, startEngine } from "../tensorflow/mod.ts";
import { argmax, type Evaluation, removeCheckpoints, train } from "../train/mod.ts";
import { checkExperiment, type Experiment, ExperimentError } from "./experiment.ts";
import { experimentHash } from "./identity.ts";
import type { RunOptions } from "./progress.ts";
import { openPools } from "./pools.ts";
import { predictionsOf } from "./predictions.ts";
import { type EpochLine, inputWaitOf, type Result, type RunRecord } from "./record.ts";
import { RunFolder, runsFolder } from "./store.ts";
import { metadataOf, type NetworkDescription } from "./trained.ts";
import { watchTraining } from "./watch_training.ts";

/**
 * Checks what can be checked without training: the experiment itself, that its datasets exist, and that they are large enough.
 * (Whether enough images are left once duplicates are kept on one side, and how many a split or a part has, is known when the pools
 * are open.)
 *
 * @throws {ExperimentError} for a fault of the experiment
 * @throws {Error} for a dataset or split that there is not, listing those that there are
 */
export function checkRunnable(experiment: unknown): Experiment {
  const checked = checkExperiment(experiment);
  const needed = checked.imagesPerDataset + checked.validationPerDataset;
  for (const name of checked.datasets) {
    const isPart = parseReference(name).part !== undefined;
    const images = expectedImages(name);
    if (needed <= (isPart ? PART_MARGIN : 1) * images) continue;
    throw new ExperimentError(
      `imagesPerDataset (${checked.imagesPerDataset}) and validationPerDataset (${checked.validationPerDataset}) ask for ` +
        `${needed} images of "${name}", which has ${
          isPart ? "about " : ""
        }${images}. Ask for fewer, or leave it out.`,
    );
  }
  return checked;
}

/** A part may have this many times its equal share of images, since groups are dealt out whole. */
const PART_MARGIN = 1.2;

/** Identity of an experiment on today's data; the name of its folder under `runs/`. */
export function hashOf(experiment: Experiment): string {
  return experimentHash(experiment, experiment.datasets.map((name) => datasetHash(manifestOf(name))));
}

/**
 * The record of an experiment: read back where it has been run before, else trained, from its checkpoint where there is one.
 * Two processes that ask for the same experiment do it once.
 *
 * @throws {ExperimentError} for an experiment that cannot be run, before anything is trained
 * @throws the signal's reason when aborted
 */
export async function run(experiment: Experiment, options: RunOptions = {}): Promise<RunRecord> {
  const checked = checkRunnable(experiment);
  const folder = new RunFolder(hashOf(checked), options.runs ?? runsFolder());
  const known = await folder.record();
  if (known) return known;
  using _lock = await folder.lock();
  return await folder.record() ?? await trainAndRecord(checked, folder, options);
}

async function trainAndRecord(
  experiment: Experiment,
  folder: RunFolder,
  options: RunOptions,
): Promise<RunRecord> {
  const { datasets, seed, imageSize, recipe } = experiment;
  const label = datasets.join(" + ");
  let pools: Pool[] = [];
  using workers = startBatchWorkers(); // they load their program while the pools are opened and the engine starts
  try {
    pools = await openPools(datasets, options);
    const { imagesPerDataset, validationPerDataset, augmentation } = experiment;
    const split = sampleExperiment(pools, {
      train: imagesPerDataset,
      validation: validationPerDataset,
      seed,
    });
    // Now, since a pool may be made anew beneath a training that takes days.
    const keys = split.validation.flatMap((indices, d) =>
      Array.from(indices, (i) => pools[d].images.at(i)!.key)
    );
    const engine = describeEngine(await startEngine());
    await folder.writeExperiment(experiment);
    const model = createModel(experiment.model, datasets.length, imageSize);
    const source = { pools, imageSize, batchSize: recipe.batchSize, corruption: experiment.corruption };
    const labels = experiment.labels === "random" ? randomLabels(split.train, seed) : undefined;
    const training = workers.training({ ...source, indices: split.train, labels, augmentation, seed });
    const trainingImages = workers.validation({ ...source, ...someOf(split.train, labels) });
    const validation = workers.validation({ ...source, indices: split.validation });
    const watched = watchTraining<EpochLine>({ folder, label, epochs: recipe.epochs, options });
    const { weights, onTraining, ...evaluation } = await train({
      model,
      recipe,
      training,
      validation,
      trainingImages,
      seed,
      ...watched.callbacks,
    });
    const epochs = watched.epochs();
    const result: Result = {
      ...summarise(evaluation, datasets.length),
      training: onTraining!.accuracy,
      parameters: countParameters(model.specs),
      seconds: epochs.reduce((sum, { seconds }) => sum + seconds, 0),
      inputWait: inputWaitOf(epochs),
      engine,
      finishedAt: new Date().toISOString(),
    };
    await saveWeights(folder.weights, model, weights, metadataOf(descriptionOf(experiment, pools)));
    await folder.finish(predictionsOf(evaluation, keys, datasets.length), result);
    await removeCheckpoints(folder.path);
    return { hash: folder.hash, experiment, epochs, result };
  } finally {
    for (const pool of pools) pool[Symbol.dispose]();
  }
}

/** Training images that the training accuracy is of, at most. */
const MOST_TRAINING_IMAGES = 10_000;

/** The first training images of each dataset, as many of each, and their labels. */
function someOf(indices: Sample["train"], labels?: readonly Int32Array[]) {
  const each = Math.floor(MOST_TRAINING_IMAGES / indices.length);
  const first = (values: Int32Array) => values.subarray(0, each);
  return { indices: indices.map(first), labels: labels?.map(first) };
}

function descriptionOf(
  { model, datasets, imageSize, recipe }: Experiment,
  pools: Pool[],
): NetworkDescription {
  const channels = pools.every((pool) => pool.channels === 1) ? 1 : 3;
  return { model, datasets, imageSize, channels, precision: recipe.precision };
}

function summarise({ probabilities, labels, accuracy }: Evaluation, classes: number) {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => confusion[label][argmax(probabilities, i * classes, classes)]++);
  const perDataset = confusion.map((row, label) => wilson(row[label], row.reduce((a, b) => a + b)));
  return { accuracy, chance: 1 / classes, perDataset, confusion };
}
