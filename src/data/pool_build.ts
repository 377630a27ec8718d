import { createHash } from "node:crypto";
import { centreSquare, DECODES_IN_FLIGHT, type PackedImage, perceptualHash } from "../images/mod.ts";
import { FirstPlaces } from "./first_places.ts";
import { groupOf } from "./grouping.ts";
import { imagesIn, type Manifest } from "./manifest.ts";
import { type Place, startFiles } from "./pool_files.ts";
import type { PoolImage } from "./pool_index.ts";
import { dataRoot, type Dropped, SQUARE_SIDE } from "./pool_store.ts";
import { classesOf } from "./sources/folder.ts";
import { samplingMethod, sourceImages, sourceName } from "./sources/images.ts";
import type { SourceImage, StoredImage } from "./sources/source.ts";

/** What a build says about itself, a few times a second. */
export interface PoolProgress {
  dataset: string;
  /** What is being done, and why. */
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
  /** Folder of all pools. Default: the environment variable `NTD_DATA`, or `.data` at the root of the repository. */
  root?: string;
  /** Folder of the manifests. Default: `data_manifests/`, then the folder that `NTD_MANIFESTS` names. */
  manifests?: URL;
}

/**
 * Draws or decodes every image of a manifest's source and writes the pool's three files to `folder`, which must exist.
 *
 * @throws Error when the source is not to be had, does not have the images that the manifest says, or the disk is full
 */
export async function buildPool(manifest: Manifest, folder: string, options: PoolOptions, message: string) {
  using files = startFiles(folder);
  const dropped: Dropped = { duplicates: 0, blank: 0, failed: [] };
  const classes = new Map<string, number>();
  const known = { stored: new FirstPlaces(), keys: new FirstPlaces() };
  const report = reporter(manifest, message, options);
  const source = sourceImages(manifest, options.root ?? dataRoot());
  let done = 0;
  for await (const { source: image, stored, reason } of decodedInOrder(source)) {
    options.signal?.throwIfAborted();
    const number = done++;
    const isFirst = known.keys.of(image.key, number) === number;
    if (!stored) dropped.failed.push({ key: image.key, reason });
    else if (!isFirst) {
      dropped.failed.push({ key: image.key, reason: "its name is there twice" });
    } else if (isBlank(stored.image)) dropped.blank++;
    else {
      const sha256 = createHash("sha256").update(stored.bytes).digest("hex");
      if (known.stored.of(sha256, number) !== number) dropped.duplicates++;
      else files.describe(describe(manifest, image, stored, sha256, files.store(stored), classes));
    }
    report(manifest.sampling ? files.count : done, files.inPlace);
    if (files.count === manifest.sampling?.images) break;
  }
  checkCount(manifest, done, dropped);
  const { sampling } = manifest;
  files.finish({
    dataset: manifest.name,
    source: sourceName(manifest),
    ...(sampling && { sampling: samplingMethod(manifest) }),
    images: files.count,
    side: manifest.render.side,
    shorter: manifest.render.shorter,
    channels: manifest.render.channels,
    classes: classesOf(manifest) ?? (classes.size > 0 ? [...classes.keys()] : undefined),
    dropped,
    builtAt: new Date().toISOString(),
  });
}

/** @param classes numbers of the classes that sources name, as they come */
function describe(
  manifest: Manifest,
  source: SourceImage,
  { bytes, image }: StoredImage,
  sha256: string,
  { offset, shard }: Place,
  classes: Map<string, number>,
): PoolImage {
  const isJpeg = manifest.render.shorter !== undefined;
  return {
    key: source.key,
    group: groupOf(
      manifest.grouping,
      manifest.releaseOf ?? manifest.name,
      manifest.concepts?.[source.key] ?? source.key,
    ),
    label: source.className === undefined ? source.label : numberOf(source.className, classes),
    split: source.split,
    sha256,
    perceptualHash: perceptualHash(square(image)),
    ...(!("package" in manifest.source) && { photograph: true }),
    ...(isJpeg && { bytes: [offset, bytes.length], size: [image.width, image.height] }),
    ...(shard !== undefined && { shard }),
  };
}

function numberOf(name: string, classes: Map<string, number>): number {
  if (!classes.has(name)) classes.set(name, classes.size);
  return classes.get(name)!;
}

/** What is hashed, so that pools of pixels and of JPEG files compare: the centred square. */
function square(image: PackedImage): PackedImage {
  if (image.width === image.height) return image;
  const pixels = new Uint8Array(SQUARE_SIDE ** 2 * image.channels);
  centreSquare(image, SQUARE_SIDE, pixels);
  return { pixels, height: SQUARE_SIDE, width: SQUARE_SIDE, channels: image.channels };
}

/** What could be fetched or is sampled is counted; of anything else all that the manifest says must be there. */
function checkCount(manifest: Manifest, found: number, dropped: Dropped): void {
  if (found !== manifest.images && !manifest.sampling && manifest.source.type !== "urls") {
    throw new Error(
      `${manifest.name}.json: field "images" says ${manifest.images}, but ${
        sourceName(manifest)
      } has ${found}; correct the manifest`,
    );
  }
  if (found === 0) throw new Error(`${sourceName(manifest)} has no image; correct ${manifest.name}.json`);
  if (dropped.failed.length === found) {
    throw new Error(`no image of ${manifest.name} could be read; the first: ${dropped.failed[0].reason}`);
  }
}

interface Decoded {
  source: SourceImage;
  /** Missing when the image could not be drawn or decoded. */
  stored?: StoredImage;
  /** Why not. */
  reason: string;
}

/** Decodes with as many images in flight as keep every core busy, and gives them out in the source's order. */
async function* decodedInOrder(images: AsyncGenerator<SourceImage>): AsyncGenerator<Decoded> {
  const inFlight: Promise<Decoded>[] = [];
  for await (const image of images) {
    inFlight.push(decoded(image));
    if (inFlight.length >= DECODES_IN_FLIGHT) yield await inFlight.shift()!;
  }
  for (const last of inFlight) yield await last;
}

async function decoded(source: SourceImage): Promise<Decoded> {
  try {
    return { source, stored: await source.stored(), reason: "" };
  } catch (error) {
    return { source, reason: (error as Error).message };
  }
}

function isBlank({ pixels, channels }: PackedImage): boolean {
  for (let i = channels; i < pixels.length; i++) if (pixels[i] !== pixels[i - channels]) return false;
  return true;
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
