import assert from "node:assert/strict";
import {
  countParameters,
  decayMask,
  initialise,
  type ParameterSpec,
  unflatten,
} from "../../src/models/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";

const specs: ParameterSpec[] = [
  { name: "w", shape: [2, 3], layout: "linear", init: { std: 0.02 }, decay: true },
  { name: "b", shape: [3], layout: "as-is", init: 0, decay: false },
  { name: "g", shape: [2], layout: "as-is", init: 1, decay: false },
];

Deno.test("initial values follow their specification", () => {
  const large: ParameterSpec[] = [{
    name: "w",
    shape: [100, 100],
    layout: "linear",
    init: { std: 0.02 },
    decay: true,
  }];
  const values = initialise(large, random(5));
  assert.ok(values.every((v) => Math.abs(v) <= 0.04));
  const std = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
  assert.ok(Math.abs(std - 0.02 * 0.8796) < 0.0003, `std of a normal cut at two deviations: ${std}`);
  assert.deepEqual([...initialise(specs, random(5)).subarray(6)], [0, 0, 0, 1, 1]);
});

Deno.test("the same stream gives the same weights, another one others", () => {
  assert.deepEqual(initialise(specs, random(1)), initialise(specs, random(1)));
  assert.notDeepEqual(initialise(specs, random(1)), initialise(specs, random(2)));
});

Deno.test("the decay mask covers weights only", () => {
  assert.deepEqual([...decayMask(specs)], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
});

Deno.test("unflatten gives each tensor its part, and joins the gradients", async () => {
  await startEngine();
  tf.tidy(() => {
    const flat = tf.range(0, countParameters(specs)) as tf.Tensor1D;
    const p = unflatten(specs, flat);
    assert.deepEqual(p.w.arraySync(), [[0, 1, 2], [3, 4, 5]]);
    assert.deepEqual(p.g.arraySync(), [9, 10]);
    const loss = (x: tf.Tensor) => {
      const p = unflatten(specs, x as tf.Tensor1D);
      return p.b.mul(3).sum().add(p.g.square().sum()) as tf.Scalar;
    };
    assert.deepEqual([...tf.grad(loss)(flat).dataSync()], [0, 0, 0, 0, 0, 0, 3, 3, 3, 18, 20]);
  });
});
