import assert from "node:assert/strict";
import {
  countDecayed,
  countParameters,
  initialise,
  type ParameterSpec,
  unflatten,
} from "../../src/models/mod.ts";
import { inFlatOrder } from "../../src/models/parameters.ts";
import { inPrecision } from "../../src/ops/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";

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

Deno.test("tensors with weight decay come first in the flat vector", () => {
  const [w, b, g] = specs;
  assert.deepEqual(inFlatOrder([b, w, g]), [w, b, g]);
  assert.equal(countDecayed(specs), 6);
  assert.equal(countDecayed([b, g]), 0);
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

Deno.test("unflatten in bfloat16 joins gradients of both precisions into one of float32", async () => {
  await startEngine();
  const mixed: ParameterSpec[] = [
    ...specs,
    { name: "v", shape: [2], layout: "linear", init: 0, decay: true },
    { name: "t", shape: [1], layout: "linear", init: 0, decay: true, float32OnCpu: true },
  ];
  const gradient = compile((flat: tf.Tensor1D, scale: tf.Tensor1D) => {
    const loss = (x: tf.Tensor) => {
      const p = unflatten(mixed, x as tf.Tensor1D, "bfloat16");
      const sums = Object.values(p).map((part) => inPrecision(part, "float32").square().sum());
      return tf.stack(sums).mul(scale).sum() as tf.Scalar;
    };
    return tf.grad(loss)(flat);
  });
  const values = [0, 1, 2, 3, 4, 5, 0.1, 0.2, 0.3, 9, 10, 11, 12, 0.7];
  const got = await gradient(tf.tensor1d(values), tf.tensor1d([1, 2, 4, 8, 16]));
  const scales = [1, 1, 1, 1, 1, 1, 2, 2, 2, 4, 4, 8, 8, 16];
  assert.deepEqual([...got.dataSync()], [...Float32Array.from(values, (x, i) => 2 * x * scales[i])]);
});
