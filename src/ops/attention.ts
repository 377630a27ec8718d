import {
  attribute,
  fuse,
  isOnGpu,
  type Precision,
  precisionOf,
  rawOp,
  tf,
  toPrecision,
} from "../tensorflow/mod.ts";
import { batchProduct } from "./linear.ts";
import { withGradient } from "./gradient.ts";

type Matrices = tf.Tensor4D;

/*
 * What stands between the products is fused on a GPU, where it would take half of a ViT's step. On a CPU the
 * library's own loops are faster than what XLA makes of exponentials and sums.
 */
const GPU = { onlyOnGpu: true };

/** Less than any score, in a sum that is still a number. */
const NEVER = -1e30;

/**
 * Softmax of the scaled scores over the last axis, in float32. Columns from the number of tokens on are
 * padding and get no weight.
 */
const softmax = fuse("softmax", ([scores], { scale, tokens }: { scale: number; tokens: number }) => {
  const x = toPrecision(scores, "float32").mul<Matrices>(scale);
  const columns = scores.shape[3]!;
  const padding = Array.from({ length: columns }, (_, column) => column < tokens ? 0 : NEVER);
  const y = tf.softmax(columns > tokens ? x.add<Matrices>(padding) : x);
  return [toPrecision(y, precisionOf(scores))];
}, GPU);

/** Gradient by the scores, from the gradient by the value and the value. */
const softmaxGradient = fuse("softmax_gradient", ([dy, y], { scale }: { scale: number }) => {
  const [g, p] = [toPrecision(dy, "float32"), toPrecision(y, "float32")];
  return [toPrecision(g.sub(g.mul(p).sum(-1, true)).mul(p).mul(scale), precisionOf(y))];
}, GPU);

/** How queries, keys and values lie. */
type Heads = {
  /** [B, tokens, heads, d] */
  shape: readonly number[];
  /** Rows of each matrix: its tokens, and zeros. */
  rows: number;
};

/** Appends rows of zeros to matrices until there are so many. */
function withRows(x: Matrices, rows: number): Matrices {
  const missing = rows - x.shape[2];
  if (missing === 0) return x;
  const edges = tf.tensor2d([[0, 0], [0, 0], [0, missing], [0, 0]], [4, 2], "int32");
  const types = [attribute.type("T", "float32"), attribute.type("Tpaddings", "int32")];
  return rawOp("Pad", [x, edges], types)[0] as Matrices;
}

/** Without what {@link withRows} appended. */
function withoutRows(x: tf.Tensor, [B, tokens, heads, d]: readonly number[]): Matrices {
  return (x.shape[2] === tokens ? x : x.slice([0, 0, 0, 0], [B, heads, tokens, d])) as Matrices;
}

/** `[B T, 3 heads d] -> q, k, v`, each [B, heads, rows, d] */
const splitHeads = fuse("split_heads", ([qkv], { shape, rows }: Heads) => {
  const [B, T, heads, d] = shape;
  const parts = tf.unstack(qkv.reshape([B, T, 3, heads, d]).transpose([2, 0, 3, 1, 4])) as Matrices[];
  return parts.map((part) => withRows(part, rows));
}, GPU);

/** Its gradient: from those by q, k and v. */
const joinHeads = fuse("join_heads", (parts, { shape }: Heads) => {
  const [B, T, heads, d] = shape;
  const whole = parts.map((part) => withoutRows(part, shape));
  return [tf.stack(whole).transpose([1, 3, 0, 2, 4]).reshape([B * T, 3 * heads * d])];
}, GPU);

/** `[B, heads, rows, d] -> [B T, heads d]` */
const toTokens = fuse("to_tokens", ([x], { shape }: Heads) => {
  const [B, T, heads, d] = shape;
  return [withoutRows(x, shape).transpose([0, 2, 1, 3]).reshape([B * T, heads * d])];
}, GPU);

/** Its gradient, in a precision. */
const toHeads = fuse("to_heads", ([dy], { shape, rows, precision }: Heads & { precision: Precision }) => {
  const g = toPrecision(dy, precision).reshape(shape as number[]).transpose<Matrices>([0, 2, 1, 3]);
  return [withRows(g, rows)];
}, GPU);

/** Products of matrices whose sides are multiples of this are several times as fast on a GPU. */
const ALIGNED = 8;

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
  const d = qkv.shape[1] / (3 * heads);
  const how: Heads = {
    shape: [qkv.shape[0] / tokens, tokens, heads, d],
    rows: isOnGpu() ? Math.ceil(tokens / ALIGNED) * ALIGNED : tokens,
  };
  const scale = 1 / Math.sqrt(d);
  const precision = precisionOf(qkv);
  return withGradient<tf.Tensor2D>([qkv], () => {
    const [q, k, v] = splitHeads([qkv], how) as Matrices[];
    const [weights] = softmax([batchProduct(q, k, false, true)], { scale, tokens });
    const [value] = toTokens([batchProduct(weights, v, false, false)], how);
    return { value: value as tf.Tensor2D, saved: [q, k, v, weights] };
  }, (dy, saved) => {
    const [q, k, v, weights] = saved as Matrices[];
    const [g] = toHeads([dy], { ...how, precision });
    const [dScores] = softmaxGradient([batchProduct(g, v, false, true), weights], { scale });
    const parts = [
      batchProduct(dScores, k, false, false),
      batchProduct(dScores, q, true, false),
      batchProduct(weights, g, true, false),
    ];
    return joinHeads(parts, how);
  });
}
