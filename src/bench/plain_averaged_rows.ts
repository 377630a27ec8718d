import { tf } from "../tensorflow/mod.ts";

/** Weights [bins, length] of averages over windows that cover a line evenly, as PyTorch's `AdaptiveAvgPool2d` has them. */
function windows(length: number, bins: number): tf.Tensor2D {
  const rows = Array.from({ length: bins }, (_, bin) => {
    const [from, to] = [Math.floor(bin * length / bins), Math.ceil((bin + 1) * length / bins)];
    return Array.from({ length }, (_, i) => i >= from && i < to ? 1 / (to - from) : 0);
  });
  return tf.tensor2d(rows);
}

/**
 * The rows of a feature map that AlexNet and VGG classify: averages over `bins` x `bins` windows, one matrix product for columns and
 * one for rows; `[B, H, W, C] -> [B, bins bins C]`
 */
export function averagedRows(x: tf.Tensor4D, bins: number): tf.Tensor2D {
  const [B, H, W, C] = x.shape;
  if (H === bins && W === bins) return x.reshape([B, -1]);
  const columns = tf.matMul(windows(W, bins).expandDims(0), x.reshape([B * H, W, C])); // (B H, bins, C)
  const rows = tf.matMul(windows(H, bins).expandDims(0), columns.reshape([B, H, bins * C])); // (B, bins, bins C)
  return rows.reshape([B, -1]);
}
