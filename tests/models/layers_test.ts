/** Layers with a gradient of their own, against tfjs's automatic differentiation of the plain form. */
import assert from "node:assert/strict";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { gelu, layerNorm } from "../../src/models/layers.ts";

await startEngine();

const TOLERANCE = 1e-5;

function assertSame(of: (...xs: tf.Tensor[]) => tf.Tensor, plain: typeof of, inputs: tf.Tensor[]) {
  tf.tidy(() => {
    const weights = tf.randomNormal(inputs[0].shape, 0, 1, "float32", 9);
    const run = (f: typeof of) => tf.valueAndGrads((...xs) => f(...xs).mul(weights).sum())(inputs);
    const [ours, expected] = [run(of), run(plain)];
    [ours.value, ...ours.grads].forEach((tensor, t) => {
      const want = [expected.value, ...expected.grads][t].dataSync();
      const scale = Math.max(1, ...want.map(Math.abs));
      tensor.dataSync().forEach((v, i) => assert.ok(Math.abs(v - want[i]) < TOLERANCE * scale, `${t}[${i}]`));
    });
  });
}

Deno.test("gelu", () => {
  const plain = (x: tf.Tensor) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
  assertSame(gelu, plain, [tf.randomNormal([4, 30], 0, 2, "float32", 1)]);
});

Deno.test("layerNorm", () => {
  const plain = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return x.sub(mean).div(variance.add(1e-6).sqrt()).mul(weight).add(bias);
  };
  const ours = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
    layerNorm({ "n.weight": weight, "n.bias": bias }, "n", x);
  assertSame(ours, plain, [
    tf.randomNormal([2, 3, 3, 8], 1, 2, "float32", 1),
    tf.randomNormal([8], 1, 1, "float32", 2),
    tf.randomNormal([8], 0, 1, "float32", 3),
  ]);
});
