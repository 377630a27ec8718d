import { basename } from "node:path";
import {
  type DecoderOptions,
  type Decoders,
  ImageFailure,
  imageFailure,
  inOrder,
  startDecoders,
} from "../../images/mod.ts";
import { dataRoot, printable } from "../files/places.ts";
import { groupOf } from "../manifest/grouping.ts";
import { classesOf, imagesIn, type Manifest } from "../manifest/manifest.ts";
import { contentName } from "../manifest/reference.ts";
import { sourceKindOf } from "../sources/list.ts";
import type { Sampling, SourceImage, StoredFacts, StoredImage } from "../sources/source.ts";
import { FirstOccurrences } from "./first_occurrences.ts";
import { countWarned, type Dropped, leftOutText } from "./header.ts";
import type { PoolImage } from "./index.ts";
import { startFiles } from "./writer.ts";

/** The progress of a build, told a few times a second. */
export interface PoolProgress {
  dataset: string;
  /** The present step, and its reason. */
  message: string;
  /** Images of the source that are done, of `total`. */
  done: number;
  total: number;
  /** Images so far that are not copied but read from shards of the source. */
  inPlace: number;
  imagesPerSecond: number;
  secondsLeft: number;
}

/** How a pool is opened or built. */
export interface PoolOptions {
  /** Ends a build; what was written is removed. */
  signal?: AbortSignal;
  /** Called at most ten times a second while a pool is built, and when a damaged one is found. */
  onProgress?: (progress: PoolProgress) => void;
  /**
   * Folder of all pools. Default: the environment variable `NTD_DATA`, or `.data` at the root of the
   * repository.
   */
  root?: string;
  /** Folder of the manifests. Default: `data_manifests/`, then the folder that `NTD_MANIFESTS` names. */
  manifests?: URL;
  /**
   * The processes that decode photographs: how many, and what one image may take. Also what they run, for
   * tests.
   */
  decoders?: Omit<DecoderOptions, "signal"> & { program?: URL };
}

/** The program of the processes that decode photographs. */
const DECODER = new URL("../sources/photo_process.ts", import.meta.url);

/**
 * Draws or decodes every image of a manifest's source and writes the pool's three files to `folder`, which
 * must exist.
 *
 * @throws {Error} when the source is not to be had, does not have the images that the manifest says, or the
 * disk is full
 */
export async function buildPool(manifest: Manifest, folder: string, options: PoolOptions, message: string) {
  using files = startFiles(folder);
  const { program = DECODER, ...decoding } = options.decoders ?? {};
  using decoders = startDecoders<StoredFacts>(program, manifest.render, {
    ...decoding,
    signal: options.signal,
  });
  const dropped: Dropped = { duplicates: 0, blank: 0, failed: [] };
  const classes = new Map<string, number>();
  const kinds = new Set<"names" | "numbers" | "none">();
  const known = { stored: new FirstOccurrences(), keys: new FirstOccurrences() };
  const report = reporter(manifest, message, options);
  const root = options.root ?? dataRoot();
  const { source, sampling, render } = manifest;
  const kind = sourceKindOf(source);
  const named = classesOf(manifest);
  let done = 0;
  for await (
    const { source: image, stored, failure } of inOrder(
      kind.images(manifest, root),
      (image) => ended(image, decoders),
    )
  ) {
    options.signal?.throwIfAborted();
    const number = done++;
    const key = failure ? undefined : freeKey(image, number, known.keys);
    const file = "place" in image ? { file: image.place } : {};
    if (failure) dropped.failed.push({ key: image.key, ...file, ...failure });
    else if (key === undefined) {
      dropped.failed.push({ key: image.key, ...file, reason: "key_twice", detail: "it is the second" });
    } else if (stored.facts.isBlank) dropped.blank++;
    else if (known.stored.of(stored.facts.sha256, number) !== number) dropped.duplicates++;
    else {
      checkClass(manifest, image, named);
      kinds.add(image.className !== undefined ? "names" : image.label !== undefined ? "numbers" : "none");
      if (kinds.has("names") && kinds.has("numbers")) throw mixedClasses(manifest, image);
      const { warning } = stored.facts;
      if (warning !== undefined) dropped.warned = countWarned(dropped.warned, { [warning]: 1 });
      const place = files.store(stored.bytes, placeOf(manifest, image));
      files.describe({ ...indexEntry(manifest, image, stored, place, classes), key });
    }
    report(sampling ? files.count : done, files.inPlace);
    if (files.count === sampling?.images) break;
  }
  checkCount(manifest, done, dropped);
  if (named && named.length > 0 && kinds.size === 1 && kinds.has("none")) throw noClasses(manifest);
  files.finish({
    dataset: manifest.name,
    source: kind.origin(source),
    ...(sampling && { sampling: samplingMethod(manifest, sampling) }),
    ...(kind.fetchedFolder && { fetched: basename(kind.fetchedFolder(root, manifest)) }),
    images: files.count,
    side: render.side,
    shorter: render.shorter,
    channels: render.channels,
    classes: named ?? (classes.size > 0 ? [...classes.keys()] : undefined),
    dropped,
    builtAt: new Date().toISOString(),
  });
}

/**
 * The key of an image, or the longer one where an image before it has that; undefined where both are taken,
 * or an image before it has the same longer one: the same name twice.
 */
function freeKey({ key, longKey }: SourceImage, number: number, known: FirstOccurrences): string | undefined {
  const isFree = (name: string) => known.of(name, number) === number;
  if (longKey === undefined) return isFree(key) ? key : undefined;
  return isFree(`\0${longKey}`) ? [key, longKey].find(isFree) : undefined;
}

/** @throws {Error} for a class beyond those that the manifest names */
function checkClass({ name }: Manifest, image: SourceImage, classes: string[] | undefined): void {
  const { label } = image;
  if (!classes || label === undefined || label < classes.length) return;
  throw new Error(
    `${imageText(image)} has the class ${label}, but ${name}.json names ${classes.length} (numbers 0 to ` +
      `${classes.length - 1}); correct its field "source.classes"`,
  );
}

function mixedClasses({ name }: Manifest, image: SourceImage): Error {
  return new Error(
    `the classes of ${name} are partly numbers and partly names (first at ${
      imageText(image)
    }): name all of ` +
      `them, by number, in the field "source.classes" of ${name}.json, or leave out where classes come from`,
  );
}

function noClasses({ name, source }: Manifest): Error {
  return new Error(
    `no image of ${
      sourceKindOf(source).origin(source)
    } has a class, though ${name}.json names them: a member .cls ` +
      "must stand beside its image (WebDataset), source.label must name the column (Parquet); correct that, or " +
      "leave source.classes out",
  );
}

function imageText(image: SourceImage): string {
  return printable(`"${image.key}"${"place" in image ? ` in ${image.place}` : ""}`);
}

/** How a sample is chosen from a source, for the record. */
function samplingMethod({ source }: Manifest, sampling: Sampling): string {
  const kind = sourceKindOf(source);
  const had = kind.fetchedFolder ? "could be fetched" : "can be decoded";
  const order = kind.sampled(`by rank of sha256(${sampling.seed}, name)`, sampling);
  return `the first ${sampling.images} that ${had}; ${order}`;
}

/** @param classes numbers of the classes that sources name, as they come */
function indexEntry(
  manifest: Manifest,
  source: SourceImage,
  { bytes, facts: { sha256, perceptualHash, width, height, look } }: StoredImage,
  { offset, shard }: { offset: number; shard?: number },
  classes: Map<string, number>,
): PoolImage {
  const isJpeg = manifest.render.shorter !== undefined;
  return {
    key: source.key,
    group: groupOf(
      manifest.grouping,
      manifest.releaseOf ?? contentName(manifest.name),
      manifest.concepts?.[source.key] ?? source.key,
    ),
    label: source.className === undefined ? source.label : numberOf(source.className, classes),
    split: source.split,
    sha256,
    perceptualHash,
    ...(!sourceKindOf(manifest.source).fixedByVersion && { photograph: true }),
    ...(look !== undefined && { look }),
    ...(isJpeg && { bytes: [offset, bytes.length], size: [width, height] }),
    ...(shard !== undefined && { shard }),
  };
}

/** Where an image that is stored as a JPEG file may lie already. */
function placeOf({ render }: Manifest, source: SourceImage) {
  if (render.shorter === undefined || !("offset" in source) || source.offset === undefined) return undefined;
  return { path: source.place, offset: source.offset };
}

function numberOf(name: string, classes: Map<string, number>): number {
  if (!classes.has(name)) classes.set(name, classes.size);
  return classes.get(name)!;
}

/**
 * Fetched and sampled images may be fewer than the manifest says, and of a dataset that is named by its
 * content the number may be an estimate; any other source must have exactly as many.
 */
function checkCount(manifest: Manifest, found: number, dropped: Dropped): void {
  const { name, content, images, sampling, source } = manifest;
  const kind = sourceKindOf(source);
  const origin = kind.origin(source);
  if (found === 0) throw new Error(`${origin} has no image; correct ${name}.json`);
  if (found !== images && !sampling && !kind.fetchedFolder && content === undefined) {
    throw new Error(
      `${name}.json: field "images" says ${images}, but ${origin} has ${found}; correct the manifest`,
    );
  }
  if (dropped.failed.length === found) {
    throw new Error(
      `no image of ${name} could be read; the first: ${leftOutText(dropped.failed[0])}`,
    );
  }
}

function reporter(manifest: Manifest, message: string, { onProgress }: PoolOptions) {
  const began = performance.now();
  const total = imagesIn(manifest);
  let told = 0;
  return (done: number, inPlace: number) => {
    const now = performance.now();
    if (!onProgress || (now - told < 100 && done < total)) return;
    told = now;
    const imagesPerSecond = done * 1000 / Math.max(now - began, 1);
    const secondsLeft = (total - done) / imagesPerSecond;
    onProgress({ dataset: manifest.name, message, done, total, inPlace, imagesPerSecond, secondsLeft });
  };
}

/** An image of a source that its pool leaves out. */
type LeftOut = Dropped["failed"][number];

/** The end of an image of a source: it is stored, or it could not be drawn or decoded. */
type Ended =
  & { source: SourceImage }
  & ({ stored: StoredImage; failure?: undefined } | {
    stored?: undefined;
    failure: Pick<LeftOut, "reason" | "detail">;
  });

async function ended(source: SourceImage, decoders: Decoders<StoredFacts>): Promise<Ended> {
  const failed = (reason: LeftOut["reason"], { message }: Error) => ({
    source,
    failure: { reason, detail: message },
  });
  const done = (stored: StoredImage) => ({ source, stored });
  if ("drawn" in source) {
    return await source.drawn().then(done, (error) => failed("damaged", imageFailure(error)));
  }
  const file = await source.file().catch((error) => failed("unreadable", error));
  if (!(file instanceof Uint8Array)) return file;
  return await decoders.decode(file).then(done, (error) => {
    if (error instanceof ImageFailure) return failed(error.reason, error);
    throw error; // it is not the image's
  });
}
