/** What a probe reads: the images of its task and the network whose features they are turned into. */
import {
  type LabelledImages,
  type Pool,
  sampleClasses,
  sampleConcepts,
  sampleExperiment,
} from "../data/mod.ts";
import { type FlatWeights, loadWeights, type Model } from "../models/mod.ts";
import { drawnWeights } from "../train/mod.ts";
import { keysOf } from "../probe/mod.ts";
import { ExperimentError } from "./experiment.ts";
import { type FeatureSource, type Probe, probedModel, type ProbeTask } from "./probe.ts";
import type { RunOptions } from "./progress.ts";
import { run } from "./run.ts";
import { folderOfPretraining, runPretraining } from "./run_pretraining.ts";
import { RunFolder, runsFolder } from "./store.ts";
import { openNetwork } from "./trained.ts";

/** Images of one side of a task as the makers of batches take them. */
export interface TaskImages extends LabelledImages {
  pools: Pool[];
  /** `dataset/key` of each image, in the order of the batches. */
  keys: string[];
}

/** Both sides of a task. */
export interface TaskSplit {
  /** Names of the classes, by number. */
  names: string[];
  train: TaskImages;
  validation: TaskImages;
}

/** Chooses the images of a task. */
export function splitOf(task: ProbeTask, pools: Pool[], seed: number): TaskSplit {
  const { names, train, validation } = labelledSample(task, pools, seed);
  const withKeys = (images: LabelledImages) => ({
    ...images,
    pools,
    keys: keysOf({ pools, indices: images.indices }),
  });
  return { names, train: withKeys(train), validation: withKeys(validation) };
}

function labelledSample(task: ProbeTask, pools: Pool[], seed: number) {
  if (task.of === "classes") {
    return sampleClasses(pools[0], { train: task.images, validation: task.validation, seed });
  }
  if (task.of === "concepts") {
    const { concepts, drawnBy: datasets, validationPerConcept } = task;
    return sampleConcepts(pools, { concepts, datasets, validationPerConcept, seed });
  }
  const { imagesPerDataset: train, validationPerDataset: validation } = task;
  const sample = sampleExperiment(pools, { train, validation, seed });
  const labelled = (indices: Int32Array[]) => ({
    indices,
    labels: indices.map((chosen, pool) => new Int32Array(chosen.length).fill(pool)),
  });
  return {
    names: task.datasets,
    train: labelled(sample.train),
    validation: labelled(sample.validation),
  };
}

/** A network to read features from. */
export interface ProbedNetwork {
  model: Model;
  weights: FlatWeights;
  /** Hash of the run that made it. */
  source?: string;
}

/** Features of these come from no network. */
export type NetworkSource = Exclude<FeatureSource, { from: "pixels" | "color-histogram" | "end-to-end" }>;

/**
 * The network of a source; the run or pre-training that it refers to is run first where it has no record.
 *
 * @throws as {@link run}; {@link WeightsError} for a file that holds another network
 */
export async function networkOf(
  features: NetworkSource,
  imageSize: Probe["imageSize"],
  options: RunOptions,
): Promise<ProbedNetwork> {
  const root = options.runs ?? runsFolder();
  if (features.from === "run") {
    const { hash } = await run(features.experiment, options);
    const { model, weights } = openNetwork(new RunFolder(hash, root).weights);
    return { model, weights, source: hash };
  }
  const model = probedModel(features, imageSize)!;
  if (features.from === "random") return { model, weights: drawnWeights(model, features.seed) };
  if (features.from === "file") return { model, weights: pretrainedWeights(features.path, model) };
  const { hash } = await runPretraining(features.experiment, options);
  const { weights } = folderOfPretraining(features.experiment, root);
  return { model, weights: pretrainedWeights(weights, model), source: hash };
}

/** Weights of a pre-training; what it lacks, the classifier, is drawn. */
function pretrainedWeights(path: string, model: Model): FlatWeights {
  try {
    return loadWeights(path, model, { onto: drawnWeights(model, 0), resamplePositions: true });
  } catch (cause) {
    throw new ExperimentError((cause as Error).message, { cause });
  }
}
