import assert from "node:assert/strict";
import { dropout } from "../../src/ops/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";

await startEngine();
const key = () => tf.tensor1d([7, -9], "int32");

Deno.test("dropout drops the share that is asked for and keeps the mean", () => {
  tf.tidy(() => {
    for (const rate of [0.1, 0.5, 0.8]) {
      const values = dropout(tf.ones([1000, 100]), key(), 0, rate).dataSync();
      const kept = Math.fround(1 / (1 - rate));
      assert.ok(values.every((v) => v === 0 || Math.abs(v - kept) < 1e-6));
      const dropped = values.filter((v) => v === 0).length / values.length;
      assert.ok(Math.abs(dropped - rate) < 5 * Math.sqrt(rate * (1 - rate) / values.length), `${dropped}`);
    }
  });
});

Deno.test("what is dropped differs by key and by layer, and independently so", () => {
  tf.tidy(() => {
    const mask = (of: tf.Tensor1D, layer: number) => dropout(tf.ones([10000]), of, layer, 0.5).dataSync();
    const masks = [mask(key(), 0), mask(key(), 1), mask(tf.tensor1d([8, -9], "int32"), 0)];
    assert.deepEqual(mask(key(), 0), masks[0]);
    for (const [a, b] of [[0, 1], [0, 2], [1, 2]]) {
      const same = masks[a].filter((v, i) => v === masks[b][i]).length;
      assert.ok(Math.abs(same / 10000 - 0.5) < 0.03, `${same}`);
    }
  });
});

Deno.test("a rate of 0 is no op", () => {
  tf.tidy(() => {
    const x = tf.ones([3]);
    assert.equal(dropout(x, key(), 0, 0), x);
  });
});
