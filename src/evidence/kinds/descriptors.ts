/** Classical descriptors on operators of OpenCV: histograms of gradients, and words of local features. */
import { Buffer } from "node:buffer";
import type { Feature2D, KeyPointVector, Mat } from "@techstark/opencv-js";
import { centreSquare } from "../../images/mod.ts";
import { permutation, STREAMS } from "../../stats/mod.ts";
import type { EvidenceReader, Sighting } from "../evidence.ts";
import { type OpenCv, openCv } from "../opencv.ts";
import { SQUARE } from "./squares.ts";

/** Dalal & Triggs' cells and unsigned directions; blocks of 2 x 2 cells stand side by side. */
const CELL = 8, DIRECTIONS = 9, BLOCK = 2;
/** Blocks along a side, and values of one. */
const BLOCKS = SQUARE / CELL / BLOCK, BLOCK_VALUES = BLOCK * BLOCK * DIRECTIONS;
/** No value of a block is above this before it is normalised again (L2-Hys). */
const CLIPPED = 0.2;

/**
 * Histograms of oriented gradients (Dalal & Triggs 2005) of the grey square. OpenCV's WebAssembly build has
 * the detector alone, so that its gradients are binned here.
 */
export async function hogReader(): Promise<EvidenceReader> {
  const library = await openCv();
  const { cv, own } = library;
  const grey = greySquare(library, SQUARE);
  const [dx, dy, length, angle] = Array.from({ length: 4 }, () => own(new cv.Mat()));
  const columns = BLOCKS * BLOCKS * BLOCK_VALUES;
  const read = (sighting: Sighting, into: Float32Array) => {
    const mat = grey(sighting);
    cv.Sobel(mat, dx, cv.CV_32F, 1, 0, 1);
    cv.Sobel(mat, dy, cv.CV_32F, 0, 1, 1);
    cv.cartToPolar(dx, dy, length, angle, true);
    binGradients(length.data32F, angle.data32F, into);
    for (let at = 0; at < columns; at += BLOCK_VALUES) normalise(into.subarray(at, at + BLOCK_VALUES));
  };
  return readerOf(library, columns, read);
}

/** Adds each gradient to the two directions that it lies between. */
function binGradients(length: Float32Array, angle: Float32Array, into: Float32Array): void {
  for (let i = 0; i < length.length; i++) {
    const [x, y] = [Math.floor(i % SQUARE / CELL), Math.floor(i / SQUARE / CELL)];
    const block = Math.floor(y / BLOCK) * BLOCKS + Math.floor(x / BLOCK);
    const begin = block * BLOCK_VALUES + (y % BLOCK * BLOCK + x % BLOCK) * DIRECTIONS;
    const direction = angle[i] * DIRECTIONS / 180;
    const [below, part] = [Math.floor(direction), direction - Math.floor(direction)];
    into[begin + below % DIRECTIONS] += length[i] * (1 - part);
    into[begin + (below + 1) % DIRECTIONS] += length[i] * part;
  }
}

/** Below this a block is even. */
const EVEN = 1e-3;

function normalise(block: Float32Array): void {
  for (const limit of [CLIPPED, Infinity]) {
    const norm = Math.hypot(...block, EVEN);
    block.forEach((value, i) => block[i] = Math.min(value / norm, limit));
  }
}

/** Side of the squares that local features are found in, px. */
const WORD_SIDE = 96;
/** Most words, and most images and local features that they are made from. */
const WORDS = 128, MOST_IMAGES = 256, MOST_FEATURES = 4096;
/** Bytes of a local feature, and its bits. */
const BYTES = 32, BITS = 8 * BYTES;

/**
 * ORB as OpenCV sets it, but for small pictures: most points, between levels of a pyramid, levels, margin in
 * px, first level, points of a comparison, score (Harris'), patch in px, and FAST's threshold.
 */
const ORB_SETTINGS = [100, 1.2, 4, 8, 0, 2, 0, 31, 10] as const;

/** What has no types in the package. */
interface Untyped {
  ORB: new (...settings: typeof ORB_SETTINGS) => Feature2D & { delete(): void };
  KMEANS_PP_CENTERS: number;
}

const untyped = ({ cv }: OpenCv) => cv as unknown as Untyped;

/**
 * A bag of visual words (Csurka et al. 2004): how often each word of a vocabulary is the nearest to a local
 * feature; the root of the count. OpenCV's WebAssembly build has no SIFT, and its AKAZE fails on small
 * pictures. ORB stands for it, whose features are bits. A word has the bits that most of its cluster have, as
 * in DBoW2 (Gálvez-López & Tardós 2012).
 *
 * @param training images that the vocabulary is made from; without any local feature all vectors are 0
 */
export async function wordsReader(training: readonly Sighting[], seed: number): Promise<EvidenceReader> {
  const library = await openCv();
  const { cv, own } = library;
  const featuresOf = detector(library);
  const chosen = permutation(training.length, seed, STREAMS.evidence).subarray(0, MOST_IMAGES);
  const found = Array.from(chosen, (i) => featuresOf(training[i]).data.slice());
  const features = Buffer.concat(found).subarray(0, MOST_FEATURES * BYTES);
  const chosenBits = features.length / BYTES > WORDS ? vocabulary(library, features, seed) : features;
  const count = chosenBits.length / BYTES;
  const words = own(new cv.Mat(count, BYTES, cv.CV_8U));
  words.data.set(chosenBits);
  const [matcher, matches] = [own(new cv.BFMatcher(cv.NORM_HAMMING)), own(new cv.DMatchVector())];
  const read = (sighting: Sighting, into: Float32Array) => {
    const found = featuresOf(sighting);
    if (found.rows === 0 || count === 0) return;
    matcher.match(found, words, matches);
    for (let i = 0; i < found.rows; i++) into[matches.get(i).trainIdx]++;
    into.forEach((times, word) => into[word] = Math.sqrt(times));
  };
  return readerOf(library, Math.max(1, count), read);
}

/** Finds the local features of an image, [points, BYTES], valid until the next call. */
function detector(library: OpenCv): (sighting: Sighting) => Mat {
  const { cv, own } = library;
  const orb = own(new (untyped(library)).ORB(...ORB_SETTINGS));
  const grey = greySquare(library, WORD_SIDE);
  const points: KeyPointVector = own(new cv.KeyPointVector());
  const [found, none] = [own(new cv.Mat()), own(new cv.Mat())];
  return (sighting) => {
    orb.detectAndCompute(grey(sighting), none, points, found);
    return found;
  };
}

/** Rounds of k-means, and the change of a centre that ends it. */
const ROUNDS = 10, SETTLED = 1e-2;

/** The bits of k-means' centres, [WORDS, BYTES]. */
function vocabulary(library: OpenCv, features: Uint8Array, seed: number): Uint8Array {
  const { cv } = library;
  const rows = features.length / BYTES;
  using stack = new DisposableStack();
  const own = (mat: Mat) => stack.adopt(mat, (owned) => owned.delete());
  const [bits, labels, centres] = [
    own(new cv.Mat(rows, BITS, cv.CV_32F)),
    own(new cv.Mat()),
    own(new cv.Mat()),
  ];
  const values = bits.data32F;
  for (let i = 0; i < values.length; i++) values[i] = features[i >> 3] >> (i & 7) & 1;
  cv.setRNGSeed(seed % 2 ** 31);
  const criteria = new cv.TermCriteria(cv.TermCriteria_EPS + cv.TermCriteria_COUNT, ROUNDS, SETTLED);
  cv.kmeans(bits, WORDS, labels, criteria, 1, untyped(library).KMEANS_PP_CENTERS, centres);
  const words = new Uint8Array(WORDS * BYTES);
  centres.data32F.forEach((share, i) => words[i >> 3] |= Number(share > 0.5) << (i & 7));
  return words;
}

/** Brings images to grey squares of one side, in a matrix that is used again and again. */
function greySquare({ cv, own }: OpenCv, side: number): (sighting: Sighting) => Mat {
  const [color, grey] = [own(new cv.Mat(side, side, cv.CV_8UC3)), own(new cv.Mat())];
  const pixels = new Uint8Array(side * side * 3);
  return ({ image }) => {
    centreSquare(image, side, pixels);
    color.data.set(pixels);
    cv.cvtColor(color, grey, cv.COLOR_RGB2GRAY);
    return grey;
  };
}

function readerOf(
  library: OpenCv,
  columns: number,
  read: (sighting: Sighting, into: Float32Array) => void,
): EvidenceReader {
  const vectorsOf = (sightings: readonly Sighting[]) => {
    const vectors = new Float32Array(sightings.length * columns);
    sightings.forEach((sighting, i) => read(sighting, vectors.subarray(i * columns, (i + 1) * columns)));
    return Promise.resolve(vectors);
  };
  return { columns, vectorsOf, [Symbol.dispose]: () => library[Symbol.dispose]() };
}
