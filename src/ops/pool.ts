import { attribute, isNative, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";
import { batchProduct } from "./linear.ts";
import { withGradient } from "./gradient.ts";
import { padded, unpadded } from "./tensors.ts";

/** Less than any value of either precision that a network computes with. */
const LOWEST = -3e38;

/**
 * Largest value of each square window; what is left at the right and the bottom is dropped, as in PyTorch.
 *
 * @param x [B, H, W, C]
 * @param size side of a window
 * @param stride between windows
 * @param pad rows and columns around the image that no window takes its value from
 * @returns [B, floor((H + 2 pad - size) / stride) + 1, …, C]
 */
export function maxPool(x: tf.Tensor4D, size: number, stride: number, pad = 0): tf.Tensor4D {
  if (!isNative()) {
    const edge: [number, number] = [pad, pad];
    const around = pad > 0 ? x.pad([[0, 0], edge, edge, [0, 0]], LOWEST) as tf.Tensor4D : x;
    return tf.maxPool(around, size, stride, "valid");
  }
  const how = [
    attribute.type("T", "float32"),
    attribute.ints("ksize", [1, size, size, 1]),
    attribute.ints("strides", [1, stride, stride, 1]),
    attribute.string("padding", "VALID"),
  ];
  const precision = precisionOf(x);
  return withGradient<tf.Tensor4D>([x], () => {
    const input = padded(x, pad, LOWEST);
    const [value] = rawOp("MaxPool", [input], how);
    return { value: value as tf.Tensor4D, saved: [input, value] };
  }, (dy, [input, value]) => {
    const [dx] = rawOp("MaxPoolGrad", [input, value, toPrecision(dy, precision)], how);
    return [unpadded(dx, pad)];
  });
}

/**
 * Weights [bins, length] of averages over `bins` windows that cover a line evenly, overlapping where they
 * must.
 */
function windows(length: number, bins: number): number[][] {
  return Array.from({ length: bins }, (_, bin) => {
    const [from, to] = [Math.floor(bin * length / bins), Math.ceil((bin + 1) * length / bins)];
    return Array.from({ length }, (_, i) => i >= from && i < to ? 1 / (to - from) : 0);
  });
}

/** Weights [bins * bins, H * W] of {@link adaptiveAveragePool}. */
function poolingMatrix(H: number, W: number, bins: number): tf.Tensor2D {
  const [rows, columns] = [windows(H, bins), windows(W, bins)];
  const weights = rows.flatMap((row) =>
    columns.map((column) => row.flatMap((a) => column.map((b) => a * b)))
  );
  return tf.tensor2d(weights);
}

/** Product of one matrix with each of a batch, `[rows, n] x [B, n, C] -> [B, rows, C]`. */
function withEach(matrix: tf.Tensor, batch: tf.Tensor3D, transpose: boolean): tf.Tensor3D {
  return batchProduct(matrix.expandDims(0), batch, transpose, false);
}

/**
 * Averages over `bins` x `bins` windows that cover an image of any size evenly (PyTorch's
 * `AdaptiveAvgPool2d`): window i goes from floor(i H / bins) to ceil((i + 1) H / bins). An image smaller than
 * that is spread out.
 *
 * @param x [B, H, W, C]
 * @returns [B, bins, bins, C]
 */
export function adaptiveAveragePool(x: tf.Tensor4D, bins: number): tf.Tensor4D {
  const [B, H, W, C] = x.shape;
  if (H === bins && W === bins) return x;
  const precision = precisionOf(x);
  return withGradient<tf.Tensor4D>([x], () => {
    const matrix = toPrecision(poolingMatrix(H, W, bins), precision);
    const value = withEach(matrix, x.reshape([B, H * W, C]), false).reshape<tf.Tensor4D>([B, bins, bins, C]);
    return { value, saved: [matrix] };
  }, (dy, [matrix]) => {
    const g = toPrecision(dy, precision).reshape<tf.Tensor3D>([B, bins * bins, C]);
    return [withEach(matrix, g, true).reshape([B, H, W, C])];
  });
}
