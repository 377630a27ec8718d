/** Convolutions and depthwise convolutions, with their gradients. */
import {
  attribute,
  isNative,
  type OpAttribute,
  precisionOf,
  rawOp,
  tf,
  toPrecision,
} from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";
import { padded, unpadded } from "./tensors.ts";
import { product } from "./linear.ts";

/** Zeros around an image, px: as many on each side, or as TensorFlow's `same`. */
type Padding = number | "same";

/** Attributes of a convolution and of its gradients. */
function attributes(stride: number, same: boolean) {
  return [
    attribute.type("T", "float32"),
    attribute.ints("strides", [1, stride, stride, 1]),
    attribute.string("padding", same ? "SAME" : "VALID"),
  ];
}

/**
 * Convolution in the precision of its kernel.
 *
 * @param x [B, H, W, in]
 * @param kernel [height, width, in, out]
 * @returns [B, H', W', out], in the kernel's precision
 */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number, pad: Padding): tf.Tensor4D {
  if (!isNative()) {
    return tf.conv2d(
      x,
      kernel,
      stride,
      pad === 0 ? "valid" : pad,
      "NHWC",
      1,
      pad === "same" ? undefined : "floor",
    );
  }
  const same = pad === "same" || (stride === 1 && kernel.shape[0] === 2 * pad + 1);
  if (stride === 1 && isSmallMap(x.shape, kernel.shape, same)) return convSmallMap(x, kernel);
  const [given, precision] = [precisionOf(x), precisionOf(kernel)];
  const zeros = same ? 0 : pad as number;
  const how = attributes(stride, same);
  return withGradient<tf.Tensor4D>([x, kernel], () => {
    const input = padded(toPrecision(x, precision), zeros);
    return { value: rawOp("Conv2D", [input, kernel], how)[0] as tf.Tensor4D, saved: [input, kernel] };
  }, (dy, [input, kernel]) => {
    const g = toPrecision(dy, precision);
    const [dx] = rawOp("Conv2DBackpropInput", [tf.tensor1d(input.shape, "int32"), kernel, g], how);
    const dKernel = kernelGradient(input as tf.Tensor4D, g, kernel.shape, { stride, same, how });
    return [toPrecision(unpadded(dx, zeros), given), dKernel];
  });
}

/** Up to so many output positions an image, a product of matrices is the faster way in bfloat16. */
const FEW_POSITIONS = 4;

/**
 * Gradient of a convolution by its kernel.
 *
 * @param x input, with its edges unless the convolution is `same`, [B, H, W, in]
 * @param dy gradient by the output, [B, H', W', out], in the precision of `x`
 * @param shape of the kernel, [height, width, in, out]
 * @param how attributes of the convolution
 */
function kernelGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  shape: number[],
  { stride, same, how }: { stride: number; same: boolean; how: OpAttribute[] },
): tf.Tensor {
  const [size, , , outputs] = shape;
  const [, height, width] = dy.shape;
  const edges = same ? (size - 1) / 2 : 0;
  const isFew = size > 1 && height * width <= FEW_POSITIONS;
  const isEven = Number.isInteger(edges) && (stride === 1 || !same); // as many zeros on each side
  // oneDNN's kernel for AVX2 gives whatever lay in memory for a 1x1 kernel with a stride, on fewer than 8
  // channels.
  const isSubsampled = size === 1 && stride > 1;
  // There oneDNN's bfloat16 kernel takes two to four times as long; its float32 one is about as fast.
  if (isSubsampled || (isFew && isEven && precisionOf(x) === "bfloat16")) {
    const seen = windows(padded(x, edges), size, stride, dy.shape);
    return product(seen, dy.reshape([-1, outputs]), true, false).reshape(shape);
  }
  return rawOp("Conv2DBackpropFilter", [x, tf.tensor1d(shape, "int32"), dy], how)[0];
}

/** The values that the kernel sees at each output position, [B * H' * W', size * size * in]. */
function windows(
  x: tf.Tensor4D,
  size: number,
  stride: number,
  [B, height, width]: [number, number, number, number],
): tf.Tensor2D {
  const C = x.shape[3];
  const offsets = Array.from({ length: size * size }, (_, i) => [Math.floor(i / size), i % size]);
  const parts = offsets.map(([top, left]) => {
    const end = [B, top + (height - 1) * stride + 1, left + (width - 1) * stride + 1, C];
    return x.stridedSlice([0, top, left, 0], end, [1, stride, stride, 1]);
  });
  return tf.concat(parts, 3).reshape([B * height * width, size * size * C]);
}

/*
 * Maps so small that every output position sees the whole map are convolved as products of matrices:
 * oneDNN's convolutions take two to four times as long there as for larger maps with as many multiply-adds.
 */

/** A larger map has more parts of the kernel than the products save. */
const LARGEST_SIDE = 2;

/**
 * Whether {@link convSmallMap} is the way for a convolution.
 *
 * @param input [B, H, W, in]
 * @param kernel [size, size, in, out]
 * @param same whether its stride is 1 and it keeps height and width
 */
function isSmallMap([, H, W]: number[], [size]: number[], same: boolean): boolean {
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
function convSmallMap(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
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

/** Depthwise convolution of an image that zeros are put around, so many on each side. */
function paddedConv(x: tf.Tensor4D, kernel: tf.Tensor4D, pad: number): tf.Tensor4D {
  if (!isNative()) {
    return tf.depthwiseConv2d(x.pad([[0, 0], [pad, pad], [pad, pad], [0, 0]]), kernel, 1, "valid");
  }
  return rawOp("DepthwiseConv2dNative", [x, kernel], [
    attribute.type("T", "float32"),
    attribute.ints("strides", [1, 1, 1, 1]),
    attribute.string("padding", "EXPLICIT"),
    attribute.ints("explicit_paddings", [0, 0, pad, pad, pad, pad, 0, 0]),
  ])[0] as tf.Tensor4D;
}

/**
 * Gradient by the kernels. The library's own op for it is the slowest of a ConvNeXt's training step; this is
 * its forward op with the parts swapped: every channel of every image is a channel, and the gradient slides
 * over the input.
 */
function depthwiseKernelGradient(x: tf.Tensor4D, dy: tf.Tensor4D, size: number): tf.Tensor4D {
  const [B, H, W, C] = x.shape;
  const image = x.transpose([1, 2, 0, 3]).reshape<tf.Tensor4D>([1, H, W, B * C]);
  const kernel = dy.transpose([1, 2, 0, 3]).reshape<tf.Tensor4D>([H, W, B * C, 1]);
  const each = paddedConv(image, kernel, (size - 1) / 2); // (1, size, size, B C)
  return each.reshape([size, size, B, C]).sum(2).reshape([size, size, C, 1]);
}

/** The library's own depthwise op, or one of its gradients: stride 1, the same height and width. */
function depthwiseOp(name: string, inputs: tf.Tensor[]): tf.Tensor {
  return rawOp(name, inputs, attributes(1, true))[0];
}

/**
 * Depthwise convolution in the precision of its kernel, stride 1, padded to the same height and width.
 *
 * @param x [B, H, W, C]
 * @param kernel odd height and width, [size, size, C, 1]
 * @returns [B, H, W, C], in the kernel's precision
 */
export function depthwiseConv(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  if (isNative() && precisionOf(kernel) === "bfloat16") return depthwiseBfloat16(x, kernel);
  return withGradient<tf.Tensor4D>([x, kernel], () => {
    return { value: tf.depthwiseConv2d(x, kernel, 1, "same"), saved: [x, kernel] };
  }, (dy, [x, kernel]) => [
    tf.depthwiseConv2d(dy, kernel.reverse([0, 1]) as tf.Tensor4D, 1, "same"),
    depthwiseKernelGradient(x as tf.Tensor4D, dy, kernel.shape[0]!),
  ]);
}

/** In bfloat16, which is for GPUs: there the library's own ops are cuDNN's. */
function depthwiseBfloat16(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  const given = precisionOf(x);
  return withGradient<tf.Tensor4D>([x, kernel], () => {
    const input = toPrecision(x, "bfloat16");
    const value = depthwiseOp("DepthwiseConv2dNative", [input, kernel]) as tf.Tensor4D;
    return { value, saved: [input, kernel] };
  }, (dy, [input, kernel]) => {
    const g = toPrecision(dy, "bfloat16");
    // cuDNN's own gradient by the input takes twice as long.
    const dx = depthwiseOp("DepthwiseConv2dNative", [g, kernel.reverse([0, 1])]);
    const kernelShape = tf.tensor1d(kernel.shape, "int32");
    const dKernel = depthwiseOp("DepthwiseConv2dNativeBackpropFilter", [input, kernelShape, g]);
    return [toPrecision(dx, given), dKernel];
  });
}
