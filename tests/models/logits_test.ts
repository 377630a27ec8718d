/** Batches that are cut into parts: the same numbers as in one part. */
import assert from "node:assert/strict";
import { createAutoencoder, createModel, models } from "../../src/models/mod.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";
import { classifierRule, makePredictor, paperRecipe, type StepInput } from "../../src/train/mod.ts";
import { makeFeatureReader } from "../../src/probe/mod.ts";
import { movedWeights } from "../made/models/moved_weights.ts";

const ignore = (await startEngine()).backend !== "tensorflow";

const SIDE = 16, CLASSES = 3;

const pixelsOf = (B: number) =>
  tf.tensor4d(
    Int32Array.from({ length: B * SIDE ** 2 * 3 }, (_, i) => (i * 37) % 256),
    [B, SIDE, SIDE, 3],
    "int32",
  );

/** Stochastic depth with all cases in both halves. */
const keepOf = (branches: number, B: number) =>
  tf.tensor2d(Array.from({ length: branches * B }, (_, i) => i % 3 === 0 ? 0 : 1.1), [branches, B]);

function inputOf(B: number, branches: number): StepInput {
  return {
    pixels: pixelsOf(B),
    targets: tf.oneHot(
      tf.tensor1d(Array.from({ length: B }, (_, i) => i % CLASSES), "int32"),
      CLASSES,
    ).toFloat() as tf.Tensor2D,
    learningRate: tf.scalar(1e-3),
    corrections: tf.tensor1d([0.1, 0.05]),
    keep: branches > 0 ? keepOf(branches, B) : undefined,
  };
}

function assertClose(got: tf.Tensor, want: tf.Tensor, what: string): void {
  const [a, b] = [got.dataSync(), want.dataSync()];
  assert.equal(a.length, b.length, what);
  const largest = (b as Float32Array).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  a.forEach((v, i) => assert.ok(Math.abs(v - b[i]) <= 1e-5 * largest, `${what} ${i}: ${v} ${b[i]}`));
}

for (const name of ["convnext_micro", "vit_micro"]) {
  const model = createModel(name, CLASSES, SIDE);
  const whole = { ...model, towers: 1 };

  Deno.test(
    `${name}: a step in towers has the loss and the gradient of one in a piece`,
    { ignore },
    async () => {
      assert.ok(model.towers > 1);
      const weights = movedWeights(model);
      for (const B of [2, 5, 8]) { // 5 cannot be halved
        const input = inputOf(B, model.dropPath.length);
        const [got, want] = await Promise.all([model, whole].map((m) => {
          const { pass, towers } = classifierRule(m, paperRecipe);
          return compile(pass, { towers })(weights, input);
        }));
        assertClose(got.loss, want.loss, "loss");
        assertClose(got.gradient, want.gradient, "gradient");
        tf.dispose([got, want, input] as unknown as tf.TensorContainer);
      }
      tf.dispose(weights as tf.TensorContainer);
    },
  );

  Deno.test(`${name}: predictions and features keep the order of the images`, { ignore }, async () => {
    const weights = movedWeights(model);
    const pixels = pixelsOf(6);
    for (const make of [makePredictor, makeFeatureReader]) {
      const [got, want] = await Promise.all([model, whole].map((m) => make(m)(weights, pixels)));
      assertClose(got, want, make.name);
      tf.dispose([got, want]);
    }
    tf.dispose([pixels, weights] as unknown as tf.TensorContainer);
  });
}

Deno.test("no model in towers draws dropout or has statistics over the batch", () => {
  for (const name of Object.keys(models)) {
    const model = createModel(name, CLASSES, 224);
    if (model.towers === 1) continue;
    assert.equal(model.dropout, false, name);
    assert.ok(!model.buffers.some((buffer) => buffer.name.endsWith("running_mean")), name);
  }
  assert.ok(createAutoencoder("mae_vit_micro", 32).towers > 1);
});
