/**
 * Features that know nothing of images: how far a probe gets with pixels, with colours, and with a network
 * that was never trained. A self-supervised network's features (the paper's Table 7) must beat them to mean
 * something.
 */
import type { Batch } from "../data/mod.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "../images/mod.ts";
import type { Featurizer } from "./collect.ts";

/**
 * The normalised pixels themselves, averaged down to `side` x `side`: 3 * side² values an image.
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
      const values = new Float32Array(labels.length * side * side * 3);
      for (let i = 0; i < labels.length; i++) {
        const image = pixels.subarray(i * length, (i + 1) * length);
        averageDown(image, channels, imageSize, side, values.subarray(i * side * side * 3));
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
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let y = edge(v); y < edge(v + 1); y++) {
          for (let x = edge(u); x < edge(u + 1); x++) {
            sum += image[(y * size + x) * channels + c % channels];
          }
        }
        into[(v * side + u) * 3 + c] = (sum / count / 255 - IMAGENET_MEAN[c]) / IMAGENET_STD[c];
      }
    }
  }
}

/**
 * Share of the pixels in each cell of the RGB cube, whatever their place: bins³ values an image.
 *
 * @param bins cells along each axis, 2 to 32. Default 8.
 */
export function colorHistogram(bins = 8): Featurizer {
  if (!(Number.isInteger(bins) && bins >= 2 && bins <= 32)) {
    throw new RangeError(`bins is ${bins}; give a whole number from 2 to 32.`);
  }
  return { identity: `color histogram ${bins}`, compute: (batch, side) => histograms(batch, side, bins) };
}

function histograms({ pixels, channels, labels }: Batch, imageSize: number, bins: number): Float32Array {
  const count = imageSize * imageSize;
  const values = new Float32Array(labels.length * bins ** 3);
  for (let pixel = 0; pixel < labels.length * count; pixel++) {
    let cell = 0;
    for (let c = 0; c < 3; c++) {
      cell = cell * bins + Math.floor(pixels[pixel * channels + c % channels] * bins / 256);
    }
    values[Math.floor(pixel / count) * bins ** 3 + cell] += 1 / count;
  }
  return values;
}
