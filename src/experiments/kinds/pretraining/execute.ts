/** Pre-trains a masked autoencoder and keeps its encoder. */
import { sampleImages } from "../../../data/mod.ts";
import { countParameters, createAutoencoder, encoderOf, saveWeights } from "../../../models/mod.ts";
import { pretrain } from "../../../train/mod.ts";
import type { Executed, Kind } from "../../kind.ts";
import { type Session, timesOf, watchTraining } from "../../session.ts";
import { type Pretraining, pretrainingDescription, type PretrainingRecord } from "./schema.ts";

/** Pre-trainings. The encoder's weights, under timm's names, are in the folder's `model.safetensors`. */
export const pretrainingKind: Kind<Pretraining, PretrainingRecord> = { ...pretrainingDescription, execute };

async function execute(
  experiment: Pretraining,
  session: Session<PretrainingRecord>,
): Promise<Executed<PretrainingRecord>> {
  const { folder, workers, pools } = session;
  const { imagesPerDataset: train, validationPerDataset: validation } = experiment;
  const { imageSize, augmentation, seed, recipe } = experiment;
  const model = createAutoencoder(experiment.model, imageSize);
  const training = workers.training({
    pools,
    indices: sampleImages(pools, { train, validation, seed }).train,
    imageSize,
    augmentation,
    batchSize: recipe.batchSize,
    seed,
  });
  const watched = watchTraining(session, recipe);
  const { weights } = await pretrain({ model, recipe, training, seed, ...watched.callbacks });
  const encoder = encoderOf(model, weights);
  await saveWeights(folder.weights, encoder.model, encoder.weights);
  const epochs = watched.epochs();
  return {
    result: {
      loss: epochs[epochs.length - 1].trainLoss,
      parameters: countParameters(model.specs),
      ...timesOf(epochs),
    },
  };
}
