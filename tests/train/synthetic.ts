/** A task without files: images whose mean tells their class, as batches that are a function of the step alone. */
import type { TrainingBatches, ValidationBatches } from "../../src/data/mod.ts";
import { createModel } from "../../src/models/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { paperRecipe, type Recipe, type TrainOptions } from "../../src/train/mod.ts";

const SIDE = 8;
const CLASSES = 3;

function imagesOf(labels: number[], key: number): Float32Array<ArrayBuffer> {
  const stream = random(3, key);
  return Float32Array.from(
    { length: labels.length * SIDE * SIDE * 3 },
    (_, i) => stream.normal() + labels[Math.floor(i / (SIDE * SIDE * 3))] - 1,
  );
}

function batchOf(size: number, key: number) {
  const labels = Array.from({ length: size }, (_, i) => (i + key) % CLASSES);
  return { images: imagesOf(labels, key), labels: Int32Array.from(labels) };
}

/** 4 epochs of 6 steps. */
export const recipe: Recipe = {
  ...paperRecipe,
  epochs: 4,
  samplesPerEpoch: 96,
  warmupEpochs: 1,
  batchSize: 16,
  learningRate: 5e-3,
};

const model = createModel(
  { family: "convnext", depths: [1, 1], dims: [8, 8], patch: 2, layerScale: 1, dropPath: 0.2 },
  CLASSES,
);

/** A training on the synthetic task. */
export function syntheticTraining(folder: string, more: Partial<TrainOptions> = {}): TrainOptions {
  const training: TrainingBatches = {
    size: 1000,
    batchSize: recipe.batchSize,
    imageSize: SIDE,
    batch: (step) => batchOf(recipe.batchSize, step),
  };
  const validation: ValidationBatches = {
    imageSize: SIDE,
    size: 50,
    batches: function* () {
      for (const size of [32, 18]) yield batchOf(size, 1000 + size);
    },
  };
  return { model, recipe, training, validation, seed: 1, folder, ...more };
}
