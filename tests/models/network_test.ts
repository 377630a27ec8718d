/** Networks made of layers: what follows from a sequence. */
import assert from "node:assert/strict";
import {
  batchNorm,
  depthwise,
  gelu,
  globalAveragePool,
  layerScale,
  linear,
  norm,
  patchConv,
} from "~/models/layers.ts";
import { type Layer, named, network, residual, stage } from "../../src/models/network.ts";
import { describe, logits, type Model, type Parameters, unflatten } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { movedWeights } from "../made/models/moved_weights.ts";

await startEngine();

const DIM = 4, CLASSES = 3;

const block = (name: string) =>
  named(
    name,
    residual(
      0.1,
      depthwise("conv_dw", 3),
      norm("norm"),
      linear("mlp.fc1", 2 * DIM),
      gelu,
      linear("mlp.fc2", DIM),
      layerScale("gamma", 0.5),
    ),
  );

const made = (layers: Layer[], blocks = /^stages\.(\d+)\.(\d+)\./): Model =>
  network({
    name: "made",
    classes: CLASSES,
    imageSize: 8,
    leastSide: 2,
    layers: [...layers, named("pool", globalAveragePool)],
    classifier: linear("head", CLASSES),
    groups: { stem: /^stem\./, blocks },
  });

const convnet = made([
  named("stem", patchConv("0", 2, DIM), norm("1")),
  stage("stages.0", block("0"), block("1")),
]);

Deno.test("names, order, table, folds and groups follow from the layers", () => {
  const { specs, folds, layers, stages, dropPath, layerGroups } = convnet;
  const ofBlock = specs.map(({ name }) => name).filter((name) => name.startsWith("stages.0.1."));
  assert.deepEqual(
    ofBlock,
    [
      ...["conv_dw.weight", "mlp.fc1.weight", "mlp.fc2.weight"], // decayed
      ...["gamma", "conv_dw.bias", "norm.weight", "norm.bias", "mlp.fc1.bias", "mlp.fc2.bias"],
    ].map((name) => `stages.0.1.${name}`),
  );
  assert.deepEqual(folds.slice(0, 2), [
    { layer: "stages.0.0.mlp.fc1", norm: "stages.0.0.norm" },
    { layer: "stages.0.0.mlp.fc2", scale: "stages.0.0.gamma" },
  ]);
  assert.equal(folds.length, 4); // the stem's norm is done by itself, since its output is looked at
  assert.deepEqual(layers, ["stem", "stages.0.0", "stages.0.1", "stages.0", "pool"]);
  assert.deepEqual(stages, ["stages.0"]);
  assert.deepEqual(dropPath, [0.1, 0.1]);
  const groups = Object.fromEntries(
    specs.map(({ name }, i) => [name.split(".").slice(0, 3).join("."), layerGroups[i]]),
  );
  assert.deepEqual(groups, {
    "stem.0.weight": 0,
    "stem.0.bias": 0,
    "stem.1.weight": 0,
    "stem.1.bias": 0,
    "stages.0.0": 1,
    "stages.0.1": 2,
    "head.weight": 3,
    "head.bias": 3,
  });
});

Deno.test("each layer's parameters and multiply-adds are counted once", () => {
  const { layers, parameters, flops } = describe(convnet, 8);
  const positions = 4 * 4;
  const products = 9 * DIM + 2 * DIM * 2 * DIM;
  assert.deepEqual(layers.map(({ layer, flops }) => [layer, flops]), [
    ["stem", positions * 4 * 3 * DIM],
    ["stages.0.0", positions * products],
    ["stages.0.1", positions * products],
    ["stages.0", 0],
    ["pool", 0],
    ["head", DIM * CLASSES],
  ]);
  assert.equal(flops, layers.reduce((sum, { flops }) => sum + flops, 0));
  assert.equal(parameters, convnet.specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0));
});

/** The block as the paper has it, step by step. */
function plainBlock(p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const at = (tensor: string) => p[`${name}.${tensor}`];
  const rows = (y: tf.Tensor) => y.reshape<tf.Tensor2D>([-1, y.shape.at(-1)!]);
  let y = rows(tf.depthwiseConv2d(x, at("conv_dw.weight") as tf.Tensor4D, 1, "same").add(at("conv_dw.bias")));
  const { mean, variance } = tf.moments(y, 1, true);
  y = y.sub(mean).div(variance.add(1e-6).sqrt()).mul(at("norm.weight")).add(at("norm.bias"));
  y = y.matMul(at("mlp.fc1.weight") as tf.Tensor2D).add(at("mlp.fc1.bias"));
  y = y.mul(y.mul(Math.SQRT1_2).erf().add(1).mul(0.5));
  y = y.matMul(at("mlp.fc2.weight") as tf.Tensor2D).add(at("mlp.fc2.bias"));
  return x.add(y.mul(at("gamma")).reshape(x.shape));
}

Deno.test("a block with what is folded is the block step by step", () => {
  tf.tidy(() => {
    const weights = movedWeights(convnet);
    const seen: tf.Tensor[] = [];
    const tap = <T extends tf.Tensor>(_name: string, x: T): T => (seen.push(x), x);
    const images = tf.randomNormal<tf.Rank.R4>([2, 8, 8, 3], 0, 1, "float32", 1);
    logits(convnet, weights)(images, { tap });
    const p = unflatten(convnet.specs, weights.parameters);
    const expected = plainBlock(p, "stages.0.0", seen[0] as tf.Tensor4D).dataSync();
    seen[1].dataSync().forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-5, `${v} ${expected[i]}`));
  });
});

Deno.test("layers that need another before them say so", () => {
  assert.throws(
    () => made([named("a", layerScale("gamma", 1))]),
    /no linear layer before the scale "a\.gamma"/,
  );
  assert.throws(() => made([named("a", batchNorm("bn"))]), /no convolution before the batch norm "a\.bn"/);
});

Deno.test("a pattern that no tensor's name has is refused", () => {
  assert.throws(() => made([named("stem", patchConv("0", 2, DIM))]), /No tensor has a name like/);
});
