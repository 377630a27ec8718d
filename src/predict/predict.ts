/** Asks a finished network which dataset each image of a folder looks like. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { IMAGE_ENDINGS, imageFilesIn, readImageFile } from "../data/mod.ts";
import { openNetwork, type TrainedNetwork } from "../experiments/mod.ts";
import {
  type DecoderOptions,
  type Decoders,
  IMAGE_FAILURES,
  ImageFailure,
  inOrder,
  startDecoders,
} from "../images/mod.ts";
import { weightTensors } from "../models/mod.ts";
import { bytesTensor, startEngine, tf } from "../tensorflow/mod.ts";
import { argmax, makePredictor } from "../train/mod.ts";

/** The prediction for one file. */
interface FilePrediction {
  /** Path relative to the folder. */
  file: string;
  /** Index of the most probable dataset. */
  predicted: number;
  /** Softmax output, one number a dataset. */
  probabilities: number[];
}

/** A file that could not be read as an image. */
interface UnreadFile {
  file: string;
  reason: string;
}

/** The predictions for a folder. */
export interface FolderPredictions {
  /** The classes, in the order of the probabilities. */
  datasets: string[];
  /** By path. */
  predictions: FilePrediction[];
  unread: UnreadFile[];
}

/** How the files of a folder are decoded and watched. */
interface PredictOptions {
  /** Ends the prediction between two batches. */
  signal?: AbortSignal;
  /** Told after each batch how many files are done. */
  onProgress?: (done: number, total: number) => void;
  /**
   * The processes that decode: how many, and the limits of one image. Tests set the program that they run.
   */
  decoders?: Omit<DecoderOptions, "signal"> & { program?: URL };
}

/** The images of a folder, of which there is one at least. */
interface FolderImages {
  folder: string;
  /** Paths relative to the folder, in order. */
  files: string[];
}

/**
 * The images (JPEG, PNG, WebP, GIF) of a folder and the folders in it, links included; names that begin with
 * a dot are passed over, as where a folder is a dataset.
 *
 * @throws {Error} when there is no such folder, or no image in it
 */
export function findImages(folder: string): FolderImages {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`There is no folder "${folder}".`);
  }
  const files = [...imageFilesIn(folder)];
  if (files.length === 0) {
    throw new Error(`There is no image (${IMAGE_ENDINGS}) in "${folder}".`);
  }
  return { folder, files: files.sort() };
}

/** The program of the processes that decode. */
const DECODER = new URL("./decoder_process.ts", import.meta.url);

/** Images that go through the network together. */
const BATCH = 64;

/**
 * Runs a network over the images of a folder. An image is treated as a validation image: shorter side to
 * `round(imageSize / 0.875)`, centre crop, grey where the network's training images were. Transparency
 * becomes white. A file that cannot be read, or that ends or hangs the process that decodes it, is listed; it
 * is not fatal.
 *
 * @param weights the network's file; see {@link RunFolder.weights}
 * @throws {SafetensorsError} when the network's file is damaged
 * @throws {WeightsError} when it does not hold a network with its purpose
 * @throws the signal's reason when aborted
 */
export async function predictFolder(
  weights: string,
  { folder, files }: FolderImages,
  options: PredictOptions = {},
): Promise<FolderPredictions> {
  const network = openNetwork(weights);
  await startEngine();
  using predict = predictor(network);
  const result: FolderPredictions = { datasets: network.datasets, predictions: [], unread: [] };
  let batch: Seen[] = [];
  let done = 0;
  const flush = async () => {
    options.signal?.throwIfAborted();
    result.predictions.push(...await predict.batch(batch));
    batch = [];
    options.onProgress?.(done, files.length);
  };
  const { program = DECODER, ...decoding } = options.decoders ?? {};
  const { imageSize, channels, interpolation } = network;
  using decoders = startDecoders(program, { imageSize, channels, interpolation }, {
    ...decoding,
    signal: options.signal,
  });
  for await (const seen of inOrder(files, (file) => see(folder, file, decoders))) {
    done++;
    if ("reason" in seen) result.unread.push(seen);
    else batch.push(seen);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return result;
}

/** An image as it goes to the network. */
interface Seen {
  file: string;
  /** [imageSize, imageSize, channels] */
  pixels: Uint8Array;
}

async function see(folder: string, file: string, decoders: Decoders<unknown>): Promise<Seen | UnreadFile> {
  const bytes = await readImageFile(join(folder, file)).catch((error) => ({ file, reason: error.message }));
  if (!(bytes instanceof Uint8Array)) return bytes;
  try {
    return { file, pixels: (await decoders.decode(bytes)).bytes };
  } catch (error) {
    if (!(error instanceof ImageFailure)) throw error; // The image is not at fault.
    return { file, reason: `${IMAGE_FAILURES[error.reason].meaning} (${error.message})` };
  }
}

/** The network with its weights in TensorFlow, until it is disposed. */
function predictor({ model, weights, imageSize, channels, precision }: TrainedNetwork) {
  const predict = makePredictor(model, precision);
  const tensors = weightTensors(weights);
  const batch = async (images: Seen[]): Promise<FilePrediction[]> => {
    const values = new Uint8Array(images.length * imageSize * imageSize * channels);
    images.forEach(({ pixels }, i) => values.set(pixels, i * pixels.length));
    const x = bytesTensor<tf.Rank.R4>(values, [images.length, imageSize, imageSize, channels]);
    const rows = await predict(tensors, x);
    const outputs = await rows.array();
    tf.dispose([x, rows]);
    return images.map(({ file }, i) => ({ file, predicted: argmax(outputs[i]), probabilities: outputs[i] }));
  };
  const dispose = () => {
    tf.dispose(tensors);
    predict.dispose();
  };
  return { batch, [Symbol.dispose]: dispose };
}
