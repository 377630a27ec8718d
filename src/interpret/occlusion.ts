/** Occlusion maps: how a network's probability falls where the image is covered (Zeiler & Fergus 2014). */
import { IMAGENET_MEAN } from "../images/mod.ts";
import type { Weights } from "../models/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { argmax, type Predictor } from "../train/mod.ts";

/** Settings of {@link occlusionMap}. */
interface OcclusionOptions {
  /** Side of the square that covers, px. */
  patch: number;
  /** Distance from one place of it to the next, px. Default half of the patch, rounded up. */
  stride?: number;
  /** Class that the map is to explain. Default: what the network says of the whole image. */
  class?: number;
  /** Value of each channel that covers, 0 to 255. Default: ImageNet's mean, which networks see as 0. */
  fill?: readonly number[];
  /** Covered images at once. Default 64. */
  batchSize?: number;
  signal?: AbortSignal;
}

const MEAN_PIXEL = IMAGENET_MEAN.map((share) => 255 * share);

/** The outcome of {@link occlusionMap}. */
interface OcclusionMap {
  /**
   * Mean over the squares that cover a pixel of how far the class's probability fell, [-1, 1], [side, side].
   */
  values: Float32Array;
  side: number;
  class: number;
  /** Probability of the class for the whole image. */
  probability: number;
}

/**
 * Covers an image square by square and asks the network each time.
 *
 * @param predict compiled by `makePredictor`
 * @param weights not disposed
 * @param image values 0 to 255, whole or not, [side, side, 3]
 * @throws {RangeError} for a patch, stride or class that doesn't suit the image
 */
export async function occlusionMap(
  predict: Predictor,
  weights: Weights,
  image: Uint8Array | Float32Array,
  options: OcclusionOptions,
): Promise<OcclusionMap> {
  const { patch, stride = Math.ceil(patch / 2), fill = MEAN_PIXEL, batchSize = 64, signal } = options;
  const side = Math.sqrt(image.length / 3);
  const squares = coversOf(side, patch, stride);
  const values = Float32Array.from(image);
  const [whole] = await ask(predict, weights, [values], side);
  const chosen = options.class ?? argmax(whole);
  if (!(chosen in whole)) {
    throw new RangeError(`class is ${chosen}; the network has ${whole.length} classes.`);
  }
  const falls: number[] = [];
  for (let begin = 0; begin < squares.length; begin += batchSize) {
    signal?.throwIfAborted();
    const covered = squares.slice(begin, begin + batchSize).map((square) =>
      cover(values, side, square, fill)
    );
    const answers = await ask(predict, weights, covered, side);
    falls.push(...answers.map((answer) => whole[chosen] - answer[chosen]));
  }
  const map = meanOverSquares(squares, falls, side);
  return { values: map, side, class: chosen, probability: whole[chosen] };
}

/** A square that covers a part of an image, px. */
export interface Cover {
  top: number;
  left: number;
  size: number;
}

/**
 * The squares that cover an image one at a time.
 *
 * @param patch side of a square, px
 * @param stride distance from one place of it to the next, px
 * @throws {RangeError} for a patch or stride that does not suit the image
 */
export function coversOf(side: number, patch: number, stride: number): Cover[] {
  const starts = startsOf(side, patch, stride);
  return starts.flatMap((top) => starts.map((left) => ({ top, left, size: patch })));
}

/** The mean, for each pixel of an image, over the values of the squares that cover it, [side, side]. */
export function meanOverSquares(
  squares: readonly Cover[],
  values: readonly number[],
  side: number,
): Float32Array {
  const sums = new Float32Array(side * side), counts = new Float32Array(side * side);
  squares.forEach((square, i) => {
    for (const pixel of pixelsOf(square, side)) {
      sums[pixel] += values[i];
      counts[pixel]++;
    }
  });
  return sums.map((sum, i) => sum / counts[i]);
}

/** Where the squares begin, such that they reach the far edge. */
function startsOf(side: number, patch: number, stride: number): number[] {
  if (!(Number.isInteger(patch) && patch >= 1 && patch <= side)) {
    throw new RangeError(
      `patch is ${patch}; the image has ${side} px, so give a whole number from 1 to that.`,
    );
  }
  if (!(Number.isInteger(stride) && stride >= 1 && stride <= patch)) {
    throw new RangeError(
      `stride is ${stride}; give a whole number from 1 to the patch's ${patch}, to leave no gap.`,
    );
  }
  const last = side - patch;
  return [...Array.from({ length: Math.ceil(last / stride) }, (_, i) => i * stride), last];
}

function* pixelsOf({ top, left, size }: Cover, side: number) {
  for (let y = top; y < top + size; y++) {
    for (let x = left; x < left + size; x++) yield y * side + x;
  }
}

/** A copy of an RGB image, [side, side, 3], of which a square has one colour. */
export function cover<Pixels extends Float32Array | Uint8Array>(
  image: Pixels,
  side: number,
  square: Cover,
  fill: readonly number[],
): Pixels {
  const covered = image.slice() as Pixels;
  for (const pixel of pixelsOf(square, side)) covered.set(fill, pixel * 3);
  return covered;
}

/** Probabilities of each image. */
async function ask(predict: Predictor, weights: Weights, images: Float32Array[], side: number) {
  const input = tf.tidy(() =>
    tf.stack(images.map((image) => tf.tensor3d(image, [side, side, 3]))) as tf.Tensor4D
  );
  const output = await predict(weights, input).finally(() => input.dispose());
  const values = await output.data() as Float32Array;
  const [, classes] = output.shape;
  output.dispose();
  return images.map((_, i) => values.subarray(i * classes, (i + 1) * classes));
}
