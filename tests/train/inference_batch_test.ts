/** How many images a network evaluates at once. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createModel, weightTensors } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { createWeights, evaluate, inferenceBatch, makePredictor } from "../../src/train/mod.ts";
import { batchOf } from "../made/train/synthetic.ts";

await startEngine();

Deno.test("small images are evaluated 256 at once, large ones as many as a step takes", () => {
  assert.equal(inferenceBatch({ batchSize: 32 }, 56), 256);
  assert.equal(inferenceBatch({ batchSize: 32 }, 224), 32);
  assert.equal(inferenceBatch({ batchSize: 4096, accumulate: 64 }, 224), 64);
  assert.equal(inferenceBatch({ batchSize: 512 }, 32), 512);
});

Deno.test("never fewer than a step takes, and no more than memory for a step of small images", () => {
  const recipes = fc.record({ batchSize: fc.integer({ min: 1, max: 8192 }) });
  fc.assert(fc.property(recipes, fc.integer({ min: 1, max: 512 }), (recipe, imageSize) => {
    const batch = inferenceBatch(recipe, imageSize);
    assert.ok(batch >= recipe.batchSize);
    assert.ok(batch === recipe.batchSize || (batch <= 256 && batch * imageSize ** 2 <= 2 ** 20));
  }));
});

Deno.test("a network says the same of an image, however many it sees at once", async () => {
  const model = createModel("resnet_tiny_pool", 3, 8);
  const weights = weightTensors(createWeights(model, 0));
  const whole = batchOf(50, 0);
  const inBatchesOf = async (many: number) => {
    using predict = disposable(makePredictor(model));
    const batches = function* () {
      for (let begin = 0; begin < 50; begin += many) {
        const end = Math.min(begin + many, 50);
        const pixels = whole.pixels.slice(begin * 192, end * 192);
        yield { ...whole, pixels, labels: whole.labels.slice(begin, end) };
      }
    };
    return await evaluate(predict, weights, { imageSize: 8, size: 50, batches }, 3);
  };
  const [few, many] = [await inBatchesOf(7), await inBatchesOf(50)];
  tf.dispose(Object.values(weights));
  assert.deepEqual(few.labels, many.labels);
  assert.ok(few.probabilities.every((value, i) => Math.abs(value - many.probabilities[i]) < 1e-6));
  assert.ok(new Set(many.probabilities).size > 100, "the images are told apart");
});

const disposable = <T extends { dispose(): void }>(value: T): T & Disposable =>
  Object.assign(value, { [Symbol.dispose]: () => value.dispose() });
