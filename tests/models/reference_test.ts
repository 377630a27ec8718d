/** ConvNeXt against timm: same weights, same images; logits, loss and the gradient of every tensor. */
import assert from "node:assert/strict";
import { createModel, unflatten } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { crossEntropy } from "../../src/ops/mod.ts";
import { readFixture, unpack } from "../reference/fixture.ts";

/** Relative to the largest value of a tensor. */
const TOLERANCE = 1e-4;

function assertClose(actual: ArrayLike<number>, expected: Float32Array, what: string) {
  assert.equal(actual.length, expected.length, what);
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((want, i) =>
    assert.ok(
      Math.abs(actual[i] - want) <= TOLERANCE * scale,
      `${what}[${i}]: ${actual[i]}, timm has ${want}`,
    )
  );
}

Deno.test("logits, loss and gradients of a ConvNeXt equal timm's", async () => {
  await startEngine();
  const { config, images, imageSize, targets, logits, loss, tensors } = readFixture("train").convnext;
  const model = createModel(config, 3);
  assert.deepEqual(model.specs.map(({ name }) => name).sort(), Object.keys(tensors).sort());
  tf.tidy(() => {
    const flat = tf.concat(model.specs.map(({ name }) => tf.tensor1d(unpack(tensors[name].value))));
    const x = tf.tensor4d(unpack(images), [2, imageSize, imageSize, 3]);
    const soft = tf.tensor2d(unpack(targets), [2, 3]);
    assertClose(model.apply(unflatten(model.specs, flat), x).dataSync(), unpack(logits), "logits");
    const { value, grad } = tf.valueAndGrad((flat: tf.Tensor) =>
      crossEntropy(model.apply(unflatten(model.specs, flat as tf.Tensor1D), x), soft)
    )(flat);
    assertClose(value.dataSync(), new Float32Array([loss]), "loss");
    const gradients = unflatten(model.specs, grad as tf.Tensor1D);
    for (const { name } of model.specs) {
      assertClose(gradients[name].dataSync(), unpack(tensors[name].gradient), `gradient of ${name}`);
    }
  });
});
