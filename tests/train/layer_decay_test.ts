import assert from "node:assert/strict";
import { createModel, type ModelConfig, type ParameterSpec, placesIn } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { layerRates } from "../../src/train/train.ts";
import { biasCorrections } from "../../src/train/mod.ts";
import { adamW } from "../../src/train/optimizer.ts";
import { readFixture, unpack } from "../reference/fixture.ts";

await startEngine();
const { layerDecay, scaledAdamW } = readFixture("probes");

const vit: ModelConfig = {
  family: "vit",
  patch: 4,
  dim: 12,
  depth: 3,
  heads: 3,
  classToken: true,
  pooling: "token",
  positions: "learnt",
  dropPath: 0,
};

/** The networks of the fixture, at other widths. */
const networks: Record<string, ModelConfig> = {
  vit,
  vit_pooled: { ...vit, depth: 2, classToken: false, pooling: "mean" },
  convnext: {
    family: "convnext",
    depths: [1, 2, 2, 1],
    dims: [2, 2, 2, 2],
    patch: 4,
    layerScale: 1,
    dropPath: 0,
  },
};

Deno.test("every parameter of a ViT and a ConvNeXt gets timm's scale", () => {
  const { decay, scales } = layerDecay;
  assert.deepEqual(Object.keys(scales).toSorted(), Object.keys(networks).toSorted());
  for (const [name, expected] of Object.entries<Record<string, number>>(scales)) {
    const model = createModel(networks[name], 3, 32);
    const places = placesIn(model.specs, layerRates(model, decay));
    assert.deepEqual(places.map(({ spec }) => spec.name).toSorted(), Object.keys(expected).toSorted());
    for (const { spec, values } of places) {
      assert.ok(values.every((rate) => Math.abs(rate - expected[spec.name]) < 1e-6), `${name} ${spec.name}`);
    }
  }
});

Deno.test("layers of the other families come in their order", () => {
  const groupsOf = (config: ModelConfig) => {
    const { specs, layerGroups } = createModel(config, 3, 32);
    const groups: Record<string, number> = {};
    specs.forEach(({ name }, i) => groups[name.replace(/\.(weight|bias)$/, "")] = layerGroups[i]);
    return groups;
  };
  const resnet = groupsOf({
    family: "resnet",
    block: "basic",
    depths: [2, 1],
    dims: [4, 4],
    stemDim: 4,
    stem: "3x3",
  });
  assert.deepEqual(
    ["conv1", "bn1", "layer1.0.conv1", "layer1.1.bn2", "layer2.0.conv1", "fc"].map((name) => resnet[name]),
    [0, 0, 1, 2, 3, 4],
  );
  const vgg = groupsOf({
    family: "vgg",
    dims: [[2], [2], [2, 2]],
    batchNorm: false,
    pool: 1,
    hidden: 2,
    dropout: 0,
  });
  assert.deepEqual(
    ["features.0", "features.3", "features.6", "features.8", "classifier.0"].map((name) => vgg[name]),
    [0, 1, 2, 3, 4],
  );
  const cnn = groupsOf({ family: "cnn", dims: [2, 2] });
  assert.deepEqual(["stages.0.conv", "stages.1.norm", "head.fc"].map((name) => cnn[name]), [0, 1, 2]);
});

Deno.test("rates stand in the layout of the flat vector", () => {
  const specOf = (name: string, shape: number[]): ParameterSpec => ({
    name,
    shape,
    layout: "as-is",
    init: 0,
    decay: true,
  });
  const model = { specs: [specOf("stem.weight", [2, 2]), specOf("head.weight", [3])], layerGroups: [0, 1] };
  assert.deepEqual([...layerRates(model, 0.5)], [0.5, 0.5, 0.5, 0.5, 1, 1, 1]);
  assert.throws(() => layerRates(model, 0), /layerDecay is 0/);
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
