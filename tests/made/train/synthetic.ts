/** A task without files: images whose mean tells their class, as batches that are a function of the step alone. */
import type { Batch, TrainingBatches, ValidationBatches } from "../../../src/data/mod.ts";
import { createModel } from "../../../src/models/mod.ts";
import { random } from "../../../src/stats/mod.ts";
import { paperRecipe, type Recipe, type TrainOptions } from "../../../src/train/mod.ts";

const SIDE = 8;
const CLASSES = 3;

function pixelsOf(labels: number[], key: number): Uint8Array<ArrayBuffer> {
  const stream = random(3, key);
  return Uint8Array.from(
    { length: labels.length * SIDE * SIDE * 3 },
    (_, i) => 120 + 40 * clamp(stream.normal() + labels[Math.floor(i / (SIDE * SIDE * 3))] - 1),
  );
}

const clamp = (value: number) => Math.max(-3, Math.min(value, 3));

/** Three classes by turns. */
export function batchOf(size: number, key: number): Batch {
  const labels = Array.from({ length: size }, (_, i) => (i + key) % CLASSES);
  return { pixels: pixelsOf(labels, key), channels: 3, labels: Int32Array.from(labels) };
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
