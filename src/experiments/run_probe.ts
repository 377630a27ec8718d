/** Runs one probe and keeps its record. */
import { type BatchWorkers, startBatchWorkers } from "../data/mod.ts";
import { createModel, weightTensors } from "../models/mod.ts";
import { describeEngine, startEngine, tf } from "../tensorflow/mod.ts";
import { type Evaluation, removeCheckpoints, train } from "../train/mod.ts";
import {
  collectFeatures,
  colorHistogram,
  extractFeatures,
  type LayerFeatures,
  pixelFeatures,
  type StoredFeatures,
  sweepLinearProbe,
} from "../probe/mod.ts";
import { openPools } from "./pools.ts";
import { predictionsOf } from "./predictions.ts";
import { checkProbe, datasetsOfTask, type FeatureSource, hashOfProbe, type Probe } from "./probe.ts";
import type { ProbeOutcome, ProbeRecord } from "./probe.ts";
import { networkOf, type ProbedNetwork, splitOf, type TaskImages, type TaskSplit } from "./probed.ts";
import type { RunOptions } from "./progress.ts";
import type { EpochLine } from "./record.ts";
import { RunFolder, runsFolder } from "./store.ts";
import { watchTraining } from "./watch_training.ts";

/** What a probe is made with. */
interface Session {
  probe: Probe;
  folder: RunFolder<ProbeRecord>;
  workers: BatchWorkers;
  split: TaskSplit;
  options: RunOptions;
  /** Whose features, for the progress. */
  label: string;
}

/** What the validation images were taken for, and with which setting. */
type Found =
  & Pick<Evaluation, "probabilities" | "labels" | "accuracy">
  & Pick<ProbeOutcome, "layer" | "baseLearningRate" | "candidates">;

/** Images that go through the network together. */
const BATCH = 64;

/**
 * The record of a probe: read back where it has been run before. Where its features are of a run or a pre-training without a
 * record, that is run first. Stopped and started again, it goes on from the features that have been taken so far, or from the
 * network's checkpoint; what is fitted on features takes seconds and is fitted again, to the same numbers.
 *
 * @throws {ExperimentError} for one that cannot be run, before anything is trained
 * @throws the signal's reason when aborted
 */
export async function runProbe(probe: Probe, options: RunOptions = {}): Promise<ProbeRecord> {
  const checked = checkProbe(probe);
  const folder = new RunFolder<ProbeRecord>(hashOfProbe(checked), options.runs ?? runsFolder());
  const known = await folder.record();
  if (known) return known;
  const { features } = checked;
  await startEngine();
  const network = features.from === "pixels" || features.from === "color-histogram" ||
      features.from === "end-to-end"
    ? undefined
    : await networkOf(features, checked.imageSize, options);
  using _lock = await folder.lock();
  return await folder.record() ?? await probeAndRecord(checked, network, folder, options);
}

async function probeAndRecord(
  probe: Probe,
  network: ProbedNetwork | undefined,
  folder: RunFolder<ProbeRecord>,
  options: RunOptions,
): Promise<ProbeRecord> {
  const started = performance.now();
  using workers = startBatchWorkers();
  const pools = await openPools(datasetsOfTask(probe.task), options);
  try {
    const engine = describeEngine(await startEngine());
    await folder.writeExperiment(probe);
    const split = splitOf(probe.task, pools, probe.seed);
    const session = { probe, folder, workers, split, options, label: labelOf(probe) };
    const { probabilities, labels, accuracy, ...setting } = probe.features.from === "end-to-end"
      ? await trainWhole(session, probe.features)
      : await probeFeatures(session, network);
    const result: ProbeOutcome = {
      accuracy,
      chance: 1 / split.names.length,
      classes: split.names,
      ...setting,
      source: network?.source,
      seconds: (performance.now() - started) / 1000,
      engine,
      finishedAt: new Date().toISOString(),
    };
    const classes = split.names.length;
    await folder.finish(predictionsOf({ probabilities, labels }, split.validation.keys, classes), result);
    await Deno.remove(folder.features, { recursive: true }).catch(() => {});
    await removeCheckpoints(folder.path);
    return (await folder.record())!;
  } finally {
    for (const pool of pools) pool[Symbol.dispose]();
  }
}

/** "cifar10 (MAE)", "random convnext_micro", "cifar10 (classes)", … */
function labelOf({ features, task }: Probe): string {
  if (features.from === "run") return features.experiment.datasets.join(" + ");
  if (features.from === "pretraining") return `${features.experiment.datasets.join(" + ")} (MAE)`;
  if (features.from === "end-to-end") return `${datasetsOfTask(task).join(" + ")} (${task.of})`;
  if (features.from === "pixels" || features.from === "color-histogram") return features.from;
  const { model } = features;
  return `${features.from} ${typeof model === "string" ? model : model.family}`;
}

/** Takes features of each layer and chooses among layers and learning rates on training images alone. */
async function probeFeatures(session: Session, network: ProbedNetwork | undefined): Promise<Found> {
  const { probe, split, options } = session;
  const opened: StoredFeatures[] = [];
  try {
    const layers: LayerFeatures[] = [];
    for (const layer of network ? probe.layers : ["the image"]) {
      const sides = [];
      for (const images of [split.train, split.validation]) {
        sides.push(await featuresOf(session, network, layer, images));
        opened.push(sides[sides.length - 1]);
      }
      layers.push({ layer, training: sides[0], validation: sides[1] });
    }
    return await sweepLinearProbe(layers, {
      recipe: { ...probe.recipe, baseLearningRate: probe.baseLearningRates[0] },
      baseLearningRates: probe.baseLearningRates,
      heldOut: probe.heldOut,
      classes: split.names.length,
      seed: probe.seed,
      signal: options.signal,
      onEpoch: epochCounter(session, layers.length * probe.baseLearningRates.length + 1),
    });
  } finally {
    for (const features of opened) features[Symbol.dispose]();
  }
}

/** Reports the epochs of all fits as one. */
function epochCounter({ probe, options, label }: Session, fits: number): () => void {
  let done = 0;
  const total = fits * probe.recipe.epochs;
  return () => options.onProgress?.({ phase: "probe", label, done: ++done, total });
}

async function featuresOf(
  { probe, folder, workers, options, label }: Session,
  network: ProbedNetwork | undefined,
  layer: string,
  { keys, ...images }: TaskImages,
): Promise<StoredFeatures> {
  const { features, imageSize, pooling } = probe;
  const corruption = features.from === "run" ? features.experiment.corruption : undefined;
  const batches = workers.validation({ ...images, imageSize, batchSize: BATCH, corruption });
  const collect = {
    root: folder.features,
    signal: options.signal,
    onProgress: (done: number, total: number) =>
      options.onProgress?.({ phase: "features", label, done, total }),
  };
  if (features.from === "pixels") {
    return collectFeatures(pixelFeatures(features.side), { batches, keys }, collect);
  }
  if (features.from === "color-histogram") {
    return collectFeatures(colorHistogram(features.bins), { batches, keys }, collect);
  }
  const { model, weights } = network!;
  const tensors = weightTensors(weights);
  try {
    return await extractFeatures(model, tensors, { batches, keys }, { ...collect, layer, pooling });
  } finally {
    tf.dispose(tensors);
  }
}

/** Trains a whole network on the task. */
async function trainWhole(
  { probe, folder, workers, split, options, label }: Session,
  { model, recipe, augmentation }: Extract<FeatureSource, { from: "end-to-end" }>,
): Promise<Found> {
  const { imageSize, seed } = probe;
  const source = (images: TaskImages) => ({ ...images, imageSize, batchSize: recipe.batchSize });
  const { keys: _, ...training } = source(split.train);
  const { keys: __, ...validation } = source(split.validation);
  const { probabilities, labels, accuracy } = await train({
    model: createModel(model, split.names.length, imageSize),
    recipe,
    training: workers.training({ ...training, augmentation, seed }),
    validation: workers.validation(validation),
    seed,
    ...watchTraining<EpochLine>({ folder, label, epochs: recipe.epochs, options }).callbacks,
  });
  return { probabilities, labels, accuracy };
}
