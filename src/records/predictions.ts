/** The predictions of a run, joined to the images that they are about, and to where these lie. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parquetReadObjects } from "hyparquet";
import {
  dataRoot,
  fetchedFolder,
  isImageName,
  type Manifest,
  parseReference,
  readManifest,
  withoutEnding,
} from "../data/mod.ts";
import { type AnyExperiment, hashOf, type Prediction, RunFolder } from "../experiments/mod.ts";
import type { RunSummary } from "./summary.ts";
import type { Column } from "./tables.ts";

/** An image by its name. */
interface NamedImage {
  /** Name of its manifest. */
  dataset: string;
  /** Its key within its dataset. */
  key: string;
}

/** Where an image is. */
interface ImagePlace {
  /** Path of its file: of images that lie in a folder on this machine. */
  path?: string;
  /** Its address: of images that were fetched one by one from a list of URLs. */
  url?: string;
  /**
   * The origin of its dataset, `npm:package@version`, a folder, or archives and lists as the manifest names
   * them. Within an archive or a package the key names the image.
   */
  source?: string;
}

/** The prediction for one validation image. */
interface JoinedPrediction extends NamedImage, ImagePlace {
  /** Name of the image, the same in every run that shows it. */
  image: string;
  /** Names of its class and of the most probable one. */
  label: string;
  predicted: string;
  /** Whether they are the same. */
  right: boolean;
  /** By class, in [0, 1]. */
  probabilities: Record<string, number>;
}

/** The predictions of a run. */
interface JoinedPredictions {
  classes: string[];
  predictions: JoinedPrediction[];
  /** Why places of images are missing, a sentence each. */
  notes: string[];
}

/**
 * Reads the predictions of a finished run and finds out where its images are.
 *
 * @param root folder of the records
 * @throws {Error} for a run that has not finished, is damaged, or predicts nothing
 */
export async function joinPredictions(run: RunSummary, root: string): Promise<JoinedPredictions> {
  const { hash, state, fault } = run;
  if (state !== "finished") {
    throw new Error(`The run ${hash} is ${fault ? `damaged: ${fault}` : state}; it has no predictions.`);
  }
  const { outcomes, predictions } = await readPredictions(run, root);
  if (predictions.length === 0) throw new Error(`The run ${hash}, a ${run.kind}, predicts nothing.`);
  const classes = classesOf(run);
  const images = predictions.map((prediction) => imageOf(prediction, run));
  const { places, notes } = await placesOfImages(images, run);
  return {
    classes,
    predictions: predictions.map(({ label, probabilities }, i) => {
      const predicted = probabilities.indexOf(Math.max(...probabilities));
      return {
        image: outcomes.images[i],
        ...images[i],
        label: classes[label],
        predicted: classes[predicted],
        right: outcomes.right[i],
        probabilities: Object.fromEntries(classes.map((name, c) => [name, probabilities[c]])),
        ...places[i],
      };
    }),
    notes,
  };
}

/** @throws {Error} where a line is damaged */
async function readPredictions({ hash }: RunSummary, root: string) {
  const folder = new RunFolder(hash, root);
  try {
    const { outcomes } = (await folder.record())!;
    return { outcomes, predictions: await folder.predictions() };
  } catch (cause) {
    throw new Error(`The predictions of the run ${hash} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Names of a run's classes, by number. */
function classesOf({ hash, datasets, experiment, result }: RunSummary): string[] {
  if (result?.classes) return result.classes;
  const names = experiment?.labels === "origin" ? parseReference(datasets[0]).datasets : datasets;
  if (names.length < 2) throw new Error(`The record of the run ${hash} does not name its classes.`);
  return names;
}

/**
 * The image of a prediction. A probe's keys begin with the name that its dataset has in the experiment, a
 * classifier's are those of its label's dataset; where that is several together, they begin with the image's
 * own.
 */
function imageOf({ key, label }: Prediction, { datasets, kind }: RunSummary): NamedImage {
  const isPrefixed = kind === "probe" || kind === "fine_tuning";
  const reference = isPrefixed ? datasets.find((name) => key.startsWith(`${name}/`)) : datasets[label];
  const within = isPrefixed && reference !== undefined ? key.slice(reference.length + 1) : key;
  const owners = reference === undefined ? [] : parseReference(reference).datasets;
  if (owners.length === 1) return { dataset: owners[0], key: within };
  const slash = within.indexOf("/");
  return { dataset: within.slice(0, slash), key: within.slice(slash + 1) };
}

/** The columns of a table of predictions: one row an image, one column a class. */
export function predictionColumns({ classes, predictions }: JoinedPredictions): Column[] {
  const column = (
    name: string,
    type: Column["type"],
    value: (of: JoinedPrediction) => Column["values"][number],
  ) => (
    { name, type, values: predictions.map(value) }
  );
  return [
    column("image", "STRING", ({ image }) => image),
    column("dataset", "STRING", ({ dataset }) => dataset),
    column("key", "STRING", ({ key }) => key),
    column("label", "STRING", ({ label }) => label),
    column("predicted", "STRING", ({ predicted }) => predicted),
    column("right", "BOOLEAN", ({ right }) => right),
    ...classes.map((name) =>
      column(`probability.${name}`, "DOUBLE", ({ probabilities }) => probabilities[name])
    ),
    column("path", "STRING", ({ path }) => path),
    column("url", "STRING", ({ url }) => url),
    column("source", "STRING", ({ source }) => source),
  ];
}

/**
 * The places of some images, in their order.
 *
 * @param run whose images they are
 * @returns the places, and a sentence for whatever is missing or not certain
 */
async function placesOfImages(
  images: readonly NamedImage[],
  { hash, experiment }: Pick<RunSummary, "hash" | "experiment">,
): Promise<{ places: ImagePlace[]; notes: string[] }> {
  const notes: string[] = [];
  const byDataset = new Map<string, ReadonlyMap<string, ImagePlace>>();
  for (const [dataset, own] of Map.groupBy(images, ({ dataset }) => dataset)) {
    try {
      byDataset.set(dataset, await placesIn(readManifest(dataset), own.map(({ key }) => key)));
    } catch (error) {
      notes.push(`Images of ${dataset} are named by their keys alone: ${(error as Error).message}`);
    }
  }
  const places = images.map(({ dataset, key }) => byDataset.get(dataset)?.get(key) ?? {});
  const located = places.some(({ path, url }) => path !== undefined || url !== undefined);
  if (located && !isUnchanged(hash, experiment)) {
    notes.push(
      "The manifests, files or program have changed since this run: paths and URLs are today's of these keys.",
    );
  }
  return { places, notes };
}

/** Whether an experiment has the hash that it was run under; its datasets' manifests are a part of it. */
function isUnchanged(hash: string, experiment: unknown): boolean {
  try {
    return hashOf(experiment as AnyExperiment) === hash;
  } catch {
    return false; // a manifest or a kind of experiment has gone
  }
}

/** The places of a dataset's images, by key. */
async function placesIn(manifest: Manifest, keys: readonly string[]): Promise<Map<string, ImagePlace>> {
  const source = originOf(manifest);
  const own = manifest.source.type === "folder"
    ? pathsIn(source, keys)
    : manifest.source.type === "urls"
    ? await urlsOf(manifest, keys)
    : new Map();
  return new Map(keys.map((key) => [key, { ...own.get(key), source }]));
}

function originOf({ folder, source }: Manifest): string {
  switch (source.type) {
    case "folder":
      return resolve(fileURLToPath(folder), source.path);
    case "webdataset":
      return source.shards;
    case "zip":
      return source.archives;
    case "parquet":
    case "urls":
      return source.files;
    default:
      return `npm:${source.package}@${source.version}`;
  }
}

/**
 * Paths of images in a folder: of files that differ in their ending alone, the first by the alphabet has the
 * key, and the others have their whole names. A file that has gone has no path.
 */
function pathsIn(root: string, keys: readonly string[]): Map<string, ImagePlace> {
  const wanted = new Set(keys);
  const paths = new Map<string, ImagePlace>();
  const taken = new Set<string>();
  for (const folder of new Set(keys.map((key) => dirname(key)))) {
    const path = join(root, folder);
    if (!existsSync(path)) continue;
    const names = [...Deno.readDirSync(path)].map(({ name }) => name).filter(isImageName);
    for (const name of names.sort()) {
      const [short, whole] = [withoutEnding(name), name].map((key) => join(folder, key));
      const key = taken.has(short) ? whole : short;
      taken.add(short);
      if (wanted.has(key)) paths.set(key, { path: join(path, name) });
    }
  }
  return paths;
}

/** Addresses of fetched images; where the list names no key, the key is the address. */
async function urlsOf(manifest: Manifest, keys: readonly string[]): Promise<Map<string, ImagePlace>> {
  if (manifest.source.type === "urls" && manifest.source.key === undefined) {
    return new Map(keys.map((key) => [key, { url: key }]));
  }
  const wanted = new Set(keys);
  const bytes = await Deno.readFile(join(fetchedFolder(dataRoot(), manifest), "index.parquet"));
  const rows = await parquetReadObjects({ file: bytes.buffer, columns: ["key", "url"] });
  return new Map(rows.filter(({ key }) => wanted.has(key)).map(({ key, url }) => [key, { url }]));
}
