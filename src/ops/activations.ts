/** Functions of single values: GELU, ReLU, dropout. */
import {
  attribute,
  fuse,
  isNative,
  type Precision,
  precisionOf,
  rawOp,
  takeRows,
  tf,
  toPrecision,
} from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

/** Cumulative distribution function of the standard normal distribution, and its density. */
const normalCdf = (x: tf.Tensor) => x.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
const normalDensity = (x: tf.Tensor) => x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));

const geluForward = fuse("gelu", ([x]) => {
  const input = toPrecision(x, "float32");
  return [toPrecision(input.mul(normalCdf(input)), precisionOf(x))];
});

const geluBackward = fuse("gelu_gradient", ([dy, x]) => {
  const input = toPrecision(x, "float32");
  const slope = normalCdf(input).add(input.mul(normalDensity(input)));
  return [toPrecision(toPrecision(dy, "float32").mul(slope), precisionOf(x))];
});

/**
 * Gaussian error linear unit (Hendrycks & Gimpel 2016), the exact form `x Φ(x)` that timm uses, with its
 * gradient `Φ(x) + x φ(x)`; computed in float32, in the precision of its input outside.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([x], () => {
    const [value] = geluForward([x], {});
    return { value: value as T, saved: [x] };
  }, (dy, [x]) => geluBackward([dy, x], {}));
}

const T = [attribute.type("T", "float32")];
const reluForward = fuse("relu", ([x]) => rawOp("Relu", [x], T), { onlyOnGpu: true });
const reluBackward = fuse("relu_gradient", (inputs) => rawOp("ReluGrad", inputs, T), { onlyOnGpu: true });

/** `max(x, 0)`. */
export function relu<T extends tf.Tensor>(x: T): T {
  if (!isNative()) return tf.relu(x);
  return withGradient<T>([x], () => {
    const [value] = reluForward([x], {});
    return { value: value as T, saved: [value] };
  }, (dy, [value]) => reluBackward([dy, value], {}));
}

/** Images of a batch. */
export interface BatchPart {
  /** Images of the whole batch. */
  of: number;
  /** Their places in it, int32 [B]. */
  images: tf.Tensor1D;
}

/** Uniform numbers in [0, 1) that a key decides. */
function uniform(shape: number[], key: tf.Tensor1D, layer: number): tf.Tensor {
  if (!isNative()) return tf.randomUniform(shape);
  const seed = key.add(tf.tensor1d([0, layer], "int32"));
  const types = [attribute.type("dtype", "float32"), attribute.type("T", "int32")];
  return rawOp("StatelessRandomUniform", [tf.tensor1d(shape, "int32"), seed], [
    ...types,
    attribute.type("Tseed", "int32"),
  ])[0];
}

/** Sets to 0 and scales in float32, since 1 / (1 - rate) has no exact bfloat16. */
function masked<T extends tf.Tensor>(x: T, mask: tf.Tensor, precision: Precision): T {
  return toPrecision(toPrecision(x, "float32").mul<T>(mask), precision);
}

/**
 * Dropout (Srivastava et al. 2014): sets values to 0 with probability `rate`, and scales the others by 1 / (1
 * - rate). What is dropped is a function of the key and the layer alone, so that a compiled step draws anew
 * for each key and a resumed training drops what an uninterrupted one would have. (On an engine other than
 * native TensorFlow, it is drawn anew at every call.)
 *
 * @param key int32, [2]
 * @param layer tells the dropouts of one network apart
 * @param rate in [0, 1)
 * @param part of a batch, whose numbers are those that its images have in the whole. Default: it is whole
 */
export function dropout<T extends tf.Tensor>(
  x: T,
  key: tf.Tensor1D,
  layer: number,
  rate: number,
  part?: BatchPart,
): T {
  if (rate === 0) return x;
  const precision = precisionOf(x);
  return withGradient<T>([x], () => {
    const numbers = part
      ? takeRows(uniform([part.of, ...x.shape.slice(1)], key, layer), part.images)
      : uniform(x.shape, key, layer);
    const mask = numbers.greaterEqual(rate).cast("float32").mul(1 / (1 - rate));
    return { value: masked(x, mask, precision), saved: [mask] };
  }, (dy, [mask]) => [masked(dy, mask, precision)]);
}
