import {
  attribute,
  fuse,
  isNative,
  type Precision,
  precisionOf,
  tf,
  toPrecision,
} from "../tensorflow/mod.ts";
import { rawOp } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

type Matrices = tf.Tensor4D;

/** Product of the matrices in the last two axes, either of them transposed. */
function products(a: Matrices, b: Matrices, transposeA = false, transposeB = false): Matrices {
  if (!isNative()) return tf.matMul(a, b, transposeA, transposeB);
  const transposes = [attribute.bool("adj_x", transposeA), attribute.bool("adj_y", transposeB)];
  return rawOp("BatchMatMulV2", [a, b], [...transposes, attribute.type("T", "float32")])[0] as Matrices;
}

const softmax = fuse("attention_softmax", ([scores], { scale }: { scale: number }) => {
  const s = toPrecision(scores, "float32").mul(scale);
  const e = s.sub(s.max(-1, true)).exp();
  return [toPrecision(e.div(e.sum(-1, true)), precisionOf(scores))];
});

const softmaxGradient = fuse("attention_softmax_gradient", ([dy, y], { scale }: { scale: number }) => {
  const [g, p] = [toPrecision(dy, "float32"), toPrecision(y, "float32")];
  return [toPrecision(g.sub(g.mul(p).sum(-1, true)).mul(p).mul(scale), precisionOf(y))];
});

/** `[B T, 3 heads d] -> q, k, v`, each [B, heads, T, d] */
function splitHeads(qkv: tf.Tensor, [B, T, heads, d]: number[]): Matrices[] {
  return tf.unstack(qkv.reshape([B, T, 3, heads, d]).transpose([2, 0, 3, 1, 4])) as Matrices[];
}

/**
 * Multi-head self-attention, `softmax(q kᵀ / √d) v` (Vaswani et al. 2017), with its gradient in closed form. Products are in the
 * precision of the input, the softmax in float32.
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
    const [weights] = softmax([products(q, k, false, true)], { scale }) as Matrices[];
    const value = products(weights, v).transpose([0, 2, 1, 3]).reshape<tf.Tensor2D>([rows, heads * d]);
    return { value, saved: [q, k, v, weights] };
  }, (dy, saved) => {
    const [q, k, v, weights] = saved as Matrices[];
    const g = toPrecision(dy, precision).reshape(shape).transpose<Matrices>([0, 2, 1, 3]);
    const dWeights = products(g, v, false, true);
    const [dScores] = softmaxGradient([dWeights, weights], { scale }) as Matrices[];
    const parts = [
      products(dScores, k),
      products(dScores, q, true, false),
      products(weights, g, true, false),
    ];
    return [tf.stack(parts).transpose([1, 3, 0, 2, 4]).reshape(qkv.shape)];
  });
}
