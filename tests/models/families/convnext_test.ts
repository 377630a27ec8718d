import assert from "node:assert/strict";
import {
  convnextMicroSizes,
  convnextSizes,
  countParameters,
  createModel,
  familyOf,
  folded,
  type ForwardOptions,
  initialise,
  type ModelConfig,
  models,
  type Parameters,
  unflatten,
} from "../../../src/models/mod.ts";
import { random } from "../../../src/stats/mod.ts";
import { startEngine, tf } from "../../../src/tensorflow/mod.ts";

Deno.test("a branch whose keep factor is 0 is left out, and 1 is no change", async () => {
  await startEngine();
  tf.tidy(() => {
    const model = createModel({ ...models.convnext_micro as object, dropPath: 0.5 } as never, 3);
    const values = initialise(model.specs, random(2)).map((v) => v * 5);
    const p = unflatten(model.specs, tf.tensor1d(values));
    const x = tf.randomNormal<tf.Rank.R4>([2, 32, 32, 3], 0, 1, "float32", 3);
    const apply = (p: Parameters, forward?: ForwardOptions) =>
      model.apply(folded(p, model.folds), x, forward);
    const branches = model.dropPath.length;
    const plain = apply(p).dataSync();
    const ones = apply(p, { keep: tf.ones([branches, 2]) }).dataSync();
    plain.forEach((v, i) => assert.ok(Math.abs(v - ones[i]) < 1e-5));
    const withoutBlocks = { ...p };
    for (const name of Object.keys(p)) {
      if (name.endsWith(".gamma")) withoutBlocks[name] = tf.zerosLike(p[name]);
    }
    const zeros = apply(p, { keep: tf.zeros([branches, 2]) }).dataSync();
    const expected = apply(withoutBlocks).dataSync();
    expected.forEach((v, i) => assert.ok(Math.abs(v - zeros[i]) < 1e-5));
    assert.ok(plain.some((v, i) => Math.abs(v - zeros[i]) > 1e-3), "the blocks do something");
  });
});

Deno.test("stochastic depth rises linearly to the configured rate", () => {
  const { dropPath } = createModel({ ...models.convnext_tiny, dropPath: 0.1 } as ModelConfig, 3);
  assert.equal(dropPath.length, 18);
  assert.equal(dropPath[0], 0);
  assert.ok(Math.abs(dropPath[17] - 0.1) < 1e-12);
});

Deno.test("uneven stages are an error", () => {
  const uneven = { ...models.convnext_micro as object, depths: [1] } as never;
  assert.throws(() => createModel(uneven, 3), /one number a stage/);
});

Deno.test("the sizes of Figure 2 are those of the code published with the submission, at 3 classes", () => {
  const sizes = Object.fromEntries(
    convnextSizes.map((name) => [name, countParameters(createModel(name, 3).specs)]),
  );
  const { convnext_7k, convnext_125k, convnext_471k, convnext_872k, convnext_tiny, convnext_base } = sizes;
  assert.deepEqual([convnext_7k, convnext_125k, convnext_471k, convnext_872k], [
    7_373,
    124_933,
    470_663,
    871_743,
  ]);
  assert.equal(convnext_tiny, 28_589_128 - 997 * 769);
  assert.equal(convnext_base, 88_591_464 - 997 * 1025);
  const rising = Object.values(sizes);
  rising.slice(1).forEach((size, i) => assert.ok(size > 1.3 * rising[i], `${rising}`));
});

Deno.test("no ConvNeXt of the paper's has stochastic depth", () => {
  for (const name of convnextSizes) {
    assert.ok(createModel(name, 3).dropPath.every((rate) => rate === 0), name);
  }
});

Deno.test("the small sizes are what their names say, each about twice the one before", () => {
  const sizes = convnextMicroSizes.map((name) => countParameters(createModel(name, 3).specs));
  assert.ok(sizes.length >= 7);
  convnextMicroSizes.forEach((name, i) => {
    const thousands = Number(/_(\d+)k_/.exec(name)![1]);
    assert.ok(Math.abs(sizes[i] / 1000 / thousands - 1) < 0.1, `${name}: ${sizes[i]}`);
  });
  sizes.slice(1).forEach((size, i) => assert.ok(size > 1.7 * sizes[i] && size < 2.4 * sizes[i], `${sizes}`));
});

Deno.test("familyOf: a name's, a configuration's, and none of an unknown name", () => {
  assert.equal(familyOf("vit_micro"), "vit");
  assert.equal(familyOf({ family: "cnn", dims: [8] }), "cnn");
  assert.equal(familyOf("toString"), undefined);
});
