/** The work of an experiment, before it is run: steps, images, FLOPs, disk. */
import {
  type AnyExperiment,
  canonicalJson,
  type FeatureSource,
  hashOf,
  neededBy,
  type Pretraining,
  type Probe,
  type ProbeTask,
} from "../experiments/mod.ts";
import {
  autoencoders,
  countParameters,
  createAutoencoder,
  createEncoder,
  createModel,
  describe,
  encoderConfig,
  type ModelConfig,
} from "../models/mod.ts";
import { epochsTrained, partsOf, type Recipe, type Schedule, stepsPerEpoch } from "../train/mod.ts";

/** A network as far as its speed depends on it. */
export interface Network {
  /** Equal for networks that have the same speed. */
  key: string;
  /** Its name, or its family's. */
  name: string;
  /** The network; of an autoencoder its encoder. */
  model: string | ModelConfig;
  classes: number;
  /** px */
  imageSize: number;
  precision: Recipe["precision"];
  /** Images a step. */
  batchSize: number;
  /** Multiply-adds of an image on its way to the output. */
  forward: number;
  /** The same of `model`, which for an autoencoder is another. */
  forwardOfModel: number;
  parameters: number;
}

/** The work of one experiment. */
export interface Work {
  experiment: AnyExperiment;
  /** Optimizer steps. */
  steps: number;
  /** Images that are trained on, each as often as it is shown. */
  samples: number;
  /** Images that only go forward: to validate, or for features. */
  evaluated: number;
  /** A multiply-add is two; a training image is three times a forward pass. */
  flops: number;
  /** Bytes that stay on disk: weights and predictions. */
  kept: number;
  /** Bytes of checkpoints while it runs. */
  checkpoints: number;
  /** Bytes of main memory, or of a card's, that it may take; rough, and rather too many. */
  memory: number;
  /** Undefined for what has none. */
  network?: Network;
}

/** Bytes of a process that trains nothing. */
const PROCESS = 1.2e9;
/**
 * Bytes of activations for a multiply-add of an image, in training: those of ConvNeXt-T at 224 px (78 MB,
 * 4.46e9); of networks with larger convolutions fewer.
 */
const ACTIVATIONS = 0.018;
/** Vectors as long as the network that a step holds at most. */
const VECTORS = 6;

const memoryOf = ({ parameters, forward }: Network, images: number) =>
  PROCESS + 4 * VECTORS * parameters + images * ACTIVATIONS * forward;

/** Bytes of a prediction's line: its key and frame, and a probability. */
const LINE = 60, PROBABILITY = 7;

/** Images of a classifier's training side that are evaluated at the end, at most. */
const MOST_TRAINING_IMAGES = 10_000;

/**
 * The work of experiments and of those that they need, each once. It is counted from their descriptions: of
 * tasks whose images only a pool tells, the numbers are upper bounds. The fits of probes, of trivial
 * learners and of audits are left out.
 */
export function workOf(experiments: readonly AnyExperiment[]): Work[] {
  const works = new Map<string, Work>();
  const add = (experiment: AnyExperiment) => {
    const hash = hashOf(experiment);
    if (works.has(hash)) return;
    for (const needed of neededBy(experiment)) add(needed);
    works.set(hash, workOfOne(experiment));
  };
  experiments.forEach(add);
  return [...works.values()];
}

function workOfOne(experiment: AnyExperiment): Work {
  switch (experiment.kind) {
    case "classifier": {
      const { datasets, model, imageSize, recipe, imagesPerDataset, validationPerDataset } = experiment;
      const network = classifier({ model, classes: datasets.length, imageSize, recipe });
      const onTraining = Math.min(MOST_TRAINING_IMAGES, datasets.length * imagesPerDataset);
      const validation = datasets.length * validationPerDataset;
      return trained(experiment, network, recipe, { validation, once: onTraining });
    }
    case "pretraining":
      return trained(experiment, autoencoder(experiment), experiment.recipe, { validation: 0 });
    case "fine_tuning": {
      const { classes, validation } = sizeOf(experiment.task);
      const network = classifier({ ...experiment, classes });
      return trained(experiment, network, experiment.recipe, { validation });
    }
    case "probe":
      return ofProbe(experiment);
    case "trivial": {
      const { datasets, validationPerDataset } = experiment;
      return untrained(experiment, predictionBytes(datasets.length * validationPerDataset, datasets.length));
    }
    case "audit": {
      const { datasets, imagesPerDataset } = experiment;
      const pairs = datasets.length * (datasets.length - 1) / 2;
      return untrained(experiment, 2 * imagesPerDataset * pairs * LINE);
    }
  }
}

/** What trains no network, and takes minutes at most. */
function untrained(experiment: AnyExperiment, kept: number): Work {
  const nothing = { steps: 0, samples: 0, evaluated: 0, flops: 0, checkpoints: 0 };
  return { experiment, ...nothing, kept, memory: PROCESS };
}

/** A training, and forward passes: over `validation` images at each epoch's end, over `once` at the end. */
function trained(
  experiment: AnyExperiment,
  network: Network,
  schedule: Schedule & Pick<Recipe, "accumulate"> & { ema?: number | null },
  { validation, once = 0 }: { validation: number; once?: number },
): Work {
  const steps = epochsTrained(schedule) * stepsPerEpoch(schedule);
  const samples = steps * schedule.batchSize;
  const evaluated = epochsTrained(schedule) * validation + once;
  const vectors = schedule.ema ? 4 : 3; // parameters, both moments, their moving average
  return {
    experiment,
    steps,
    samples,
    evaluated,
    flops: 2 * network.forward * (3 * samples + evaluated),
    kept: 4 * network.parameters + predictionBytes(validation, network.classes),
    checkpoints: 2 * vectors * 4 * network.parameters, // the newest and the one before
    memory: memoryOf(network, schedule.batchSize / partsOf(schedule)),
    network,
  };
}

const predictionBytes = (images: number, classes: number) => images * (LINE + PROBABILITY * classes);

function ofProbe(experiment: Probe): Work {
  const { features, task, imageSize, layers } = experiment;
  const { classes, training, validation } = sizeOf(task);
  if (features.from === "end-to-end") {
    const network = classifier({ ...features, classes, imageSize });
    return trained(experiment, network, features.recipe, { validation });
  }
  const network = readNetwork(features, imageSize);
  const evaluated = network ? layers.length * (training + validation) : 0;
  return {
    experiment,
    steps: 0,
    samples: 0,
    evaluated,
    flops: network ? 2 * network.forwardOfModel * evaluated : 0,
    kept: predictionBytes(validation, classes),
    checkpoints: 0,
    memory: network ? memoryOf(network, network.batchSize) : PROCESS,
    network,
  };
}

/** The network that features are read from. */
function readNetwork(features: FeatureSource, imageSize: number): Network | undefined {
  const recipe = { batchSize: 64, precision: "float32" } as const;
  if (features.from === "pretraining") {
    return autoencoder({ ...features.experiment, imageSize });
  }
  if (features.from === "run") {
    const { model, datasets, recipe } = features.experiment;
    return classifier({ model, classes: datasets.length, imageSize, recipe });
  }
  return "model" in features
    ? classifier({ model: features.model, classes: 2, imageSize, recipe })
    : undefined;
}

/** Numbers of classes and images of a task; of concepts and words, whose pools decide, at most. */
function sizeOf(task: ProbeTask): { classes: number; training: number; validation: number } {
  switch (task.of) {
    case "datasets": {
      const classes = task.datasets.length;
      return {
        classes,
        training: classes * task.imagesPerDataset,
        validation: classes * task.validationPerDataset,
      };
    }
    case "classes":
      return {
        classes: Math.max(2, CLASSES[task.dataset] ?? 2),
        training: task.images,
        validation: task.validation,
      };
    case "concepts":
      return {
        classes: task.concepts,
        training: task.concepts * task.datasets.length,
        validation: task.concepts * task.validationPerConcept,
      };
    case "words": {
      const classes = Object.keys(task.words).length;
      const each = classes * task.datasets.length;
      return { classes, training: each * task.mostPerWord, validation: each * task.validationPerWord };
    }
  }
}

/** Classes of datasets with semantic classes; a head's size hardly changes a network's speed. */
const CLASSES: Partial<Record<string, number>> = { "cifar10": 10, "imagenet-1k": 1000 };

function classifier(
  { model, classes, imageSize, recipe: { batchSize, precision } }: {
    model: string | ModelConfig;
    classes: number;
    imageSize: number;
    recipe: Pick<Recipe, "batchSize" | "precision">;
  },
): Network {
  const { flops, parameters } = describe(createModel(model, classes, imageSize), imageSize);
  return {
    key: canonicalJson([model, imageSize, precision]),
    name: typeof model === "string" ? model : model.family,
    model,
    classes,
    imageSize,
    precision,
    batchSize,
    forward: flops,
    forwardOfModel: flops,
    parameters,
  };
}

/** An autoencoder: the encoder sees a part of the patches, the decoder all of them. */
function autoencoder(
  { model, imageSize, recipe: { batchSize, precision } }: Pick<Pretraining, "model" | "imageSize" | "recipe">,
): Network {
  const config = typeof model === "string" ? autoencoders[model] : model;
  const encoder = describe(createEncoder(model, imageSize), imageSize).flops;
  const { specs, patches } = createAutoencoder(model, imageSize);
  const { dim, depth } = config.decoder;
  const tokens = patches + 1;
  const decoder = depth * tokens * (12 * dim ** 2 + 2 * tokens * dim) + // blocks: products, attention
    tokens * dim * (config.encoder.dim + 3 * config.patch ** 2); // into its width, and to pixels
  return {
    key: canonicalJson([model, imageSize, precision]),
    name: typeof model === "string" ? model : model.family,
    model: encoderConfig(config),
    classes: 2,
    imageSize,
    precision,
    batchSize,
    forward: (1 - config.maskRatio) * encoder + decoder,
    forwardOfModel: encoder,
    parameters: countParameters(specs),
  };
}
