import assert from "node:assert/strict";
import { countParameters, createModel, initialise, models, unflatten } from "../../src/models/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";

Deno.test("parameter counts at 1000 classes are the published ones", () => {
  const count = (name: string) => countParameters(createModel(name, 1000).specs);
  assert.equal(count("convnext_tiny"), 28_589_128);
  assert.equal(count("convnext_atto"), 3_695_520); // timm 1.0
});

Deno.test("tensor names are timm's", () => {
  const names = createModel("convnext_tiny", 3).specs.map((spec) => spec.name);
  for (
    const name of [
      "stem.0.weight",
      "stem.1.bias",
      "stages.0.blocks.0.gamma",
      "stages.1.downsample.0.weight",
      "stages.2.blocks.8.conv_dw.weight",
      "stages.3.blocks.2.mlp.fc2.bias",
      "head.norm.weight",
      "head.fc.weight",
    ]
  ) assert.ok(names.includes(name), name);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("every registered model gives finite logits at its least image size", async () => {
  await startEngine();
  for (const name of Object.keys(models)) {
    tf.tidy(() => {
      const model = createModel(name, 5);
      const p = unflatten(model.specs, tf.tensor1d(initialise(model.specs, random(1))));
      const x = tf.randomNormal<tf.Rank.R4>([2, model.stride, model.stride, 3], 0, 1, "float32", 3);
      const logits = model.apply(p, x);
      assert.deepEqual(logits.shape, [2, 5], name);
      assert.ok(logits.dataSync().every(Number.isFinite), name);
    });
  }
});

Deno.test("a branch whose keep factor is 0 is left out, and 1 is no change", async () => {
  await startEngine();
  tf.tidy(() => {
    const model = createModel({ ...models.convnext_micro as object, dropPath: 0.5 } as never, 3);
    const values = initialise(model.specs, random(2)).map((v) => v * 5);
    const p = unflatten(model.specs, tf.tensor1d(values));
    const x = tf.randomNormal<tf.Rank.R4>([2, 32, 32, 3], 0, 1, "float32", 3);
    const branches = model.dropPath.length;
    const plain = model.apply(p, x).dataSync();
    const ones = model.apply(p, x, { keep: tf.ones([branches, 2]) }).dataSync();
    plain.forEach((v, i) => assert.ok(Math.abs(v - ones[i]) < 1e-5));
    const withoutBlocks = { ...p };
    for (const name of Object.keys(p)) {
      if (name.endsWith(".gamma")) withoutBlocks[name] = tf.zerosLike(p[name]);
    }
    const zeros = model.apply(p, x, { keep: tf.zeros([branches, 2]) }).dataSync();
    const expected = model.apply(withoutBlocks, x).dataSync();
    expected.forEach((v, i) => assert.ok(Math.abs(v - zeros[i]) < 1e-5));
    assert.ok(plain.some((v, i) => Math.abs(v - zeros[i]) > 1e-3), "the blocks do something");
  });
});

Deno.test("stochastic depth rises linearly to the configured rate", () => {
  const { dropPath } = createModel("convnext_tiny", 3);
  assert.equal(dropPath.length, 18);
  assert.equal(dropPath[0], 0);
  assert.ok(Math.abs(dropPath[17] - 0.1) < 1e-12);
});

Deno.test("an unknown model lists the known ones; uneven stages are an error", () => {
  assert.throws(() => createModel("resnet_9000", 3), /no model "resnet_9000".*convnext_tiny/);
  const uneven = { ...models.convnext_micro as object, depths: [1] } as never;
  assert.throws(() => createModel(uneven, 3), /one number a stage/);
});
