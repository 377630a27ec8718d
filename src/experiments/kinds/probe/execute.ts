/**
 * Takes the features of a probe and fits linear classifiers on them, or trains a whole network for
 * comparison.
 */
import { createModel, type FlatWeights, type Model, weightTensors } from "../../../models/mod.ts";
import {
  collectFeatures,
  colorHistogram,
  extractFeatures,
  type LayerFeatures,
  pixelFeatures,
  type StoredFeatures,
  sweepLinearProbe,
} from "../../../probe/mod.ts";
import { tf } from "../../../tensorflow/mod.ts";
import { createWeights, type Evaluation, train } from "../../../train/mod.ts";
import type { Executed, Kind } from "../../kind.ts";
import { predictionsOf } from "../../record/outcomes.ts";
import { openNetwork } from "../../record/network.ts";
import { type Session, watchTraining } from "../../session.ts";
import { batchesOf, splitOf, type TaskImages, type TaskSplit } from "../../task.ts";
import { pretrainedWeights } from "../../trained_source.ts";
import { type FeatureSource, type Probe, probeDescription, probedModel, type ProbeRecord } from "./schema.ts";

/** Everything that a probe needs. */
interface Probing {
  probe: Probe;
  split: TaskSplit;
  session: Session<ProbeRecord>;
}

/** A network to read features from. */
interface ProbedNetwork {
  model: Model;
  weights: FlatWeights;
}

/** The predictions for the validation images, and the setting that made them. */
type Found =
  & Pick<Evaluation, "probabilities" | "labels" | "accuracy">
  & Pick<ProbeRecord["result"], "layer" | "baseLearningRate" | "candidates">;

/** Images that go through the network together. */
const BATCH = 64;

/**
 * Probes. An interrupted one goes on from the features that have been taken so far, or from the network's
 * checkpoint; a fit on features takes seconds and is done again, with the same numbers.
 */
export const probeKind: Kind<Probe, ProbeRecord> = { ...probeDescription, execute };

async function execute(probe: Probe, session: Session<ProbeRecord>): Promise<Executed<ProbeRecord>> {
  const started = performance.now();
  const split = splitOf(probe.task, session.pools, probe.seed);
  const probing = { probe, split, session };
  const { probabilities, labels, accuracy, ...setting } = probe.features.from === "end-to-end"
    ? await trainWhole(probing, probe.features)
    : await probeFeatures(probing);
  const classes = split.names;
  return {
    predictions: predictionsOf({ probabilities, labels }, split.validation.keys, classes.length),
    result: {
      accuracy,
      chance: 1 / classes.length,
      classes,
      ...setting,
      source: session.needed[0]?.hash,
      seconds: (performance.now() - started) / 1000,
    },
  };
}

/**
 * The network whose features are taken; `undefined` for features that come from none.
 *
 * @throws {ExperimentError} for a file that holds another network
 */
function networkOf({ features, imageSize }: Probe, { needed }: Session): ProbedNetwork | undefined {
  const model = probedModel(features, imageSize);
  if (!model) return undefined;
  if (features.from === "run") return openNetwork(needed[0].weights);
  if (features.from === "random") return { model, weights: createWeights(model, features.seed) };
  const path = features.from === "file" ? features.path : needed[0].weights;
  return { model, weights: pretrainedWeights(path, model, 0) };
}

/** Takes features of each layer and chooses among layers and learning rates on training images alone. */
async function probeFeatures({ probe, split, session }: Probing): Promise<Found> {
  const { options, label } = session;
  const network = networkOf(probe, session);
  const opened: StoredFeatures[] = [];
  try {
    const layers: LayerFeatures[] = [];
    for (const layer of network ? probe.layers : ["the image"]) {
      const sides = [];
      for (const images of [split.train, split.validation]) {
        sides.push(await featuresOf({ probe, split, session }, network, layer, images));
        opened.push(sides[sides.length - 1]);
      }
      layers.push({ layer, training: sides[0], validation: sides[1] });
    }
    // The epochs of all fits are reported as one.
    const total = (layers.length * probe.baseLearningRates.length + 1) * probe.recipe.epochs;
    let done = 0;
    return await sweepLinearProbe(layers, {
      recipe: { ...probe.recipe, baseLearningRate: probe.baseLearningRates[0] },
      baseLearningRates: probe.baseLearningRates,
      heldOut: probe.heldOut,
      classes: split.names.length,
      seed: probe.seed,
      signal: options.signal,
      onEpoch: () => options.onProgress?.({ phase: "probe", label, done: ++done, total }),
    });
  } finally {
    for (const features of opened) features[Symbol.dispose]();
  }
}

async function featuresOf(
  { probe, session: { folder, workers, options, label } }: Probing,
  network: ProbedNetwork | undefined,
  layer: string,
  { keys, ...images }: TaskImages,
): Promise<StoredFeatures> {
  const { features, imageSize, pooling, inferenceInterpolation: interpolation } = probe;
  const { corruption, fitFirst } = features.from === "run" ? features.experiment : {};
  const seen = { imageSize, batchSize: BATCH, corruption, fitFirst, interpolation };
  const batches = workers.validation({ ...images, ...seen });
  const collect = {
    root: folder.scratch,
    signal: options.signal,
    onProgress: (done: number, total: number) =>
      options.onProgress?.({ phase: "features", label, done, total }),
  };
  if (features.from === "pixels") {
    return collectFeatures(pixelFeatures(features.side), { batches, keys }, collect);
  }
  if (features.from === "color-histogram") {
    return collectFeatures(
      colorHistogram({ levels: features.bins, bins: features.bins }),
      { batches, keys },
      collect,
    );
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
  { probe, split, session }: Probing,
  { model, recipe, augmentation }: Extract<FeatureSource, { from: "end-to-end" }>,
): Promise<Found> {
  const { probabilities, labels, accuracy } = await train({
    model: createModel(model, split.names.length, probe.imageSize),
    recipe,
    ...batchesOf(split, session, { ...probe, recipe, augmentation }),
    seed: probe.seed,
    ...watchTraining(session, recipe).callbacks,
  });
  return { probabilities, labels, accuracy };
}
