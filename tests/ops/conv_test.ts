import assert from "node:assert/strict";
import { conv2d, inPrecision } from "../../src/ops/mod.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";

await startEngine();

/** Gradients by input and kernel, of numbers that bfloat16 holds exactly, so that only the sums are rounded. */
function gradients(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  stride: number,
  pad: number | "same",
  precision: "float32" | "bfloat16",
) {
  const f = compile((x: tf.Tensor4D, kernel: tf.Tensor4D) => {
    const convolve = (x: tf.Tensor, kernel: tf.Tensor) => {
      const y = conv2d(x as tf.Tensor4D, inPrecision(kernel as tf.Tensor4D, precision), stride, pad);
      return inPrecision(y, "float32").square().sum() as tf.Scalar;
    };
    return tf.grads(convolve)([x, kernel]);
  });
  return f(x, kernel);
}

/** Halves from -1 to 1. */
function halves(shape: [number, number, number, number], seed: number): tf.Tensor4D {
  return tf.randomUniform(shape, -2, 3, "int32", seed).toFloat().div(2) as tf.Tensor4D;
}

/**
 * Share of the largest gradient that a bfloat16 one may be off. Without AVX-512 TensorFlow sums kernels' gradients
 * in bfloat16, too: 1.8% at 8 px on an AMD EPYC with AVX2 alone, below 1% elsewhere.
 */
const ROUNDING = 0.025;

// Outputs of 1 to 4 positions take another way in bfloat16 than larger ones, and than uneven edges.
for (
  const [side, size, stride, pad] of [
    [2, 3, 1, 1],
    [6, 3, 2, 0],
    [4, 3, 2, 1],
    [4, 3, 2, "same"],
    [3, 3, 1, 0],
    [2, 2, 1, "same"],
    [1, 3, 1, "same"],
    [2, 5, 1, 2],
    [8, 3, 1, 1],
  ] as [number, number, number, number | "same"][]
) {
  Deno.test(`conv2d: bfloat16 gradients, ${side} px, kernel ${size}, stride ${stride}, pad ${pad}`, async () => {
    const [x, kernel] = [halves([3, side, side, 5], 1), halves([size, size, 5, 7], 2)];
    const expected = await gradients(x, kernel, stride, pad, "float32");
    const actual = await gradients(x, kernel, stride, pad, "bfloat16");
    actual.forEach((gradient, i) => {
      assert.deepEqual(gradient.shape, expected[i].shape);
      const scale = Math.max(...expected[i].abs().dataSync());
      const error = Math.max(...gradient.sub(expected[i]).abs().dataSync());
      assert.ok(error <= scale * ROUNDING, `off by ${error} of ${scale}`);
    });
  });
}

// The plain form: TensorFlow's own convolution, which these maps do not take.
for (const [side, size] of [[1, 3], [2, 3], [1, 5], [2, 5], [2, 7]]) {
  Deno.test(`conv2d: value and gradients as the plain form's, ${side} px, kernel ${size}`, async () => {
    const [x, kernel] = [halves([3, side, side, 5], 1), halves([size, size, 5, 7], 2)];
    const weights = halves([3, side, side, 7], 3);
    const results = [conv2d, tf.conv2d].map((convolve) =>
      compile((x: tf.Tensor4D, kernel: tf.Tensor4D) => {
        const weighted = (x: tf.Tensor, kernel: tf.Tensor) =>
          convolve(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same").mul(weights).sum() as tf.Scalar;
        return [convolve(x, kernel, 1, "same"), ...tf.grads(weighted)([x, kernel])];
      })(x, kernel)
    );
    const [actual, expected] = await Promise.all(results);
    // Sums of quarters, exact in float32.
    actual.forEach((tensor, i) => assert.deepEqual(tensor.arraySync(), expected[i].arraySync()));
  });
}

Deno.test("conv2d: the gradient of a 1x1 kernel with stride 2 is a product, however few channels there are", () => {
  for (let channels = 1; channels <= 9; channels++) {
    tf.tidy(() => {
      const x = halves([2, 8, 8, channels], channels);
      const kernel = halves([1, 1, channels, 8], 7);
      const even = tf.tensor1d([0, 2, 4, 6], "int32");
      const rows = tf.gather(tf.gather(x, even, 1), even, 2).reshape([-1, channels]) as tf.Tensor2D;
      const dy = tf.matMul(rows, kernel.reshape([channels, 8]) as tf.Tensor2D).mul(2) as tf.Tensor2D;
      const expected = tf.matMul(rows, dy, true).dataSync();
      for (let repeat = 0; repeat < 5; repeat++) {
        tf.randomNormal([30_000 + 7_777 * repeat]).dataSync(); // other values lie in freed memory
        const [gradient] = tf.grads((k: tf.Tensor) =>
          conv2d(x, k as tf.Tensor4D, 2, 0).square().sum() as tf.Scalar
        )([kernel]);
        assert.deepEqual(gradient.dataSync(), expected, `${channels} channels`); // halves: nothing is rounded
      }
    });
  }
});
