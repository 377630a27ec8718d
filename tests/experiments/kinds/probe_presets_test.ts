import assert from "node:assert/strict";
import {
  baseline,
  checkExperiment,
  type FeatureSource,
  ofTable8,
  pretraining,
  probe,
  taskOf,
} from "../../../src/experiments/mod.ts";

const preset = "paper";
const datasets = ["yfcc100m", "cc12m", "datacomp-1b"];
const { networks, photographs } = ofTable8[preset];
const network = baseline({ datasets, preset, ...networks });
const classes = { of: "classes" as const, dataset: photographs, images: 1_000_000, validation: 10_000 };
const mae: FeatureSource = { from: "pretraining", experiment: pretraining({ datasets, preset }) };
const random: FeatureSource = { from: "random", model: network.model, seed: 0 };

Deno.test("Table 8's classifiers at paper: ViT-B, the paper's recipe until epoch 250", () => {
  const { recipe, model, imagesPerDataset } = network;
  assert.deepEqual([recipe.epochs, recipe.stopAfter, model], [300, 250, "vit_base_patch16_224"]);
  assert.deepEqual([imagesPerDataset, photographs], [1_000_000, "imagenet-1k"]);
  checkExperiment(network);
});

Deno.test("Table 8's probes at paper choose among layers 8 to 10 and three rates; MAE's has MAE's settings", () => {
  for (const features of [random, { from: "run", experiment: network } as const]) {
    const made = probe({ features, task: classes, preset });
    assert.deepEqual(made.layers, ["blocks.7", "blocks.8", "blocks.9"]);
    assert.deepEqual(made.baseLearningRates, [0.1, 0.2, 0.3]);
    assert.deepEqual(checkExperiment(made), made);
  }
  const { layers, baseLearningRates } = probe({ features: mae, task: classes, preset });
  assert.deepEqual([layers, baseLearningRates], [["blocks.11"], [0.1]]);
});

Deno.test("Table 7's probes at paper: the last block's class token, MAE's recipe, bicubic; others average", () => {
  const task = taskOf(network);
  for (const features of [mae, random]) {
    const { layers, pooling, baseLearningRates, recipe, inferenceInterpolation } = probe({
      features,
      task,
      preset,
    });
    assert.deepEqual([layers, pooling, baseLearningRates], [["blocks.11"], "class-token", [0.1]]);
    assert.deepEqual([recipe.epochs, recipe.batchSize, inferenceInterpolation], [90, 16_384, "bicubic"]);
  }
  const features: FeatureSource = { from: "random", model: "convnext_tiny", seed: 0 };
  assert.equal(probe({ features, task: classes, preset }).pooling, "mean");
});

Deno.test("at laptop nothing is as Table 8 has it: three layers, four rates, averages", () => {
  const { layers, baseLearningRates, pooling, inferenceInterpolation } = probe({
    features: { from: "random", model: "vit_micro", seed: 0 },
    task: { ...classes, dataset: "cifar10" },
    preset: "laptop",
  });
  assert.deepEqual([layers.length, baseLearningRates.length, pooling, inferenceInterpolation], [
    3,
    4,
    "mean",
    undefined,
  ]);
});
