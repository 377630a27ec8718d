/**
 * Every tfjs kernel that the project uses, and its gradient, on native TensorFlow against
 * tfjs's reference CPU backend.
 */
import assert from "node:assert/strict";
import { random } from "../../src/stats/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";

/** Largest difference allowed, relative to the largest value of the expected tensor. */
const TOLERANCE = 1e-5;

function normal(shape: number[], key: number): tf.Tensor {
  const stream = random(7, key);
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => stream.normal()), shape);
}

/**
 * A case: inputs by shape, and a function of them; compared are its values and, unless
 * `values`, its gradients.
 */
interface Case {
  shapes: number[][];
  // deno-lint-ignore no-explicit-any -- tensors of whatever ranks the case needs
  of: (...xs: any[]) => tf.Tensor;
  values?: true;
}

const cases: Record<string, Case> = {
  "add, broadcast": { shapes: [[2, 3, 4], [4]], of: (a, b) => a.add(b) },
  "sub, broadcast": { shapes: [[2, 3, 4], [3, 1]], of: (a, b) => a.sub(b) },
  "mul, broadcast": { shapes: [[2, 3, 4], [4]], of: (a, b) => a.mul(b) },
  "div, broadcast": { shapes: [[2, 3], [2, 1]], of: (a, b) => a.div(b.square().add(1)) },
  "neg": { shapes: [[5]], of: (a) => a.neg() },
  "minimum": { shapes: [[2, 3], [2, 3]], of: (a, b) => tf.minimum(a, b) },
  "maximum": { shapes: [[2, 3], [2, 3]], of: (a, b) => tf.maximum(a, b) },
  "square, sqrt": { shapes: [[7]], of: (a) => a.square().add(1).sqrt() },
  "rsqrt": { shapes: [[7]], of: (a) => a.square().add(1).rsqrt() },
  "exp": { shapes: [[7]], of: (a) => a.exp() },
  "log": { shapes: [[7]], of: (a) => a.square().add(1).log() },
  "erf": { shapes: [[7]], of: (a) => a.erf() },
  "relu": { shapes: [[3, 5]], of: (a) => a.relu() },
  "sum, all and by axis": { shapes: [[3, 4, 5]], of: (a) => a.sum([0, 2]).add(a.sum()) },
  "mean, kept dimension": { shapes: [[3, 4, 5]], of: (a) => a.mean(-1, true) },
  "max": { shapes: [[3, 4]], of: (a) => a.max(-1) },
  "norm": { shapes: [[3, 4]], of: (a) => a.norm() },
  "softmax": { shapes: [[3, 4]], of: (a) => a.softmax() },
  "logSoftmax": { shapes: [[3, 4]], of: (a) => tf.logSoftmax(a) },
  "reshape, transpose": { shapes: [[2, 3, 4]], of: (a) => a.reshape([6, 4]).transpose() },
  "split, concat": {
    shapes: [[9]],
    of: (a) => {
      const [x, y, z] = tf.split(a, [2, 3, 4]) as tf.Tensor1D[];
      return tf.concat([z.square(), x, y.mul(3)]);
    },
  },
  "unstack, stack": { shapes: [[3, 4]], of: (a) => tf.stack(tf.unstack(a).reverse()) },
  "tile": { shapes: [[2, 3]], of: (a) => a.tile([2, 2]) },
  "matMul": { shapes: [[5, 3], [3, 4]], of: (a, b) => a.matMul(b) },
  "conv2d, stride 2, valid": {
    shapes: [[2, 8, 8, 3], [2, 2, 3, 5]],
    of: (x, w) => tf.conv2d(x, w, 2, "valid"),
  },
  "conv2d, stride 1, same": {
    shapes: [[2, 7, 7, 3], [3, 3, 3, 5]],
    of: (x, w) => tf.conv2d(x, w, 1, "same"),
  },
  "depthwiseConv2d": {
    shapes: [[2, 8, 8, 3], [7, 7, 3, 1]],
    of: (x, w) => tf.depthwiseConv2d(x, w, 1, "same"),
  },
  "maxPool": { shapes: [[2, 8, 8, 3]], of: (x) => tf.maxPool(x, 2, 2, "valid") },
  "avgPool": { shapes: [[2, 8, 8, 3]], of: (x) => tf.avgPool(x, 2, 2, "valid") },
  "argMax": { shapes: [[3, 4]], of: (a) => a.argMax(-1).toFloat(), values: true },
  "oneHot, cast": { shapes: [[3, 4]], of: (a) => tf.oneHot(a.argMax(-1), 4).toFloat(), values: true },
};

/**
 * Values and gradients of a case on the current backend. The loss weighs the outputs unevenly,
 * so that no error cancels.
 */
function outcome({ shapes, of, values }: Case): Float32Array[] {
  return tf.tidy(() => {
    const inputs = shapes.map(normal);
    const output = of(...inputs);
    if (values) return [output.dataSync() as Float32Array];
    const weights = normal(output.shape, 99);
    const gradients = tf.grads((...xs) => of(...xs).mul(weights).sum())(inputs);
    return [output, ...gradients].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
}

function assertClose(actual: Float32Array, expected: Float32Array, what: string) {
  assert.equal(actual.length, expected.length, what);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  actual.forEach((value, i) =>
    assert.ok(
      Math.abs(value - expected[i]) <= TOLERANCE * scale,
      `${what}[${i}]: ${value}, expected ${expected[i]}`,
    )
  );
}

for (const [name, test] of Object.entries(cases)) {
  Deno.test(`kernel ${name}`, async () => {
    const { backend } = await startEngine();
    await tf.setBackend("cpu");
    const expected = outcome(test);
    await tf.setBackend(backend);
    outcome(test).forEach((actual, i) =>
      assertClose(actual, expected[i], i === 0 ? "value" : `gradient ${i}`)
    );
  });
}
