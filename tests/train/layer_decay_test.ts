import assert from "node:assert/strict";
import type { ParameterSpec } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { layerIds, layerRates } from "../../src/train/layer_decay.ts";
import { biasCorrections } from "../../src/train/mod.ts";
import { adamW } from "../../src/train/optimizer.ts";
import { readFixture, unpack } from "../reference/fixture.ts";

await startEngine();
const { layerDecay, scaledAdamW } = readFixture("probes");

const specOf = (name: string, shape = [1]): ParameterSpec => ({
  name,
  shape,
  layout: "as-is",
  init: 0,
  decay: true,
});

Deno.test("every parameter of a ViT and a ConvNeXt gets timm's scale", () => {
  const { decay, scales } = layerDecay;
  for (const [model, expected] of Object.entries<Record<string, number>>(scales)) {
    const names = Object.keys(expected);
    const rates = layerRates(names.map((name) => specOf(name)), decay);
    names.forEach((name, i) => assert.ok(Math.abs(rates[i] - expected[name]) < 1e-6, `${model} ${name}`));
  }
});

Deno.test("layers of the other families come in their order", () => {
  const names = [
    [
      "conv1.weight",
      "bn1.weight",
      "layer1.0.conv1.weight",
      "layer1.1.bn2.bias",
      "layer2.0.conv1.weight",
      "fc.weight",
    ],
    ["features.0.weight", "features.3.weight", "features.10.weight", "classifier.1.weight"],
    ["stages.0.conv.weight", "stages.1.norm.bias", "head.fc.weight"],
  ];
  const ids = names.map((model) => layerIds(model.map((name) => specOf(name))));
  assert.deepEqual(ids, [[0, 0, 1, 2, 3, 4], [0, 1, 2, 3], [0, 1, 2]]);
});

Deno.test("rates stand in the layout of the flat vector", () => {
  const rates = layerRates([specOf("stem.weight", [2, 2]), specOf("head.weight", [3])], 0.5);
  assert.deepEqual([...rates], [0.5, 0.5, 0.5, 0.5, 1, 1, 1]);
  assert.throws(() => layerRates([], 0), /layerDecay is 0/);
});

Deno.test("AdamW with a scale is PyTorch's with a group a parameter", () => {
  const { start, gradients, scales, learningRate, end } = scaledAdamW;
  tf.tidy(() => {
    const size = scales.length;
    const rule = adamW({
      weightDecay: 0.3,
      betas: [0.9, 0.95],
      decayed: size,
      rates: Float32Array.from(scales),
    });
    let [parameters, m, v] = [
      tf.tensor1d(unpack(start)),
      tf.zeros<tf.Rank.R1>([size]),
      tf.zeros<tf.Rank.R1>([size]),
    ];
    for (let step = 0; step < 5; step++) {
      const gradient = tf.tensor1d(unpack(gradients).subarray(step * size, (step + 1) * size));
      const corrections = tf.tensor1d(biasCorrections([0.9, 0.95], step + 1));
      [v, m] = [rule.v(v, gradient), rule.m(m, gradient)];
      parameters = rule.parameters(parameters, { m, v }, {
        learningRate: tf.scalar(learningRate),
        corrections,
      });
    }
    const expected = unpack(end);
    parameters.dataSync().forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-6, `${i}`));
  });
});
