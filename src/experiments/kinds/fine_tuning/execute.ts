/** Trains a network on from the weights of a run, a pre-training or a file. */
import { countParameters, createModel } from "../../../models/mod.ts";
import { fineTune } from "../../../train/mod.ts";
import type { Executed, Kind } from "../../kind.ts";
import { predictionsOf } from "../../record/outcomes.ts";
import { saveNetwork } from "../../record/network.ts";
import { type Session, timesOf, watchTraining } from "../../session.ts";
import { batchesOf, splitOf } from "../../task.ts";
import { pretrainedWeights } from "../../trained_source.ts";
import { type FineTuning, fineTuningDescription, type FineTuningRecord } from "./schema.ts";

/** Fine-tunings. An interrupted one goes on from its checkpoint, to the same numbers. */
export const fineTuningKind: Kind<FineTuning, FineTuningRecord> = { ...fineTuningDescription, execute };

async function execute(
  experiment: FineTuning,
  session: Session<FineTuningRecord>,
): Promise<Executed<FineTuningRecord>> {
  const { folder, pools, needed } = session;
  const { start, imageSize, recipe, layerDecay, seed } = experiment;
  const split = splitOf(experiment.task, pools, seed);
  const classes = split.names;
  const model = createModel(experiment.model, classes.length, imageSize);
  const path = start.from === "file" ? start.path : needed[0].weights;
  const watched = watchTraining(session, recipe);
  const { weights, ...evaluation } = await fineTune({
    model,
    weights: pretrainedWeights(path, model, seed),
    layerDecay,
    recipe,
    ...batchesOf(split, session, experiment),
    seed,
    ...watched.callbacks,
  });
  await saveNetwork(folder.weights, { model, weights }, pools, {
    model: experiment.model,
    datasets: classes,
    imageSize,
    precision: recipe.precision,
    interpolation: experiment.inferenceInterpolation,
  });
  return {
    predictions: predictionsOf(evaluation, split.validation.keys, classes.length),
    result: {
      accuracy: evaluation.accuracy,
      chance: 1 / classes.length,
      classes,
      parameters: countParameters(model.specs),
      source: needed[0]?.hash,
      ...timesOf(watched.epochs()),
    },
  };
}
