/** Optimizer, schedule, loss and moving average against PyTorch and timm. */
import assert from "node:assert/strict";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { biasCorrections, learningRate, paperRecipe, smoothTargets } from "../../src/train/mod.ts";
import { adamW } from "../../src/train/optimizer.ts";
import { crossEntropy } from "../../src/ops/mod.ts";
import { clip, movingAverage } from "../../src/train/step.ts";
import { readFixture, unpack } from "../reference/fixture.ts";

await startEngine();
const fixture = readFixture("train");

Deno.test("20 steps of AdamW end where PyTorch's end", () => {
  const { start, decayed, gradients, learningRates, end } = fixture.adamw;
  const all = unpack(gradients);
  const size = unpack(start).length;
  tf.tidy(() => {
    const rule = adamW({ weightDecay: 0.3, betas: [0.9, 0.95], decayed });
    let [parameters, m, v] = [
      tf.tensor1d(unpack(start)),
      tf.zeros<tf.Rank.R1>([size]),
      tf.zeros<tf.Rank.R1>([size]),
    ];
    learningRates.forEach((rate: number, step: number) => {
      const gradient = tf.tensor1d(all.subarray(step * size, (step + 1) * size));
      const corrections = tf.tensor1d(biasCorrections([0.9, 0.95], step + 1));
      [v, m] = [rule.v(v, gradient), rule.m(m, gradient)];
      parameters = rule.parameters(parameters, { m, v }, { learningRate: tf.scalar(rate), corrections });
    });
    const expected = unpack(end);
    parameters.dataSync().forEach((v, i) =>
      assert.ok(Math.abs(v - expected[i]) < 1e-6, `${v} ${expected[i]}`)
    );
  });
});

Deno.test("the schedule is timm's cosine with warm-up", () => {
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

Deno.test("cross-entropy with label smoothing is PyTorch's", () => {
  const { logits, labels, classes, share, loss } = fixture.smoothing;
  tf.tidy(() => {
    const shape: [number, number] = [labels.length, classes];
    const targets = tf.tensor2d(smoothTargets(labels, classes, share), shape);
    const [ours] = crossEntropy(tf.tensor2d(unpack(logits), shape), targets).dataSync();
    assert.ok(Math.abs(ours - loss) < 1e-6, `${ours}, PyTorch has ${loss}`);
  });
});

Deno.test("the moving average of the weights is timm's", () => {
  const { decay, steps } = fixture.average;
  tf.tidy(() => {
    let ours: tf.Tensor1D | undefined;
    steps.forEach(({ parameters, average }: { parameters: string; average: string }, step: number) => {
      // The fixture begins after its first step.
      const now = tf.tensor1d(unpack(parameters));
      ours = ours ? movingAverage(ours, now, decay) : tf.tensor1d(unpack(average));
      const expected = unpack(average);
      ours.dataSync().forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-6, `step ${step}`));
    });
  });
});
