/**
 * The features of a run's network: maps of images, and the images that are alike to the network.
 */
import {
  manifestsOf,
  openPools,
  type Pool,
  sampleClasses,
  sampleExperiment,
  validationBatches,
} from "../data/mod.ts";
import {
  type Experiment,
  openNetwork,
  RunFolder,
  type RunRecord,
  sizesOf,
  viewOf,
} from "../experiments/mod.ts";
import {
  datasetColor,
  type FeatureMap,
  featureMapFigure,
  featureMapFinding,
  type MapPicture,
  picturedRows,
} from "../figures/mod.ts";
import { loadSharpForDrawings } from "../images/mod.ts";
import { nearestNeighbours, principalComponents, projectFeatures, umap } from "../interpret/mod.ts";
import { weightTensors } from "../models/mod.ts";
import {
  computeFeatures,
  type Features,
  type ImageSource,
  keysOf,
  networkFeatures,
  selectRows,
} from "../probe/mod.ts";
import { startEngine, tf } from "../tensorflow/mod.ts";
import { show } from "./display.ts";
import { gallery, type GalleryImage, type GalleryRow } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";

/** Images of each dataset on a map, at most: UMAP takes seconds for a few thousand points. */
const MOST_EACH = 400;

/** Images that hold each one in its place on a map by UMAP; fewer where there are no more images. */
const MAP_NEIGHBOURS = 15;

/** Settings of {@link featureMap}. */
export interface FeatureMapOptions {
  /**
   * "PCA": the directions in which the features vary most. "UMAP": near stays near, far means little. Default
   * "UMAP".
   */
  method?: "PCA" | "UMAP";
  /**
   * A dataset with semantic classes, whose images are drawn instead of the run's own. Default: the validation
   * images.
   */
  classesOf?: string;
  /** Images of each dataset of the run, or in all of `classesOf`. Default 400. */
  images?: number;
}

/**
 * A map of images by the features that a run's network gives its classifier, one point an image, in the color
 * of its class, and below it how often neighbours on it are of one color. Where all datasets are drawings, a
 * button shows some of them in their places: at most 240, of which each takes about 0.8 kB of the notebook.
 * Photographs are not copied into notebooks.
 *
 * @throws {RangeError} for another method
 */
export async function featureMap(
  record: RunRecord,
  { method = "UMAP", classesOf, images = MOST_EACH }: FeatureMapOptions = {},
): Promise<Displayable> {
  if (method !== "UMAP" && method !== "PCA") {
    throw new RangeError(`method is ${JSON.stringify(method)}; give "UMAP" or "PCA".`);
  }
  if (classesOf) {
    using seen = await openClasses(record, classesOf, images);
    const map = await mapOf(method, await featuresOf(record, seen), seen.names);
    return showMap({ ...map, areClasses: true });
  }
  using validation = await openValidation(record, images);
  const map = await mapOf(method, await featuresOf(record, validation), validation.names);
  return showMap({ ...map, pictures: await picturesOf(map, validation) });
}

/** Sources of drawings, whose licences let them be copied: icons and emoji of npm packages. */
const DRAWINGS = ["iconify", "sprites"];

/** Side of a picture on a map, px, and its number of colors: in between they are blended. */
const [PICTURE_SIDE, PICTURE_COLORS] = [40, 12];

/** Pictures of some rows of a map, if all datasets are drawings. */
async function picturesOf(map: FeatureMap, { names, picture }: SeenImages): Promise<MapPicture[]> {
  const areDrawings = names.flatMap((name) => manifestsOf(name)).every(({ source }) =>
    DRAWINGS.includes(source.type)
  );
  if (!areDrawings) return [];
  return await Promise.all(
    picturedRows(map).map(async (row) => {
      const png = await smallPicture(picture(row), datasetColor(names[map.labels[row]]));
      return { row, source: `data:image/png;base64,${png.toBase64()}` };
    }),
  );
}

/** A small PNG. Grey drawings are dark on white: their ink gets the color, and the paper none. */
async function smallPicture({ pixels, side, channels }: GalleryImage, color: string): Promise<Uint8Array> {
  const sharp = await loadSharpForDrawings();
  const small = sharp(pixels, { raw: { width: side, height: side, channels } })
    .resize(PICTURE_SIDE, PICTURE_SIDE);
  const palette = { palette: true, colours: PICTURE_COLORS, compressionLevel: 9 };
  if (channels === 3) return new Uint8Array(await small.png(palette).toBuffer());
  const paper = await small.extractChannel(0).raw().toBuffer();
  const ink = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const tinted = Uint8Array.from([...paper].flatMap((white) => [...ink, 255 - white]));
  const raw = { width: PICTURE_SIDE, height: PICTURE_SIDE, channels: 4 } as const;
  return new Uint8Array(await sharp(tinted, { raw }).png(palette).toBuffer());
}

const showMap = (map: FeatureMap) => show(featureMapFigure(map), featureMapFinding(map));

/** Features of the network's last layer, in memory. */
async function featuresOf({ hash }: RunRecord, source: ImageSource): Promise<Features> {
  await startEngine();
  const { model, precision, ...network } = openNetwork(new RunFolder(hash).weights);
  const weights = weightTensors(network.weights);
  try {
    using featurizer = await networkFeatures(model, weights, { precision });
    return await computeFeatures(featurizer, source);
  } finally {
    tf.dispose(weights as tf.TensorContainer);
  }
}

async function mapOf(
  method: "PCA" | "UMAP",
  features: Features,
  names: readonly string[],
): Promise<FeatureMap> {
  const { labels, keys } = features;
  const map = { labels, keys, names, method: `${method} of ${features.columns} features` };
  if (method === "UMAP") {
    const neighbours = Math.min(MAP_NEIGHBOURS, features.rows - 1);
    return { ...map, points: await umap(features, { seed: 0, neighbours }) };
  }
  const components = await principalComponents(features);
  const points = await projectFeatures(features, components);
  const [x, y] = components.shares.map((share, i) => `component ${i + 1} (${(100 * share).toFixed(0)}%)`);
  return { ...map, points, axes: [x, y] };
}

/**
 * Validation images, and beside each the images of *other* datasets that are nearest to it by the network's
 * features.
 *
 * @param options.each images of each dataset. Default 2.
 * @param options.neighbours of each image. Default 7.
 */
export async function nearestElsewhere(
  record: RunRecord,
  { each = 2, neighbours = 7 }: { each?: number; neighbours?: number } = {},
): Promise<Displayable> {
  using validation = await openValidation(record, MOST_EACH);
  const features = await featuresOf(record, validation);
  const all = Array.from(features.labels, (_, row) => row);
  const picture = (row: number) => ({
    ...validation.picture(row),
    caption: validation.keys[row].replace("/", " "),
  });
  const rows: GalleryRow[] = [];
  for (const [label, name] of validation.names.entries()) {
    const own = all.filter((row) => features.labels[row] === label).slice(0, each);
    const others = all.filter((row) => features.labels[row] !== label);
    const options = { k: Math.min(neighbours, others.length) };
    const { indices, k } = await nearestNeighbours(
      selectRows(features, own),
      selectRows(features, others),
      options,
    );
    own.forEach((row, i) => {
      const nearest = Array.from(indices.subarray(i * k, (i + 1) * k), (place) => others[place]);
      rows.push({ label: name, images: [row, ...nearest].map(picture) });
    });
  }
  return gallery("An image, and the nearest of other datasets", rows);
}

/** Images that go through a network together. */
const BATCH = 64;

/** Images with their classes, without augmentation. */
interface SeenImages extends ImageSource {
  /** Names of the classes, by number. */
  names: readonly string[];
  /** An image as it is stored, by its place among them. */
  picture(row: number): GalleryImage;
}

/**
 * Opens the images that a run was evaluated on. The caller disposes them.
 *
 * @param mostEach images of each dataset, at most; which are a random sample of them
 */
async function openValidation(
  { experiment }: RunRecord,
  mostEach: number,
): Promise<SeenImages & Disposable> {
  const { datasets } = experiment;
  return await keptOpen(datasets, (pools) => {
    const { validation } = sampleExperiment(pools, sizesOf(experiment));
    const first = validation.map((chosen) => chosen.slice(0, mostEach));
    return seenImages(experiment, pools, datasets, first);
  });
}

/**
 * Opens images of a dataset that has semantic classes, to be seen by a run's network. The caller disposes
 * them.
 */
async function openClasses(
  { experiment }: RunRecord,
  dataset: string,
  images: number,
): Promise<SeenImages & Disposable> {
  return await keptOpen([dataset], (pools) => {
    const sizes = { train: 1, validation: images, seed: experiment.seed };
    const { names, validation } = sampleClasses(pools[0], sizes);
    return seenImages(experiment, pools, names, validation.indices, validation.labels);
  });
}

/** What is made of datasets' pools, which stay open with it, unless making it fails. */
async function keptOpen<T>(
  datasets: readonly string[],
  make: (pools: readonly Pool[]) => T,
): Promise<T & Disposable> {
  using opened = new DisposableStack();
  const made = make(opened.use(await openPools(datasets)));
  const kept = opened.move();
  return { ...made, [Symbol.dispose]: () => kept.dispose() };
}

function seenImages(
  experiment: Experiment,
  pools: readonly Pool[],
  names: readonly string[],
  indices: Int32Array[],
  labels?: Int32Array[],
): SeenImages {
  const places = indices.flatMap((chosen, p) => Array.from(chosen, (index) => ({ pool: pools[p], index })));
  return {
    names,
    keys: keysOf({ pools, indices }),
    batches: validationBatches({ pools, indices, labels, ...viewOf(experiment), batchSize: BATCH }),
    picture: (row) => {
      const { pool, index } = places[row];
      return { pixels: pool.read(index), side: pool.side, channels: pool.channels };
    },
  };
}
