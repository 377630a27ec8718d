/** Grad-CAM, attention rollout and occlusion on networks whose answer is known. */
import assert from "node:assert/strict";
import { attentionRollout, attentionWeights, gradCam, occlusionMap } from "../../src/interpret/mod.ts";
import { createModel, type Model, type Weights, weightTensors } from "../../src/models/mod.ts";
import { selfAttention } from "../../src/ops/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";
import { createWeights, type Predictor } from "../../src/train/mod.ts";

await startEngine();

function noise(...shape: number[]): Float32Array {
  const stream = random(9);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => stream.normal());
}

/** Logits that are linear in the mean of a feature map, which is twice the image: `mean(2 x) W`. */
const linear: Model = {
  ...createModel("cnn_micro", 2),
  name: "linear",
  layers: ["double"],
  specs: [{ name: "w", shape: [3, 2], layout: "linear", init: 0, decay: true }],
  outline: (side) => [
    { name: "double", shape: [side, side, 3], parameters: 0, flops: 0 },
    { name: "w", shape: [2], parameters: 6, flops: 6 },
  ],
  apply: (p, x, forward = {}) => {
    const features = forward.tap!("double", x.mul<tf.Tensor4D>(2));
    return tf.matMul<tf.Tensor2D>(features.mean([1, 2]), p.w as tf.Tensor2D);
  },
};

Deno.test("Grad-CAM of a linear network is its closed form: relu(sum of w / positions times features)", async () => {
  const w = [1, -2, 0.5, 3, -1, 0.25]; // (3, 2)
  const weights = { parameters: tf.tensor1d(w) };
  const x = noise(2, 4, 4, 3);
  const images = tf.tensor4d(x, [2, 4, 4, 3]);
  const before = tf.memory().numTensors;
  const maps = await gradCam(linear, weights, images, { classes: [0, 1] });
  assert.deepEqual([maps.height, maps.width, [...maps.classes]], [4, 4, [0, 1]]);
  maps.values.forEach((value, at) => {
    const image = Math.floor(at / 16);
    const sum = [0, 1, 2].reduce((total, c) => total + w[2 * c + image] / 16 * 2 * x[3 * at + c], 0);
    assert.ok(Math.abs(value - Math.max(0, sum)) < 1e-6);
  });
  const own = await gradCam(linear, weights, images);
  const logits = [0, 1].map((image) =>
    [0, 1].map((k) =>
      x.slice(48 * image, 48 * image + 48).reduce((total, v, i) => total + v * w[2 * (i % 3) + k], 0)
    )
  );
  assert.deepEqual([...own.classes], logits.map(([a, b]) => a > b ? 0 : 1));
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("Grad-CAM runs on every convolutional family, on the last feature map or another", async () => {
  for (const name of ["cnn_micro", "alexnet_micro", "vgg_micro", "resnet_micro", "convnext_micro"]) {
    const model = createModel(name, 3, 32);
    const weights = weightTensors(createWeights(model, 1));
    const images = tf.tensor4d(noise(2, 32, 32, 3), [2, 32, 32, 3]);
    const { values, height, width } = await gradCam(model, weights, images, { classes: [0, 2] });
    assert.equal(values.length, 2 * height * width);
    // Of an untrained network some maps may be nothing at all.
    assert.ok(values.some((v) => v > 0) && values.every((v) => v >= 0), name);
    const [first] = model.layers;
    const finer = await gradCam(model, weights, images, { layer: first });
    assert.ok(finer.height > height);
    await assert.rejects(
      () => gradCam(model, weights, images, { layer: "no" }),
      /no layer "no". Its layers: /,
    );
    await assert.rejects(() => gradCam(model, weights, images, { classes: [3, 0] }), /classes \[3,0\]/);
  }
});

const vitOf = (classToken: boolean) =>
  createModel(
    {
      family: "vit",
      patch: 4,
      dim: 12,
      depth: 3,
      heads: 3,
      classToken,
      pooling: classToken ? "token" : "mean",
      positions: "learnt",
      dropPath: 0,
    },
    3,
    16,
  );

Deno.test("rollout gives a share of each patch; with equal attention all are equal", async () => {
  const images = tf.tensor4d(noise(2, 16, 16, 3), [2, 16, 16, 3]);
  for (const classToken of [true, false]) {
    const model = vitOf(classToken);
    const weights = weightTensors(createWeights(model, 1));
    const { values, height, width } = await attentionRollout(model, weights, images);
    assert.deepEqual([height, width, values.length], [4, 4, 32]);
    const total = values.slice(0, 16).reduce((a, b) => a + b);
    assert.ok(classToken ? total > 0 && total < 1 : Math.abs(total - 1) < 1e-5, `${total}`);
    const zeros = { ...weights, parameters: tf.zerosLike(weights.parameters) };
    const even = await attentionRollout(model, zeros, images);
    // Half of a token stays in each of three blocks, the rest is spread evenly.
    const expected = classToken ? (1 - 0.5 ** 3) / 17 : 1 / 16;
    even.values.forEach((v) => assert.ok(Math.abs(v - expected) < 1e-6, `${v}`));
  }
});

Deno.test("attention weights times values are what attention gives", () => {
  tf.tidy(() => {
    const [B, T, heads, d] = [2, 5, 3, 4];
    const qkv = tf.tensor3d(noise(B, T, 3 * heads * d), [B, T, 3 * heads * d]);
    const [, , v] = tf.unstack(qkv.reshape([B, T, 3, heads, d]).transpose([2, 0, 3, 1, 4])) as tf.Tensor4D[];
    const mixed = tf.matMul(attentionWeights(qkv, heads), v).transpose([0, 2, 1, 3]).dataSync();
    selfAttention(qkv.reshape([B * T, 3 * heads * d]), T, heads).dataSync().forEach((expected, i) =>
      assert.ok(Math.abs(mixed[i] - expected) < 1e-5)
    );
  });
});

Deno.test("Grad-CAM and rollout point to each other where the other is meant", async () => {
  const images = tf.tensor4d(noise(1, 16, 16, 3), [1, 16, 16, 3]);
  const vit = vitOf(true);
  await assert.rejects(
    () => gradCam(vit, weightTensors(createWeights(vit, 1)), images),
    /no feature map: .*attentionRollout/,
  );
  const cnn = createModel("cnn_micro", 3);
  await assert.rejects(
    () => attentionRollout(cnn, weightTensors(createWeights(cnn, 1)), images),
    /cnn_micro has no attention: .*gradCam/,
  );
});

/** A network that looks at the top left 4 x 4 px alone. */
const cornered: Predictor = compile((_: Weights, images: tf.Tensor4D) => {
  const corner = images.slice([0, 0, 0, 0], [-1, 4, 4, 1]).mean<tf.Tensor1D>([1, 2, 3]);
  const p = corner.sigmoid();
  return tf.stack([p, tf.sub(1, p)], 1) as tf.Tensor2D;
});

Deno.test("occlusion peaks where the network looks, and is nothing elsewhere", async () => {
  const weights = { parameters: tf.tensor1d([0]) };
  const image = new Float32Array(16 * 16 * 3).fill(2);
  const before = tf.memory().numTensors;
  const options = { patch: 4, stride: 3, fill: [0, 0, 0], batchSize: 7 };
  const map = await occlusionMap(cornered, weights, image, options);
  const sigmoid = 1 / (1 + Math.exp(-2));
  assert.equal(map.class, 0);
  assert.ok(Math.abs(map.probability - sigmoid) < 1e-6);
  assert.equal(map.values.indexOf(Math.max(...map.values)), 0);
  assert.ok(Math.abs(map.values[0] - (sigmoid - 0.5)) < 1e-6, "only the first square covers the first pixel");
  map.values.forEach((v, i) => {
    if (Math.floor(i / 16) >= 7 || i % 16 >= 7) assert.ok(Math.abs(v) < 1e-6, `pixel ${i}`);
  });
  const other = await occlusionMap(cornered, weights, image, { ...options, class: 1 });
  map.values.forEach((v, i) => assert.ok(Math.abs(other.values[i] + v) < 1e-6));
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("squares that leave gaps or are too large, and unknown classes, are refused", async () => {
  const weights = { parameters: tf.tensor1d([0]) };
  const run = (options: Parameters<typeof occlusionMap>[3]) =>
    occlusionMap(cornered, weights, new Float32Array(8 * 8 * 3), options);
  await assert.rejects(() => run({ patch: 9 }), /patch is 9; the image has 8 px/);
  await assert.rejects(() => run({ patch: 2, stride: 3 }), /stride is 3; .*to leave no gap/);
  await assert.rejects(() => run({ patch: 2, class: 2 }), /class is 2; the network has 2 classes/);
});
