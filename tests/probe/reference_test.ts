/** Solvers and layers of the probes against scikit-learn and PyTorch. */
import assert from "node:assert/strict";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { fitLogistic, predictLogistic } from "../../src/probe/logistic.ts";
import { columnMoments, featuresOf } from "../../src/probe/mod.ts";
import { lars, type Moving, probeLogits, type ProbeState, probeStep } from "~/probe/linear_probe.ts";
import { readFixture, unpack } from "../reference/fixture.ts";

await startEngine();
const fixture = readFixture("probes");

function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
) {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= tolerance,
      `${what}[${i}]: ${actual[i]}, not ${expected[i]}`,
    );
  }
}

Deno.test("columns are standardised by scikit-learn's moments; a constant column is left", () => {
  const { x, labels, mean, std, columns } = fixture.logistic;
  const moments = columnMoments(featuresOf(unpack(x), Int32Array.from(labels)));
  const expected = unpack(std).map((v) => v === 0 ? 1 : v);
  for (let c = 0; c < columns; c++) {
    assert.ok(Math.abs(moments.std[c] / expected[c] - 1) < 1e-6, `std ${c}`);
    assert.ok(Math.abs(moments.mean[c] - unpack(mean)[c]) < 1e-6 * expected[c] + 1e-6, `mean ${c}`);
  }
  assert.equal(moments.std[4], 1);
});

Deno.test("the logistic regression is scikit-learn's", async () => {
  const { x, labels, classes, columns, fits } = fixture.logistic;
  const features = featuresOf(unpack(x), Int32Array.from(labels));
  for (const { l2, weights, biases, probabilities, objective } of fits) {
    const model = await fitLogistic(features, { l2, classes, tolerance: 1e-6 });
    assert.ok(model.converged, `l2 ${l2}`);
    assert.ok(Math.abs(model.objective - objective) < 1e-5, `${model.objective}, not ${objective}`);
    assertClose(model.coefficients.subarray(0, columns * classes), unpack(weights), 1e-3, "weights");
    assertClose(model.coefficients.subarray(columns * classes), unpack(biases), 1e-3, "biases");
    assertClose(await predictLogistic(model, features), unpack(probabilities), 1e-3, "probabilities");
  }
});

Deno.test("20 steps of LARS are those of its description in PyTorch", () => {
  const { inputs, outputs, start, gradients, learningRates, end, ...config } = fixture.lars;
  const shapes = [[inputs, outputs], [outputs]];
  tf.tidy(() => {
    shapes.forEach((shape, i) => {
      const size = shape.reduce((a, b) => a * b);
      const all = unpack(gradients[i]);
      let moving: Moving = { value: tf.tensor(unpack(start[i]), shape), velocity: tf.zeros(shape) };
      learningRates.forEach((rate: number, step: number) => {
        const gradient = tf.tensor(all.subarray(step * size, (step + 1) * size), shape);
        moving = lars(moving, gradient, tf.scalar(rate), config);
      });
      assertClose(moving.value.dataSync(), unpack(end[i]), 2e-5, `tensor of shape ${shape}`);
    });
  });
});

Deno.test("a matrix of zeros is moved by its gradient, unscaled", () => {
  tf.tidy(() => {
    const zeros = { value: tf.zeros([2, 2]), velocity: tf.zeros([2, 2]) };
    const config = { momentum: 0.9, weightDecay: 0, trustCoefficient: 1e-3 };
    const moved = lars(zeros, tf.ones([2, 2]), tf.scalar(0.5), config);
    assert.deepEqual([...moved.value.dataSync()], [-0.5, -0.5, -0.5, -0.5]);
  });
});

Deno.test("batch norm and linear layer are PyTorch's, in training and after it", () => {
  const { rows, columns, classes, rate, momentum, losses, labels, ...packed } = fixture.batchNormProbe;
  const x = unpack(packed.x);
  const batch = (step: number) =>
    tf.tensor2d(x.subarray(step * rows * columns, (step + 1) * rows * columns), [rows, columns]);
  tf.tidy(() => {
    let state: ProbeState = {
      weight: {
        value: tf.tensor2d(unpack(packed.weight), [columns, classes]),
        velocity: tf.zeros([columns, classes]),
      },
      bias: { value: tf.tensor1d(unpack(packed.bias)), velocity: tf.zeros([classes]) },
      mean: tf.zeros([columns]),
      variance: tf.ones([columns]),
    };
    losses.forEach((expected: number, step: number) => {
      const targets = tf.oneHot(labels[step], classes).toFloat() as tf.Tensor2D;
      const config = { momentum, weightDecay: 0, trustCoefficient: null };
      const taken = probeStep(state, { x: batch(step), targets, rate: tf.scalar(rate) }, config);
      assertClose(taken.loss.dataSync(), [expected], 1e-5, `loss of step ${step}`);
      state = taken.state;
    });
    assertClose(state.mean.dataSync(), unpack(packed.mean), 1e-5, "running mean");
    const [variance, expected] = [state.variance.dataSync(), unpack(packed.variance)];
    assertClose(variance.map((v, c) => v / expected[c]), [1, 1, 1, 1], 1e-5, "running variance");
    assertClose(probeLogits(state, batch(0)).dataSync(), unpack(packed.logits), 2e-4, "logits");
  });
});
