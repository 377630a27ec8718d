/**
 * How values lie: precision, parts of a flat vector, patches, edges, rows; and the pixels that a network
 * sees.
 */
import {
  attribute,
  bytesToFloat,
  fuse,
  type Precision,
  precisionOf,
  rawOp,
  takeRows,
  tf,
  toPrecision,
} from "../tensorflow/mod.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "../images/mod.ts";
import { withGradient } from "./gradient.ts";

/** A tensor of numbers in another precision; the gradient is in its own. */
export function inPrecision<T extends tf.Tensor>(x: T, precision: Precision): T {
  const own = precisionOf(x);
  if (own === precision) return x;
  return withGradient<T>(
    [x],
    () => ({ value: toPrecision(x, precision), saved: [] }),
    (dy) => [toPrecision(dy, own)],
  );
}

/**
 * `[B, H, W, C] -> [B, H + 2 pad, W + 2 pad, C]`, on native TensorFlow; itself where there is nothing to add.
 * Edges are an op of their own, since with explicit padding the gradients of TensorFlow's convolution and
 * pooling are ten to thirty times as slow.
 */
export function padded(x: tf.Tensor4D, pad: number, value = 0): tf.Tensor4D {
  if (pad === 0) return x;
  const types = [attribute.type("T", "float32"), attribute.type("Tpaddings", "int32")];
  const edges = tf.tensor2d([[0, 0], [pad, pad], [pad, pad], [0, 0]], [4, 2], "int32");
  if (value === 0) return rawOp("Pad", [x, edges], types)[0] as tf.Tensor4D;
  return rawOp("PadV2", [x, edges, toPrecision(tf.scalar(value), precisionOf(x))], types)[0] as tf.Tensor4D;
}

/** An image without what {@link padded} put around it. */
export function unpadded(x: tf.Tensor, pad: number): tf.Tensor {
  const [B, H, W, C] = x.shape;
  return pad > 0 ? x.slice([0, pad, pad, 0], [B, H - 2 * pad, W - 2 * pad, C]) : x;
}

/** Every position of every image as a row: `[B, …, C] -> [rows, C]` */
export const asRows = (x: tf.Tensor): tf.Tensor2D =>
  x.rank === 2 ? x as tf.Tensor2D : x.reshape([-1, x.shape.at(-1)!]);

/**
 * Rows of a matrix, in any order and as often as wanted.
 *
 * @param x [rows, channels]
 * @param indices int32, [n], each in [0, rows)
 * @returns [n, channels]
 */
export function gatherRows(x: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  const precision = precisionOf(x);
  return withGradient<tf.Tensor2D>(
    [x],
    () => ({ value: takeRows(x, indices), saved: [indices] }),
    (dy, [at]) => {
      // Sums of bfloat16 would lose what a row that was taken many times adds up to.
      const g = toPrecision(dy, "float32");
      return [toPrecision(tf.unsortedSegmentSum(g, at as tf.Tensor1D, x.shape[0]), precision)];
    },
  );
}

/**
 * Cuts images into squares; what is left at the right and the bottom is dropped. A convolution whose stride
 * is its size is a linear layer of these.
 *
 * @param x [B, H, W, C]
 * @param size side of a patch, px
 * @returns [B * floor(H / size) * floor(W / size), size * size * C]; in a patch row by row
 */
export function toPatches(x: tf.Tensor4D, size: number): tf.Tensor2D {
  const [B, H, W, C] = x.shape;
  const [h, w] = [Math.floor(H / size), Math.floor(W / size)];
  const whole = h * size === H && w * size === W ? x : x.slice([0, 0, 0, 0], [B, h * size, w * size, C]);
  return whole.reshape([B, h, size, w, size * C]).transpose([0, 1, 3, 2, 4]).reshape([
    B * h * w,
    size * size * C,
  ]);
}

/** tfjs's own way to differentiate a function of several values; private in its types. */
interface GradientEngine {
  runKernelFunc(call: {
    inputs: tf.NamedTensorMap;
    forwardFunc: () => tf.Tensor[];
    backwardsFunc: (dys: tf.Tensor | tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor[];
}

/**
 * A function of one tensor that gives several, with a gradient in closed form that reads no other tensor.
 * (`tf.customGrad` takes functions of one value only.)
 *
 * @param backward gradient by the input, from the gradients by the values
 */
function withGradients(
  input: tf.Tensor,
  forward: () => tf.Tensor[],
  backward: (dys: tf.Tensor[]) => tf.Tensor,
): tf.Tensor[] {
  const engine = tf.engine() as unknown as GradientEngine;
  return engine.runKernelFunc({
    inputs: { input },
    forwardFunc: forward,
    backwardsFunc: (dys) => ({ input: () => backward([dys].flat()) }),
  });
}

/** A part of a flat vector: consecutive values in a shape. */
interface Part {
  shape: number[];
  precision: Precision;
}

/**
 * The parts of a flat vector, one behind the other.
 *
 * @param flat float32, as long as all parts together. Its gradient is float32 and joins the gradients by the
 *   parts
 */
export function partsOf(flat: tf.Tensor1D, parts: readonly Part[]): tf.Tensor[] {
  return withGradients(
    flat,
    () => {
      const pieces = tf.split(flat, parts.map(({ shape }) => tf.util.sizeFromShape(shape)));
      return pieces.map((piece, i) => toPrecision(piece.reshape(parts[i].shape), parts[i].precision));
    },
    join,
  );
}

function join(gradients: tf.Tensor[]): tf.Tensor1D {
  const rows = gradients.map((gradient) => gradient.reshape([-1]) as tf.Tensor1D);
  return rows.every((row) => precisionOf(row) === "float32") ? tf.concat1d(rows) : joinMixed(rows);
}

/**
 * Joins in bfloat16, then puts the float32 ones, which are few and small, into their places of the result: a
 * float32 copy of each gradient would be as much memory as the network once more.
 */
function joinMixed(rows: tf.Tensor1D[]): tf.Tensor1D {
  let joined = toPrecision(tf.concat1d(rows.map((row) => toPrecision(row, "bfloat16"))), "float32");
  let start = 0;
  for (const row of rows) {
    const end = start + row.size;
    if (precisionOf(row) === "float32") joined = put(joined, row, start, end);
    start = end;
  }
  return joined;
}

/**
 * `into` with other values from `start` to `end`; TensorFlow writes them into the same memory where nobody
 * else reads it.
 */
function put(into: tf.Tensor1D, values: tf.Tensor1D, start: number, end: number): tf.Tensor1D {
  const bounds = [start, end, 1].map((bound) => tf.tensor1d([bound], "int32"));
  return rawOp("TensorStridedSliceUpdate", [into, ...bounds, values], UPDATE)[0] as tf.Tensor1D;
}

const UPDATE = [
  attribute.type("T", "float32"),
  attribute.type("Index", "int32"),
  ...["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"].map((name) =>
    attribute.int(name, 0)
  ),
];

const sum = fuse("residual", ([x, y, keep]) => {
  const branch = toPrecision(y, "float32");
  return [x.add(keep ? branch.mul(keep) : branch)];
});

const keptGradient = fuse(
  "residual_gradient",
  ([dy, y, keep]) => [toPrecision(dy.mul(keep), precisionOf(y))],
);

/**
 * `x + keep y`: the end of a residual branch.
 *
 * @param x [rows, channels], float32
 * @param y [rows, channels]
 * @param keep factor of the branch in each row, [rows, 1]; 0 leaves it out
 * @returns [rows, channels], float32
 */
export function addResidual(x: tf.Tensor2D, y: tf.Tensor2D, keep?: tf.Tensor): tf.Tensor2D {
  const precision = precisionOf(y);
  if (!keep && precision === "float32") return x.add(y);
  return withGradient<tf.Tensor2D>([x, y], () => {
    const [value] = sum(keep ? [x, y, keep] : [x, y], {});
    return { value: value as tf.Tensor2D, saved: keep ? [y, keep] : [] };
  }, (dy, saved) => keep ? [dy, ...keptGradient([dy, ...saved], {})] : [dy, toPrecision(dy, precision)]);
}

const inBytes = (shares: readonly number[]) => tf.tensor1d(shares.map((share) => 255 * share));

const normalisedPixels = fuse("pixels", ([pixels]) => [
  bytesToFloat(pixels).sub(inBytes(IMAGENET_MEAN)).div(inBytes(IMAGENET_STD)),
]);

/**
 * Images as networks see them, of 8-bit pixels: `(v / 255 - mean) / std` with ImageNet's statistics of each
 * channel. Automatic differentiation does not see it.
 *
 * @param pixels a `bytesTensor`, or such values as float32, [B, H, W, 3], or [B, H, W, 1] for grey, which
 *   becomes three equal channels
 * @returns [B, H, W, 3], float32
 */
export function imagesFromPixels(pixels: tf.Tensor4D): tf.Tensor4D {
  return normalisedPixels([pixels], {})[0] as tf.Tensor4D;
}
