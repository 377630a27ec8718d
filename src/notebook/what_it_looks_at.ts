/** Where in an image networks look, as a gallery of heat maps. */
import { type Batch, indicesByKey, openPools, validationBatches } from "../data/mod.ts";
import { openNetwork, RunFolder, type RunRecord, type TrainedNetwork, viewOf } from "../experiments/mod.ts";
import {
  attentionRollout,
  gradCam,
  type Grid,
  heatMap,
  type HeatMapOptions,
  occlusionMap,
  type SaliencyMaps,
} from "../interpret/mod.ts";
import { type Weights, weightTensors } from "../models/mod.ts";
import { imagesFromPixels } from "../ops/mod.ts";
import { startEngine, tf } from "../tensorflow/mod.ts";
import { makePredictor, pixelsTensor } from "../train/mod.ts";
import { gallery, type GalleryImage, type GalleryRow } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";

/** Images in a row of the gallery. */
const MOST_COLUMNS = 8;

/** An occlusion map covers squares of this share of the image's side. */
const COVERED = 1 / 4;

/**
 * Where networks look: validation images, and below each its heat maps. Convolutional networks are explained
 * by Grad-CAM, for the dataset that the image is from; vision transformers by attention rollout, which is of
 * no dataset in particular. A single network gets occlusion maps too. Below a map stands the probability that
 * the network gives to the image's own dataset; the images are those where it is highest.
 *
 * @param records finished runs that were evaluated on the same images
 * @param options.each images of each dataset, 1 to 8. Default 4.
 * @throws {RangeError} when there is no run, the runs were evaluated on different images, or for another
 *   number of images
 */
export async function whatItLooksAt(
  records: RunRecord | readonly RunRecord[],
  { each = 4 }: { each?: number } = {},
): Promise<Displayable> {
  const runs = [records].flat();
  if (!(Number.isInteger(each) && each >= 1 && each <= MOST_COLUMNS)) {
    throw new RangeError(`each is ${each}; give a whole number from 1 to ${MOST_COLUMNS}.`);
  }
  if (runs.length === 0) throw new RangeError("There is no run; give one or more.");
  await startEngine();
  const chosen = await surestImages(runs, each);
  const batches = await batchesOf(runs, chosen);
  const { datasets } = runs[0].experiment;
  const isOneBlock = chosen.length <= MOST_COLUMNS;
  const pictures = picturesOf(batches[0], chosen.map(({ label, key }) => isOneBlock ? datasets[label] : key));
  const maps: GalleryRow[] = [];
  for (const [r, run] of runs.entries()) {
    maps.push(...await rowsOfMaps(run, batches[r], pictures, runs.length === 1));
  }
  const rows = [{ label: "image", images: pictures }, ...maps];
  const title = `What ${runs.length === 1 ? modelName(runs[0]) : "each network"} looks at`;
  if (isOneBlock) return gallery(title, rows);
  const blocks = datasets.map((name, d) =>
    rows.map(({ label, images }) => ({
      label: label === "image" ? name : label,
      images: images.filter((_, i) => chosen[i].label === d),
    }))
  );
  return gallery(title, blocks.flat());
}

/** A validation image by its dataset's place among the datasets, and its key. */
interface Chosen {
  label: number;
  key: string;
}

/**
 * For each dataset the validation images that are rightly named with the highest probability, the mean over
 * the runs.
 */
async function surestImages(runs: readonly RunRecord[], each: number): Promise<Chosen[]> {
  const predictions = await Promise.all(runs.map(({ hash }) => new RunFolder(hash).predictions()));
  const [first, ...others] = predictions;
  // Images of two datasets may have the same keys.
  const named = new Set(runs.map(({ experiment }) => JSON.stringify(experiment.datasets)));
  if (
    named.size > 1 ||
    others.some((other) => other.length !== first.length || other.some(({ key }, i) => key !== first[i].key))
  ) {
    throw new RangeError(
      "The runs were evaluated on different images: give runs of the same datasets and seed.",
    );
  }
  const sure = first.map(({ key, label }, i) => ({
    key,
    label,
    probability: predictions.reduce((sum, of) => sum + of[i].probabilities[label], 0),
  })).toSorted((a, b) => b.probability - a.probability);
  return runs[0].experiment.datasets.flatMap((_, d) =>
    sure.filter(({ label }) => label === d).slice(0, each)
  );
}

/** The chosen images as each run's network sees them. */
async function batchesOf(runs: readonly RunRecord[], chosen: readonly Chosen[]): Promise<Batch[]> {
  const { datasets } = runs[0].experiment;
  using pools = await openPools(datasets);
  const indices = pools.map(({ images }, d) => {
    const keys = chosen.filter(({ label }) => label === d).map(({ key }) => key);
    const known = indicesByKey(images, keys);
    return Int32Array.from(keys, (key) => known.get(key)!);
  });
  return runs.map(({ experiment }) =>
    validationBatches({ pools, indices, ...viewOf(experiment), batchSize: chosen.length }).batch(0)
  );
}

/** The images of a batch, which are square, for a gallery. */
function picturesOf({ pixels, channels, labels }: Batch, captions: readonly string[]): GalleryImage[] {
  const length = pixels.length / labels.length;
  const side = Math.sqrt(length / channels);
  return captions.map((caption, i) => ({
    pixels: pixels.subarray(i * length, (i + 1) * length),
    side,
    channels,
    caption,
  }));
}

/** A run's maps of the pictures, one row a method. */
async function rowsOfMaps(
  run: RunRecord,
  batch: Batch,
  pictures: readonly GalleryImage[],
  isAlone: boolean,
): Promise<GalleryRow[]> {
  const network = openNetwork(new RunFolder(run.hash).weights);
  const weights = weightTensors(network.weights);
  const pixels = pixelsTensor(batch, network.imageSize);
  const predict = makePredictor(network.model, network.precision);
  const drawn = (grids: Grid[], captions: string[]) =>
    grids.map((grid, i) => ({ ...heatMapPicture(pictures[i], grid), caption: captions[i] }));
  try {
    const probabilities = await predict(weights, pixels);
    const rows = await probabilities.array().finally(() => probabilities.dispose());
    const captions = rows.map((row, i) => row[batch.labels[i]].toFixed(2));
    const { method, grids } = await saliencyGrids(network, weights, pixels, batch.labels);
    const label = isAlone ? method : `${modelName(run)}: ${method}`;
    const maps = [{ label, images: drawn(grids, captions) }];
    if (!isAlone) return maps;
    const covered: Grid[] = [];
    for (const [i, image] of imagesOf(batch).entries()) {
      const patch = Math.ceil(COVERED * network.imageSize);
      const map = await occlusionMap(predict, weights, image, { patch, class: batch.labels[i] });
      covered.push({ values: map.values, height: map.side, width: map.side });
    }
    return [...maps, { label: "occlusion", images: drawn(covered, captions) }];
  } finally {
    tf.dispose([weights as tf.TensorContainer, pixels]);
    predict.dispose();
  }
}

/**
 * The maps of the method that suits the network: attention rollout where it attends, else Grad-CAM of the
 * images' classes.
 */
async function saliencyGrids(
  { model }: TrainedNetwork,
  weights: Weights,
  pixels: tf.Tensor4D,
  classes: Int32Array,
): Promise<{ method: string; grids: Grid[] }> {
  const images = tf.tidy(() => imagesFromPixels(pixels));
  try {
    return model.heads
      ? { method: "rollout", grids: gridsOf(await attentionRollout(model, weights, images)) }
      : { method: "Grad-CAM", grids: gridsOf(await gradCam(model, weights, images, { classes })) };
  } finally {
    images.dispose();
  }
}

function gridsOf({ values, height, width }: SaliencyMaps): Grid[] {
  const cells = height * width;
  return Array.from(
    { length: values.length / cells },
    (_, i) => ({ values: values.subarray(i * cells, (i + 1) * cells), height, width }),
  );
}

/** Each image of a batch as RGB. */
function imagesOf({ pixels, channels, labels }: Batch): Uint8Array[] {
  const length = 3 * pixels.length / channels / labels.length;
  return Array.from(
    labels,
    (_, image) =>
      Uint8Array.from({ length }, (_, i) => {
        const at = image * length + i;
        return channels === 3 ? pixels[at] : pixels[Math.floor(at / 3)];
      }),
  );
}

/** Name of a run's network in the registry, or its family. */
function modelName({ experiment: { model } }: RunRecord): string {
  return typeof model === "string" ? model : model.family;
}

/** A heat map is drawn at least this large, px, so that it is smooth however small its image. */
const LEAST_SIDE = 192;

/**
 * A grid of numbers drawn over its image, as a gallery takes it.
 *
 * @param options see {@link heatMap}; without a range the map is drawn from its own least to its own greatest
 *   value
 */
export function heatMapPicture(
  { pixels, side, channels }: GalleryImage,
  grid: Grid,
  options: HeatMapOptions = {},
): GalleryImage {
  const factor = Math.max(1, Math.ceil(LEAST_SIDE / side));
  const large = side * factor;
  const enlarged = new Uint8Array(large * large * channels);
  for (let i = 0; i < enlarged.length; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const [y, x] = [Math.floor(pixel / large / factor), Math.floor(pixel % large / factor)];
    enlarged[i] = pixels[(y * side + x) * channels + channel];
  }
  const packed = { pixels: enlarged, width: large, height: large, channels };
  return { pixels: heatMap(packed, grid, options).pixels, side: large, channels: 3 };
}
