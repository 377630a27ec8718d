import { createHash } from "node:crypto";
import { DECODES_IN_FLIGHT, perceptualHash } from "../images/mod.ts";
import { groupOf } from "./grouping.ts";
import { imagesIn, type Manifest } from "./manifest.ts";
import { startFiles } from "./pool_files.ts";
import { dataRoot, type Dropped, type PoolImage } from "./pool_store.ts";
import { classesOf } from "./sources/folder.ts";
import { samplingMethod, sourceImages, sourceName } from "./sources/images.ts";
import type { SourceImage } from "./sources/source.ts";

/** What a build says about itself, a few times a second. */
export interface PoolProgress {
  dataset: string;
  /** What is being done, and why. */
  message: string;
  /** Images of the source that are done, of `total`. */
  done: number;
  total: number;
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
  const known = { pixels: new Set<string>(), keys: new Set<string>() };
  const report = reporter(manifest, message, options);
  const source = sourceImages(manifest, options.root ?? dataRoot());
  let done = 0;
  for await (const { source: image, pixels, reason } of decodedInOrder(source)) {
    options.signal?.throwIfAborted();
    done++;
    if (!pixels) dropped.failed.push({ key: image.key, reason });
    else if (known.keys.has(image.key)) {
      dropped.failed.push({ key: image.key, reason: "its name is there twice" });
    } else if (isBlank(pixels, manifest.render.channels)) dropped.blank++;
    else {
      const sha256 = createHash("sha256").update(pixels).digest("hex");
      if (known.pixels.has(sha256)) dropped.duplicates++;
      else files.add(describe(manifest, image, pixels, sha256), pixels);
      known.pixels.add(sha256);
    }
    known.keys.add(image.key);
    report(manifest.sampling ? files.count : done);
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
    channels: manifest.render.channels,
    classes: classesOf(manifest),
    dropped,
    builtAt: new Date().toISOString(),
  });
}

function describe(manifest: Manifest, source: SourceImage, pixels: Uint8Array, sha256: string): PoolImage {
  const { side, channels } = manifest.render;
  return {
    key: source.key,
    group: groupOf(
      manifest.grouping,
      manifest.releaseOf ?? manifest.name,
      manifest.concepts?.[source.key] ?? source.key,
    ),
    label: source.label,
    split: source.split,
    sha256,
    perceptualHash: perceptualHash({ pixels, height: side, width: side, channels }),
    ...(!("package" in manifest.source) && { photograph: true }),
  };
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
  pixels?: Uint8Array;
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
    return { source, pixels: await source.pixels(), reason: "" };
  } catch (error) {
    return { source, reason: (error as Error).message };
  }
}

function isBlank(pixels: Uint8Array, channels: number): boolean {
  for (let i = channels; i < pixels.length; i++) if (pixels[i] !== pixels[i - channels]) return false;
  return true;
}

function reporter(manifest: Manifest, message: string, { onProgress }: PoolOptions): (done: number) => void {
  const began = performance.now();
  const total = imagesIn(manifest);
  let told = 0;
  return (done) => {
    const now = performance.now();
    if (!onProgress || (now - told < 100 && done < total)) return;
    told = now;
    const imagesPerSecond = done * 1000 / Math.max(now - began, 1);
    const secondsLeft = (total - done) / imagesPerSecond;
    onProgress({ dataset: manifest.name, message, done, total, imagesPerSecond, secondsLeft });
  };
}
