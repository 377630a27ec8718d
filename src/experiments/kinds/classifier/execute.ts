/** Trains a network to tell datasets apart. */
import { type Sample, sampleExperiment } from "../../../data/mod.ts";
import { countParameters, createModel } from "../../../models/mod.ts";
import { inferenceBatch, train } from "../../../train/mod.ts";
import type { Executed, Kind } from "../../kind.ts";
import { classNames, keysIn, labelsOf, sizesOf, viewOf } from "../../seen.ts";
import { outcomeOf, predictionsOf } from "../../record/outcomes.ts";
import { saveNetwork } from "../../record/network.ts";
import { type Session, timesOf, watchTraining } from "../../session.ts";
import { classifierDescription, type Experiment, type RunRecord } from "./schema.ts";

/** Classifiers. */
export const classifierKind: Kind<Experiment, RunRecord> = { ...classifierDescription, execute };

async function execute(experiment: Experiment, session: Session<RunRecord>): Promise<Executed<RunRecord>> {
  const { folder, workers, pools } = session;
  const { datasets, seed, imageSize, recipe, augmentation } = experiment;
  const split = sampleExperiment(pools, sizesOf(experiment));
  // Read now, since a pool may be made anew beneath a training that takes days.
  const keys = keysIn(pools, split.validation);
  const model = createModel(experiment.model, datasets.length, imageSize);
  const source = { pools, ...viewOf(experiment), batchSize: inferenceBatch(recipe, imageSize) };
  const names = classNames(experiment);
  const { train: labels, validation: validationLabels } = labelsOf(experiment, pools, split);
  const watched = watchTraining(session, recipe);
  const { weights, onTraining, ...evaluation } = await train({
    model,
    recipe,
    training: workers.training({
      ...source,
      batchSize: recipe.batchSize,
      indices: split.train,
      labels,
      augmentation,
      seed,
    }),
    trainingImages: workers.validation({ ...source, ...someOf(split.train, labels) }),
    validation: workers.validation({ ...source, indices: split.validation, labels: validationLabels }),
    seed,
    ...watched.callbacks,
  });
  await saveNetwork(folder.weights, { model, weights }, pools, {
    model: experiment.model,
    datasets: names,
    imageSize,
    precision: recipe.precision,
    interpolation: experiment.inferenceInterpolation,
  });
  return {
    predictions: predictionsOf(evaluation, keys, datasets.length),
    result: {
      ...outcomeOf(evaluation, datasets.length),
      training: onTraining!.accuracy,
      parameters: countParameters(model.specs),
      ...timesOf(watched.epochs()),
    },
  };
}

/** The training accuracy is of this many training images at most. */
const MOST_TRAINING_IMAGES = 10_000;

/** The first training images of each dataset, as many of each, and their labels. */
function someOf(indices: Sample["train"], labels?: readonly Int32Array[]) {
  const each = Math.floor(MOST_TRAINING_IMAGES / indices.length);
  const first = (values: Int32Array) => values.subarray(0, each);
  return { indices: indices.map(first), labels: labels?.map(first) };
}
