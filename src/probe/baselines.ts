/**
 * Features that nothing was learnt for: how far one gets with pixels, with colours, and with random filters.
 * A self-supervised network's features (the paper's Table 7) must beat them to mean something, and so must a
 * network that tells datasets apart.
 */
import type { Batch } from "../data/mod.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "../images/mod.ts";
import { adaptiveAveragePool, conv2d, imagesFromPixels, relu } from "../ops/mod.ts";
import { random, STREAMS } from "../stats/mod.ts";
import { compile, tf } from "../tensorflow/mod.ts";
import { pixelsTensor } from "../train/mod.ts";
import type { DisposableFeaturizer, Featurizer } from "./collect.ts";

/**
 * The normalised pixels themselves, averaged down to `side` x `side`: side² values an image for each of its
 * channels, 1 where all images are grey, else 3. With a side of 1 it is their mean ink or colour.
 *
 * @param side 1 up to the images' own, px. Default 8.
 */
export function pixelFeatures(side = 8): Featurizer {
  return {
    identity: `pixels ${side}`,
    compute: ({ pixels, channels, labels }, imageSize) => {
      if (!(Number.isInteger(side) && side >= 1 && side <= imageSize)) {
        throw new RangeError(
          `side is ${side}; the images have ${imageSize} px, so give a whole number from 1 to that.`,
        );
      }
      const length = imageSize * imageSize * channels;
      const values = new Float32Array(labels.length * side * side * channels);
      for (let i = 0; i < labels.length; i++) {
        const image = pixels.subarray(i * length, (i + 1) * length);
        averageDown(image, channels, imageSize, side, values.subarray(i * side * side * channels));
      }
      return values;
    },
  };
}

/** Normalised mean of each of `side` x `side` rectangles of whole pixels that cover the image. */
function averageDown(
  image: Uint8Array,
  channels: number,
  size: number,
  side: number,
  into: Float32Array,
): void {
  const edge = (i: number) => Math.round(i * size / side);
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      const count = (edge(v + 1) - edge(v)) * (edge(u + 1) - edge(u));
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let y = edge(v); y < edge(v + 1); y++) {
          for (let x = edge(u); x < edge(u + 1); x++) {
            sum += image[(y * size + x) * channels + c];
          }
        }
        into[(v * side + u) * channels + c] = (sum / count / 255 - IMAGENET_MEAN[c]) / IMAGENET_STD[c];
      }
    }
  }
}

/** How finely a histogram counts. */
export interface HistogramCells {
  /** Equal ranges of grey where all images are grey, 2 to 256. */
  levels: number;
  /** Cells along each axis of the RGB cube where they are not, 2 to 32. */
  bins: number;
}

/**
 * Share of the pixels in each range of grey, or in each cell of the RGB cube, whatever their place: `levels`
 * values an image where all images are grey, else bins³.
 *
 * @param cells Default: 32 levels, 8 bins.
 */
export function colorHistogram({ levels, bins }: HistogramCells = { levels: 32, bins: 8 }): Featurizer {
  for (const [name, value, most] of [["levels", levels, 256], ["bins", bins, 32]] as const) {
    if (Number.isInteger(value) && value >= 2 && value <= most) continue;
    throw new RangeError(`${name} is ${value}; give a whole number from 2 to ${most}.`);
  }
  return {
    identity: `color histogram ${levels} ${bins}`,
    compute: (batch, side) => histograms(batch, side, batch.channels === 1 ? levels : bins),
  };
}

/** @param bins along each axis of as many as the images have channels */
function histograms({ pixels, channels, labels }: Batch, imageSize: number, bins: number): Float32Array {
  const count = imageSize * imageSize;
  const cells = bins ** channels;
  const values = new Float32Array(labels.length * cells);
  for (let pixel = 0; pixel < labels.length * count; pixel++) {
    let cell = 0;
    for (let c = 0; c < channels; c++) {
      cell = cell * bins + Math.floor(pixels[pixel * channels + c] * bins / 256);
    }
    values[Math.floor(pixel / count) * cells + cell] += 1 / count;
  }
  return values;
}

/** Settings of {@link randomFilters}. */
export interface RandomFilterOptions {
  /** How many. */
  filters: number;
  /** Side of each, px. */
  size: number;
  /** The responses are averaged within `grid` x `grid` parts of the image. */
  grid: number;
  seed: number;
}

/**
 * One layer of a network that was never trained: filters of normal random weights, ReLU, means over the parts
 * of a grid; filters * grid² values an image. Each filter has mean 0 in each channel and length 1, so that
 * an even ground answers to none.
 */
export function randomFilters({ filters, size, grid, seed }: RandomFilterOptions): DisposableFeaturizer {
  const kernel = tf.tensor4d(filterWeights(filters, size, seed), [size, size, 3, filters]);
  const respond = compile((pixels: tf.Tensor4D, kernel: tf.Tensor4D) =>
    adaptiveAveragePool(relu(conv2d(imagesFromPixels(pixels), kernel, STRIDE, 0)), grid)
  );
  const compute = async (batch: Batch, side: number) => {
    const pixels = pixelsTensor(batch, side);
    const output = await respond(pixels, kernel).finally(() => pixels.dispose());
    const values = await output.data() as Float32Array;
    output.dispose();
    return values;
  };
  const dispose = () => {
    respond.dispose();
    kernel.dispose();
  };
  const identity = `random filters ${filters} ${size} ${grid} ${seed}`;
  return { identity, compute, [Symbol.dispose]: dispose };
}

/** Between two places of a filter, px: neighbouring responses say nearly the same. */
const STRIDE = 2;

/** [size, size, 3, filters] */
function filterWeights(filters: number, size: number, seed: number): Float32Array {
  const [places, length] = [size * size, size * size * 3];
  const weights = new Float32Array(length * filters);
  for (let f = 0; f < filters; f++) {
    const stream = random(seed, STREAMS.randomFilters, f);
    const drawn = Float64Array.from({ length }, () => stream.normal());
    const means = [0, 1, 2].map((c) => drawn.reduce((sum, w, i) => i % 3 === c ? sum + w : sum, 0) / places);
    const centred = drawn.map((w, i) => w - means[i % 3]);
    const norm = Math.sqrt(centred.reduce((sum, w) => sum + w * w, 0));
    centred.forEach((w, i) => weights[i * filters + f] = w / norm);
  }
  return weights;
}
