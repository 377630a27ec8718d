import { type Precision, precisionOf, tf, toPrecision } from "../tensorflow/mod.ts";
import { batchProduct } from "./linear.ts";
import { withGradient } from "./gradient.ts";

type Matrices = tf.Tensor4D;

/**
 * Softmax of the scaled scores over the last axis, in float32. The op's own loops are faster than what XLA
 * makes of exponentials and sums.
 */
function softmax(scores: Matrices, scale: number): Matrices {
  const x = toPrecision(scores, "float32").mul<Matrices>(scale);
  return toPrecision(tf.softmax(x), precisionOf(scores));
}

/** Gradient by the scores, from the value and the gradient by it. */
function softmaxGradient(dy: Matrices, y: Matrices, scale: number): Matrices {
  const [g, p] = [toPrecision(dy, "float32"), toPrecision(y, "float32")];
  return toPrecision(g.sub(g.mul(p).sum(-1, true)).mul(p).mul(scale), precisionOf(y));
}

/** `[B T, 3 heads d] -> q, k, v`, each [B, heads, T, d] */
function splitHeads(qkv: tf.Tensor, [B, T, heads, d]: number[]): Matrices[] {
  return tf.unstack(qkv.reshape([B, T, 3, heads, d]).transpose([2, 0, 3, 1, 4])) as Matrices[];
}

/**
 * Multi-head self-attention, `softmax(q kᵀ / √d) v` (Vaswani et al. 2017), with its gradient in closed form.
 * Products are in the precision of the input, the softmax in float32.
 *
 * @param qkv queries, keys and values side by side as timm's `attn.qkv` gives them, [B T, 3 heads d]
 * @param tokens T
 * @param heads number of heads
 * @returns [B T, heads d]
 */
export function selfAttention(qkv: tf.Tensor2D, tokens: number, heads: number): tf.Tensor2D {
  const [rows, width] = qkv.shape;
  const [B, d] = [rows / tokens, width / (3 * heads)];
  const shape = [B, tokens, heads, d];
  const scale = 1 / Math.sqrt(d);
  const precision: Precision = precisionOf(qkv);
  return withGradient<tf.Tensor2D>([qkv], () => {
    const [q, k, v] = splitHeads(qkv, shape);
    const weights = softmax(batchProduct(q, k, false, true), scale);
    const value = batchProduct(weights, v, false, false).transpose([0, 2, 1, 3]);
    return { value: value.reshape([rows, heads * d]), saved: [q, k, v, weights] };
  }, (dy, saved) => {
    const [q, k, v, weights] = saved as Matrices[];
    const g = toPrecision(dy, precision).reshape(shape).transpose<Matrices>([0, 2, 1, 3]);
    const dWeights = batchProduct<Matrices>(g, v, false, true);
    const dScores = softmaxGradient(dWeights, weights, scale);
    const parts = [
      batchProduct(dScores, k, false, false),
      batchProduct(dScores, q, true, false),
      batchProduct(weights, g, true, false),
    ];
    return [tf.stack(parts).transpose([1, 3, 0, 2, 4]).reshape(qkv.shape)];
  });
}
