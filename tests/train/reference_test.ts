/** Optimizer and schedule against PyTorch and ConvNeXt's own schedule. */
import assert from "node:assert/strict";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { adamW, biasCorrections, learningRate, paperRecipe } from "../../src/train/mod.ts";
import { clip } from "../../src/train/step.ts";
import { readFixture, unpack } from "../reference/fixture.ts";

await startEngine();
const fixture = readFixture("train");

Deno.test("20 steps of AdamW end where PyTorch's end", () => {
  const { start, decayed, gradients, learningRates, end } = fixture.adamw;
  const all = unpack(gradients);
  const size = unpack(start).length;
  tf.tidy(() => {
    let state = { parameters: tf.tensor1d(unpack(start)), m: tf.zeros([size]), v: tf.zeros([size]) } as {
      parameters: tf.Tensor1D;
      m: tf.Tensor1D;
      v: tf.Tensor1D;
    };
    learningRates.forEach((rate: number, step: number) => {
      const gradient = tf.tensor1d(all.subarray(step * size, (step + 1) * size));
      const corrections = tf.tensor1d(biasCorrections([0.9, 0.95], step + 1));
      const input = {
        ...state,
        gradient,
        decayed,
        learningRate: tf.scalar(rate),
        corrections,
      };
      state = adamW(input, { weightDecay: 0.3, betas: [0.9, 0.95] });
    });
    const expected = unpack(end);
    state.parameters.dataSync().forEach((v, i) =>
      assert.ok(Math.abs(v - expected[i]) < 1e-6, `${v} ${expected[i]}`)
    );
  });
});

Deno.test("the schedule is ConvNeXt's cosine with warm-up", () => {
  const { epochs, warmupEpochs, stepsPerEpoch, learningRate: base, values } = fixture.cosine;
  const recipe = {
    ...paperRecipe,
    epochs,
    warmupEpochs,
    learningRate: base,
    batchSize: 8,
    samplesPerEpoch: 8 * stepsPerEpoch,
  };
  values.forEach((expected: number, step: number) =>
    assert.ok(Math.abs(learningRate(recipe, step) - expected) < 1e-12, `step ${step}`)
  );
});

Deno.test("gradient clipping is PyTorch's clip_grad_norm_", () => {
  const { gradient, norm, clipped } = fixture.clipping;
  tf.tidy(() => {
    const expected = unpack(clipped);
    clip(tf.tensor1d(unpack(gradient)), norm).dataSync().forEach((v, i) =>
      assert.ok(Math.abs(v - expected[i]) < 1e-6)
    );
    const small = tf.tensor1d([0.1, -0.2]);
    assert.deepEqual(clip(small, norm).dataSync(), small.dataSync());
  });
});
