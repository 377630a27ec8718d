/**
 * Convolutions of maps so small that every output position sees the whole map, as products of matrices: oneDNN's take two to
 * four times as long there as for larger maps with as many multiply-adds.
 */
import { precisionOf, tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";
import { product } from "./product.ts";
import { padded } from "./pad.ts";

/** A larger map has more parts of the kernel than the products save. */
const LARGEST_SIDE = 2;

/**
 * Whether {@link convSmallMap} is the way for a convolution.
 *
 * @param input [B, H, W, in]
 * @param kernel [size, size, in, out]
 * @param same whether its stride is 1 and it keeps height and width
 */
export function isSmallMap([, H, W]: number[], [size]: number[], same: boolean): boolean {
  const reach = (size - 1) / 2; // what the kernel sees on each side of its centre
  return same && H === W && H <= LARGEST_SIDE && reach >= 1 && Number.isInteger(reach);
}

/**
 * A convolution for which {@link isSmallMap}, on native TensorFlow.
 *
 * @param x [B, side, side, in]
 * @param kernel [size, size, in, out]
 * @returns [B, side, side, out], in the kernel's precision
 */
export function convSmallMap(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  const [B, side, , inputs] = x.shape;
  const outputs = kernel.shape[3];
  const [given, precision] = [precisionOf(x), precisionOf(kernel)];
  return withGradient<tf.Tensor4D>([x, kernel], () => {
    const rows = toPrecision(x, precision).reshape<tf.Tensor2D>([B, side * side * inputs]);
    const columns = partsSeen(kernel, side).map((part) => product(rows, part, false, false));
    return { value: tf.concat2d(columns, 1).reshape([B, side, side, outputs]), saved: [rows, kernel] };
  }, (dy, [rows, kernel]) => {
    const columns = toPrecision(dy, precision).reshape([B, side * side * outputs]);
    const dys = tf.split(columns, side * side, 1);
    const parts = partsSeen(kernel as tf.Tensor4D, side);
    const dx = tf.addN(parts.map((part, i) => product(dys[i], part, false, true)));
    const dParts = dys.map((dy) => product(rows, dy, true, false));
    return [toPrecision(dx.reshape<tf.Tensor>(x.shape), given), joinParts(dParts, kernel.shape, side)];
  });
}

/** For each output position: the part of the kernel that lies on the map, [side * side * in, out]. */
function partsSeen(kernel: tf.Tensor4D, side: number): tf.Tensor2D[] {
  const [size, , inputs, outputs] = kernel.shape;
  const reach = (size - 1) / 2;
  return positions(side).map(([row, column]) => {
    const part = kernel.slice([reach - row, reach - column, 0, 0], [side, side, inputs, outputs]);
    return part.reshape([side * side * inputs, outputs]);
  });
}

/** Gradient by the kernel, each place of which is in one or more parts, from the gradients by these. */
function joinParts(dParts: tf.Tensor[], shape: number[], side: number): tf.Tensor {
  const [size, , inputs, outputs] = shape;
  const map = positions(side);
  const blocks = dParts.map((dPart) => tf.unstack(dPart.reshape([side * side, inputs, outputs])));
  const seen = 2 * side - 1; // places of the kernel that are in any part
  const sums = positions(seen).map(([row, column]) =>
    tf.addN(
      map.flatMap(([top, left], part) =>
        map.flatMap(([down, right], block) =>
          down - top + side - 1 === row && right - left + side - 1 === column ? [blocks[part][block]] : []
        )
      ),
    )
  );
  const gradient = tf.stack(sums).reshape<tf.Tensor4D>([1, seen, seen, inputs * outputs]);
  return padded(gradient, (size - seen) / 2).reshape(shape);
}

/** Rows and columns of a square map, row by row. */
function positions(side: number): [number, number][] {
  return Array.from({ length: side * side }, (_, i) => [Math.floor(i / side), i % side]);
}
