/** Pictures that show a part of what a square shows; each changes it in place. */
import { createHash } from "node:crypto";
import { clip8, corruptByKey, scaleCorruption } from "../../images/mod.ts";
import { permutation, STREAMS } from "../../stats/mod.ts";
import type { OpenCv } from "../opencv.ts";
import { SQUARE, type View } from "./squares.ts";

/** Table 5's stronger blur, scaled to the square. */
const BLUR = scaleCorruption({ name: "gaussian-blur", radius: 5 }, SQUARE);

/** What a blur leaves: a Gaussian's standard deviation is 5 px of 256. */
export const lowPass: View = (square) => corruptByKey(square, BLUR, "");

/** What the same blur takes away, about a middle grey. */
export const highPass: View = (square) => {
  const blurred = { ...square, pixels: square.pixels.slice() };
  lowPass(blurred);
  for (let i = 0; i < square.pixels.length; i++) {
    square.pixels[i] = clip8(128 + square.pixels[i] - blurred.pixels[i]);
  }
};

/** Whether all images are shuffled alike, or each in an order of its own. */
export type ShuffleOrder = "fixed" | "random";

/**
 * Puts the patches of a square into another order. A random one follows from the seed and the image's pixels,
 * so that an image is shuffled alike wherever it stands.
 *
 * @param side of a patch, px: a divisor of {@link SQUARE}; 1 shuffles pixels
 */
export function shuffled(side: number, order: ShuffleOrder, seed: number): View {
  const patches = (SQUARE / side) ** 2;
  const fixed = order === "fixed" ? pixelsOf(permutation(patches, seed, STREAMS.evidence), side) : undefined;
  return ({ pixels }) => {
    const from = pixels.slice();
    const places = fixed ?? pixelsOf(permutation(patches, seed, STREAMS.evidence, keyOf(pixels)), side);
    for (let i = 0, to = 0; i < places.length; i++) {
      const begin = 3 * places[i];
      pixels[to++] = from[begin];
      pixels[to++] = from[begin + 1];
      pixels[to++] = from[begin + 2];
    }
  };
}

/** The pixel that comes to each place of a square whose patches of a side come in this order. */
function pixelsOf(order: Uint32Array, side: number): Uint32Array {
  const along = SQUARE / side;
  return Uint32Array.from({ length: SQUARE * SQUARE }, (_, i) => {
    const [x, y] = [i % SQUARE, Math.floor(i / SQUARE)];
    const patch = order[Math.floor(y / side) * along + Math.floor(x / side)];
    return (Math.floor(patch / along) * side + y % side) * SQUARE + patch % along * side + x % side;
  });
}

/** 48 bits that name an image by its pixels. */
function keyOf(pixels: Uint8Array): number {
  return createHash("sha256").update(pixels).digest().readUIntBE(0, 6);
}

/** Hysteresis of the edges' gradients, of OpenCV's tutorial. */
const CANNY = { low: 100, high: 200 };

/** Canny's edges, white on black. */
export function cannyEdges({ cv, own }: OpenCv): View {
  const [color, grey, edges] = [
    own(new cv.Mat(SQUARE, SQUARE, cv.CV_8UC3)),
    own(new cv.Mat()),
    own(new cv.Mat()),
  ];
  return ({ pixels }) => {
    color.data.set(pixels);
    cv.cvtColor(color, grey, cv.COLOR_RGB2GRAY);
    cv.Canny(grey, edges, CANNY.low, CANNY.high);
    cv.cvtColor(edges, color, cv.COLOR_GRAY2RGB);
    pixels.set(color.data);
  };
}

/**
 * The silhouette, white on black: what Otsu's threshold parts from the ground, with its holes filled. The
 * ground is what most of the border belongs to.
 */
export function silhouettes({ cv, own }: OpenCv): View {
  const [color, grey, mask] = [
    own(new cv.Mat(SQUARE, SQUARE, cv.CV_8UC3)),
    own(new cv.Mat()),
    own(new cv.Mat()),
  ];
  const [contours, hierarchy] = [own(new cv.MatVector()), own(new cv.Mat())];
  const white = new cv.Scalar(255, 255, 255);
  return ({ pixels }) => {
    color.data.set(pixels);
    cv.cvtColor(color, grey, cv.COLOR_RGB2GRAY);
    cv.threshold(grey, mask, 0, 255, cv.THRESH_BINARY | cv.THRESH_OTSU);
    if (borderMean(mask.data) > 127) cv.bitwise_not(mask, mask);
    cv.findContours(mask, contours, hierarchy, cv.RETR_EXTERNAL, cv.CHAIN_APPROX_NONE);
    color.data.fill(0);
    cv.drawContours(color, contours, -1, white, cv.FILLED);
    pixels.set(color.data);
  };
}

/** Mean of the outermost pixels of a mask. */
function borderMean(mask: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < SQUARE; i++) {
    sum += mask[i] + mask[(SQUARE - 1) * SQUARE + i] + mask[i * SQUARE] + mask[(i + 1) * SQUARE - 1];
  }
  return sum / (4 * SQUARE);
}
