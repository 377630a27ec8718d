import assert from "node:assert/strict";
import fc from "fast-check";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";

const native = (await startEngine()).backend === "tensorflow";
const ignore = !native;

Deno.test("values of every dtype survive the way in and out", { ignore }, () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  fc.assert(fc.property(shapes, fc.constantFrom("float32", "int32", "bool"), (shape, dtype) => {
    const size = tf.util.sizeFromShape(shape);
    const values = Array.from({ length: size }, (_, i) => dtype === "bool" ? i % 2 : i - 3);
    tf.tidy(() => {
      const tensor = tf.tensor(values, shape, dtype as tf.DataType).clone().reshape([size]);
      // An op forces the values into native memory and back.
      const back = dtype === "bool"
        ? tensor.logicalNot().logicalNot()
        : tensor.add(tf.scalar(0, dtype as "int32"));
      assert.deepEqual([...back.dataSync()], values);
    });
  }));
});

Deno.test("strings survive the way in and out", { ignore }, () => {
  tf.tidy(() => {
    const words = tf.tensor1d(["", "a", "größer als 22 Bytes, also auf dem Heap"]);
    assert.deepEqual(tf.concat([words, words]).dataSync(), [...words.dataSync(), ...words.dataSync()]);
  });
});

Deno.test("an op that fails names itself and leaves nothing behind", { ignore }, () => {
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const [one, zero] = [tf.scalar(1, "int32"), tf.scalar(0, "int32")];
    assert.throws(() => tf.floorDiv(one, zero), /TensorFlow, FloorDiv: .*division by zero/i);
  });
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a tensor that was disposed gives an error, not a crash", { ignore }, () => {
  const x = tf.tensor1d([1]);
  x.dispose();
  assert.throws(() => x.add(1), /disposed/);
});

Deno.test("many outputs: a split into 200 parts", { ignore }, () => {
  tf.tidy(() => {
    const parts = tf.split(tf.range(0, 200), 200);
    assert.deepEqual(parts.map((part) => part.dataSync()[0]), Array.from({ length: 200 }, (_, i) => i));
  });
});

Deno.test("a layers model of tfjs trains on it", { ignore }, async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: "relu" }),
      tf.layers.batchNormalization(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: "categoricalCrossentropy" });
  const x = tf.randomNormal([32, 8, 8, 1], 0, 1, "float32", 1);
  const y = tf.oneHot(x.mean([1, 2, 3]).greater(0).toInt(), 2);
  const { history } = await model.fit(x, y, { epochs: 12, verbose: 0 });
  assert.ok((history.loss.at(-1) as number) < 0.5 * (history.loss[0] as number), `${history.loss}`);
  model.dispose();
  tf.dispose([x, y]);
});
