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
  const { dropPath } = createModel("convnext_tiny", 3);
  assert.equal(dropPath.length, 18);
  assert.equal(dropPath[0], 0);
  assert.ok(Math.abs(dropPath[17] - 0.1) < 1e-12);
});

Deno.test("uneven stages are an error", () => {
  const uneven = { ...models.convnext_micro as object, depths: [1] } as never;
  assert.throws(() => createModel(uneven, 3), /one number a stage/);
});

Deno.test("the sizes of Figure 2 begin at about 7 thousand parameters, and each is larger than the one before", () => {
  const sizes = convnextSizes.map((name) => countParameters(createModel(name, 3).specs));
  assert.equal(sizes[0], 7_239);
  assert.ok(sizes.length >= 7);
  sizes.slice(1).forEach((size, i) => assert.ok(size > 1.3 * sizes[i], `${sizes}`));
  assert.equal(sizes.at(-1), 88_591_464 - 997 * 1025);
});

Deno.test("the small sizes are what their names say, each about twice the one before", () => {
  const sizes = convnextMicroSizes.map((name) => countParameters(createModel(name, 3).specs));
  assert.ok(sizes.length >= 7);
  convnextMicroSizes.forEach((name, i) => {
    const thousands = Number(/_(\d+)k_/.exec(name)![1]);
    assert.ok(Math.abs(sizes[i] / 1000 / thousands - 1) < 0.07, `${name}: ${sizes[i]}`);
  });
  sizes.slice(1).forEach((size, i) => assert.ok(size > 1.7 * sizes[i] && size < 2.4 * sizes[i], `${sizes}`));
});

Deno.test("familyOf: a name's, a configuration's, and none of an unknown name", () => {
  assert.equal(familyOf("vit_micro"), "vit");
  assert.equal(familyOf({ family: "cnn", dims: [8] }), "cnn");
  assert.equal(familyOf("toString"), undefined);
});
