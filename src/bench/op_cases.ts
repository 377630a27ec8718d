/**
 * The operations of `src/ops`, each beside its plain form, whose gradient tfjs derives. The benchmark times
 * the two forms, and the tests of src/ops compare their values and gradients. Both need the same list, and
 * src imports nothing from tests: so it stands here.
 */
import * as ops from "../ops/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { smoothTargets } from "../train/mod.ts";

/** One operation. */
export interface Block {
  name: string;
  /** Shapes of the inputs, by which it is differentiated; `b` is a batch size. */
  shapes(b: number): number[][];
  ours(...inputs: tf.Tensor[]): tf.Tensor;
  plain(...inputs: tf.Tensor[]): tf.Tensor;
}

const layerNorm = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).div(variance.add(1e-6).sqrt()).mul(scale).add(shift);
};

const batchNorm = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(scale).add(shift);
};

const TOKENS = 16, HEADS = 3, HEAD_WIDTH = 16;

const attention = (qkv: tf.Tensor) => {
  const heads = qkv.reshape([-1, TOKENS, 3, HEADS, HEAD_WIDTH]).transpose([2, 0, 3, 1, 4]);
  const [q, k, v] = tf.unstack(heads);
  const weights = q.matMul(k, false, true).div(Math.sqrt(HEAD_WIDTH)).softmax();
  return weights.matMul(v).transpose([0, 2, 1, 3]).reshape([-1, HEADS * HEAD_WIDTH]);
};

/** Smoothed targets, one class after another, `[rows, classes]`. */
const softTargets = (rows: number, classes: number) => {
  const labels = Array.from({ length: rows }, (_, row) => row % classes);
  return tf.tensor2d(smoothTargets(labels, classes, 0.1), [rows, classes]);
};

/** Means of windows that are cut out one by one. */
const adaptivePool = (x: tf.Tensor, bins: number) => {
  const [B, H, W, C] = x.shape;
  const window = (i: number, length: number) => {
    const from = Math.floor(i * length / bins);
    return [from, Math.ceil((i + 1) * length / bins) - from];
  };
  const means = Array.from({ length: bins ** 2 }, (_, i) => {
    const [[top, height], [left, width]] = [window(Math.floor(i / bins), H), window(i % bins, W)];
    return x.slice([0, top, left, 0], [B, height, width, C]).mean([1, 2]);
  });
  return tf.stack(means, 1).reshape([B, bins, bins, C]);
};

const rowsTaken = () => tf.tensor1d([3, 0, 0, 5, 1, 3, 3], "int32");

/** A key that depends on the input: TensorFlow would draw from a constant key only once. */
const dropoutKey = (x: tf.Tensor) => x.flatten().slice(0, 2).cast("int32") as tf.Tensor1D;

/** Every operation of the networks and the step. */
export const blocks: Block[] = [
  {
    name: "linear",
    shapes: (b) => [[16 * b, 40], [40, 160], [160]],
    ours: (x, weight, bias) => ops.linear(x as tf.Tensor2D, { weight, bias }),
    plain: (x, weight, bias) => x.matMul(weight).add(bias),
  },
  {
    name: "layer norm and linear",
    shapes: (b) => [[16 * b, 40], [40], [40], [40, 160], [160]],
    ours: (x, scale, shift, weight, bias) =>
      ops.linear(
        ops.normalise(x as tf.Tensor2D),
        ops.foldNorm({ weight, bias }, { weight: scale, bias: shift }),
      ),
    plain: (x, scale, shift, weight, bias) => layerNorm(x, scale, shift).matMul(weight).add(bias),
  },
  {
    name: "bias and layer norm",
    shapes: (b) => [[16 * b, 40], [40]],
    ours: (x, bias) => ops.normalise(x as tf.Tensor2D, { bias }),
    plain: (x, bias) => layerNorm(x.add(bias), tf.ones([40]), tf.zeros([40])),
  },
  {
    name: "linear and layer scale",
    shapes: (b) => [[16 * b, 160], [160, 40], [40], [40]],
    ours: (x, weight, bias, scale) => ops.linear(x as tf.Tensor2D, ops.foldScale({ weight, bias }, scale)),
    plain: (x, weight, bias, scale) => x.matMul(weight).add(bias).mul(scale),
  },
  {
    name: "gelu",
    shapes: (b) => [[16 * b, 160]],
    ours: (x) => ops.gelu(x),
    plain: (x) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1)),
  },
  {
    name: "depthwise convolution",
    shapes: (b) => [[b, 16, 16, 40], [7, 7, 40, 1]],
    ours: (x, kernel) => ops.depthwiseConv(x as tf.Tensor4D, kernel as tf.Tensor4D),
    plain: (x, kernel) => tf.depthwiseConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same"),
  },
  {
    name: "convolution, bias, relu",
    shapes: (b) => [[b, 16, 16, 24], [3, 3, 24, 24], [24]],
    ours: (x, kernel, bias) =>
      ops.relu(ops.addBias(ops.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 1), bias)),
    plain: (x, kernel, bias) =>
      tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same").add(bias).relu(),
  },
  {
    name: "convolution, stride 2",
    shapes: (b) => [[b, 16, 16, 24], [3, 3, 24, 48]],
    ours: (x, kernel) => ops.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 2, 1),
    plain: (x, kernel) => {
      const padded = x.pad([[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D;
      return tf.conv2d(padded, kernel as tf.Tensor4D, 2, "valid");
    },
  },
  {
    name: "convolution, small map",
    shapes: (b) => [[b, 2, 2, 48], [3, 3, 48, 96]],
    ours: (x, kernel) => ops.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 1),
    plain: (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same"),
  },
  {
    name: "patches and linear",
    shapes: (b) => [[b, 16, 16, 24], [2, 2, 24, 48], [48]],
    ours: (x, weight, bias) => ops.linear(ops.toPatches(x as tf.Tensor4D, 2), { weight, bias }),
    plain: (x, weight, bias) =>
      tf.conv2d(x as tf.Tensor4D, weight as tf.Tensor4D, 2, "valid").add(bias).reshape([-1, 48]),
  },
  {
    name: "batch norm",
    shapes: (b) => [[b, 8, 8, 64], [64], [64]],
    ours: (x, scale, shift) => {
      const { value, mean, variance } = ops.batchNormTraining(
        x as tf.Tensor4D,
        scale as tf.Tensor1D,
        shift as tf.Tensor1D,
      );
      tf.dispose([mean, variance]);
      return value;
    },
    plain: batchNorm,
  },
  {
    name: "max pooling",
    shapes: (b) => [[b, 13, 13, 24]],
    ours: (x) => ops.maxPool(x as tf.Tensor4D, 3, 2),
    plain: (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, "valid"),
  },
  {
    name: "max pooling, padded",
    shapes: (b) => [[b, 12, 12, 24]],
    ours: (x) => ops.maxPool(x as tf.Tensor4D, 3, 2, 1),
    plain: (x) => tf.maxPool(x.pad([[0, 0], [1, 1], [1, 1], [0, 0]], -1e9) as tf.Tensor4D, 3, 2, "valid"),
  },
  {
    name: "adaptive average pooling",
    shapes: (b) => [[b, 5, 4, 256]],
    ours: (x) => ops.adaptiveAveragePool(x as tf.Tensor4D, 3),
    plain: (x) => adaptivePool(x, 3),
  },
  {
    name: "rows",
    shapes: () => [[6, 40]],
    ours: (x) => ops.gatherRows(x as tf.Tensor2D, rowsTaken()),
    plain: (x) => tf.oneHot(rowsTaken(), 6).cast("float32").matMul(x),
  },
  {
    name: "dropout",
    shapes: (b) => [[16 * b, 160]],
    ours: (x) => ops.dropout(x, dropoutKey(x), 1, 0.3),
    plain: (x) => x.mul(ops.dropout(tf.ones(x.shape), dropoutKey(x), 1, 0.3)),
  },
  {
    name: "self-attention",
    shapes: (b) => [[TOKENS * b, 3 * HEADS * HEAD_WIDTH]],
    ours: (qkv) => ops.selfAttention(qkv as tf.Tensor2D, TOKENS, HEADS),
    plain: attention,
  },
  {
    name: "cross-entropy",
    shapes: (b) => [[16 * b, 10]],
    ours: (logits) => ops.crossEntropy(logits as tf.Tensor2D, softTargets(logits.shape[0], 10)),
    plain: (logits) => tf.losses.softmaxCrossEntropy(softTargets(logits.shape[0], 10), logits),
  },
];

/** Random inputs of a block, the same at every call, which the caller disposes. */
export function blockInputs(block: Block, batch: number): tf.Tensor[] {
  return block.shapes(batch).map((shape, i) =>
    tf.randomNormal(shape, i % 2, shape.length > 1 ? 0.5 : 1, "float32", i + 1)
  );
}

/** The value of a function, weighted and summed, and its gradients. */
export function valueAndGradients(f: Block["ours"], inputs: tf.Tensor[]): { [name: string]: tf.Tensor } {
  const sum = (...xs: tf.Tensor[]) => {
    const y = f(...xs);
    const weights = tf.tensor(Float32Array.from({ length: y.size }, (_, i) => Math.sin(0.37 * i)), y.shape);
    return y.mul(weights).sum<tf.Scalar>();
  };
  const { value, grads } = tf.valueAndGrads(sum)(inputs);
  return { value, ...Object.fromEntries(grads.map((grad, i) => [`gradient ${i}`, grad])) };
}
