import { createHash } from "node:crypto";
import { statfsSync } from "node:fs";
import { dataRoot } from "../files/places.ts";
import { checkContent } from "../manifest/content.ts";
import { manifestsOf } from "../manifest/find.ts";
import { classesOf, imagesIn, type Manifest } from "../manifest/manifest.ts";
import { contentName, type DatasetReference, isMeant, parseReference } from "../manifest/reference.ts";
import { sourceKindOf } from "../sources/list.ts";
import { buildPool, type PoolOptions } from "./build.ts";
import { datasetHash } from "./hash.ts";
import { countWarned, type Dropped, type PoolHeader, readHeader } from "./header.ts";
import { type PoolImages, someImages } from "./index.ts";
import { joined, openStored, type StoredImages } from "./store.ts";

/** A stored dataset: its images, packed in one file and read when they are needed. */
export interface Pool extends StoredImages {
  /** The manifest of its dataset; of several together that of each. */
  readonly manifests: readonly Manifest[];
  /** Images of the source that the pool left out. */
  readonly dropped: Dropped;
  /**
   * Images of its source that were not copied: they are read from the source's shards, which must stay as
   * they are.
   */
  readonly inPlace: number;
  /**
   * Names of its semantic classes, by the number that is an image's label; missing where the source tells
   * none.
   */
  readonly classes?: readonly string[];
}

/**
 * Opens the pool of a dataset, of some of its images (`cifar10@test`, `cifar10#1/3`), or of a part of several
 * datasets together (`tabler+mdi#1/3`). It is built first
 * when it is missing or damaged; its checksums are compared every time. Only one process builds at a time,
 * and others wait. A build happens beside the pool's place and is moved there when it is whole.
 *
 * @throws {Error} when the dataset or split is unknown, its manifest is wrong, its images cannot be obtained,
 * or the disk is full
 */
export async function openPool(reference: string, options: PoolOptions = {}): Promise<Pool> {
  const [pool] = await openPools([reference], options);
  return pool;
}

/**
 * Opens the pools of several references, each source once. They are disposed together, or each by itself;
 * disposing the last of a source closes its file.
 *
 * @throws as {@link openPool}; what was open is closed
 */
export async function openPools(
  references: readonly string[],
  options: PoolOptions = {},
): Promise<Pool[] & Disposable> {
  const manifests = new Map(
    references.flatMap((reference) => manifestsOf(reference, options.manifests))
      .map((manifest) => [manifest.name, manifest]),
  );
  const sources = new Map<string, () => Pool>();
  const opened: Pool[] = [];
  try {
    for (const manifest of manifests.values()) {
      const source = await openSource(manifest, options);
      opened.push(source);
      sources.set(manifest.name, shared(source));
    }
    const pools = references.map((reference) => {
      const wanted = parseReference(reference);
      const source = unionOf(wanted.datasets.map((name) => sources.get(name)!()));
      return wanted.split || wanted.part ? partOfPool(source, reference, wanted) : source;
    });
    return Object.assign(pools, { [Symbol.dispose]: () => pools.forEach((pool) => pool[Symbol.dispose]()) });
  } catch (error) {
    for (const source of opened) source[Symbol.dispose]();
    throw error;
  }
}

async function openSource(manifest: Manifest, options: PoolOptions): Promise<Pool> {
  const root = options.root ?? dataRoot();
  const folder = poolFolder(root, manifest);
  if (!exists(folder) || poolFault(folder)) await buildUnderLock(manifest, root, folder, options);
  // Older pools do not name their classes.
  const { dropped, shards = [], classes = classesOf(manifest) } = readHeader(folder);
  const inPlace = shards.reduce((sum, { images }) => sum + images, 0);
  const { name } = manifest; // the pool may have been built under another title
  return Object.assign(await openStored([folder]), {
    name,
    manifests: [manifest],
    dropped,
    inPlace,
    classes,
  });
}

/** The folder of a manifest's pool. Its name changes with everything that decides the pool's content. */
function poolFolder(root: string, manifest: Manifest): string {
  return `${root}/${contentName(manifest.name)}-${datasetHash(manifest)}`;
}

/**
 * Says what is wrong with the pool in a folder, or nothing when it is whole. Both files are hashed in full: a
 * flipped bit anywhere is found, at about a second a gigabyte.
 */
function poolFault(folder: string): string | undefined {
  let file: "pool.json" | keyof PoolHeader["sha256"] = "pool.json";
  try {
    const { sha256, ...header } = readHeader(folder);
    const expected = bytesOf(header);
    for (file of ["images.bin", "index.jsonl"] as const) {
      const path = `${folder}/${file}`;
      const { size } = Deno.statSync(path);
      if (file === "images.bin" && size !== expected) {
        return `${file} has ${size} bytes instead of ${expected}`;
      }
      if (fileSha256(path) !== sha256[file]) return `${file} does not have its checksum`;
    }
  } catch (error) {
    return `${file} cannot be read (${(error as Error).message})`;
  }
  return undefined;
}

/** Size of `images.bin`. */
function bytesOf({ images, side, channels, bytes }: Omit<PoolHeader, "sha256">): number {
  return side === undefined ? bytes! : images * side ** 2 * channels;
}

function fileSha256(path: string): string {
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  const block = new Uint8Array(4 << 20);
  for (let read = file.readSync(block); read !== null; read = file.readSync(block)) {
    hash.update(block.subarray(0, read));
  }
  return hash.digest("hex");
}

/** Gives out a pool several times; it is closed when all that were given out have been disposed. */
function shared(pool: Pool): () => Pool {
  let open = 0;
  return () => {
    open++;
    let isOpen = true;
    const dispose = () => {
      if (isOpen && --open === 0) pool[Symbol.dispose]();
      isOpen = false;
    };
    return { ...pool, [Symbol.dispose]: dispose };
  };
}

/** Several pools as one, see {@link joined}; a class of one is none of another. */
function unionOf(pools: readonly Pool[]): Pool {
  if (pools.length === 1) return pools[0];
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    ...joined(pools),
    manifests: pools.flatMap(({ manifests }) => manifests),
    dropped: {
      duplicates: sum(pools.map(({ dropped }) => dropped.duplicates)),
      blank: sum(pools.map(({ dropped }) => dropped.blank)),
      failed: pools.flatMap(({ dropped }) => dropped.failed),
      ...(pools.some(({ dropped }) => dropped.warned) && {
        warned: pools.reduce((all, { dropped }) => countWarned(all, dropped.warned), {}),
      }),
    },
    inPlace: sum(pools.map(({ inPlace }) => inPlace)),
  };
}

/** The images of a pool that a reference means, under its name. */
function partOfPool(pool: Pool, name: string, wanted: DatasetReference): Pool {
  const places = Int32Array.from(placesOf(pool.images, wanted));
  const placeOf = (index: number) => {
    if (index in places) return places[index];
    throw new Error(`${name} has no image ${index}; it has ${places.length}, numbered from 0`);
  };
  const read: Pool["read"] = (index, into) => pool.read(placeOf(index), into);
  const { encoded } = pool;
  return {
    ...pool,
    name,
    images: someImages(pool.images, places),
    places,
    read,
    ...(encoded && { encoded: (index: number) => encoded(placeOf(index)) }),
  };
}

function* placesOf(images: PoolImages, wanted: DatasetReference): Generator<number> {
  let place = 0;
  for (const image of images) {
    if (isMeant(image, wanted)) yield place;
    place++;
  }
}

/** The lock is the operating system's: it goes when its process does, however that ends. */
async function buildUnderLock(manifest: Manifest, root: string, folder: string, options: PoolOptions) {
  makeFolder(root);
  using lock = Deno.openSync(`${folder}.lock`, { create: true, write: true });
  await locked(lock, options.signal);
  const beside = `${folder}.building`;
  removeIfThere(beside); // left by a build that was killed
  const fault = exists(folder) ? poolFault(folder) : undefined;
  if (exists(folder) && !fault) return; // another process has built it meanwhile
  const message = fault ? `building again: the pool on disk is damaged, ${fault}` : "building";
  try {
    checkSpace(manifest, root);
    await checkContent(manifest);
    Deno.mkdirSync(beside);
    await buildPool(manifest, beside, { ...options, root }, message);
    removeIfThere(folder);
    Deno.renameSync(beside, folder);
  } catch (error) {
    removeIfThere(beside);
    throw (error as { code?: string }).code === "ENOSPC" ? diskFull(manifest, root) : error;
  }
}

/** Waits for the lock, or for the signal; a lock that comes after the signal is let go with the file. */
async function locked(file: Deno.FsFile, signal?: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal!.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", stop);
  try {
    await Promise.race([file.lock(true), aborted.promise]);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function checkSpace(manifest: Manifest, root: string): void {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < neededBytes(manifest, mayStayInPlace(manifest) ? 0 : 1)) {
    throw diskFull(manifest, root);
  }
}

function diskFull(manifest: Manifest, root: string): Error {
  const megabytes = Math.ceil(neededBytes(manifest, 1) / 1e6);
  return new Error(
    `the disk is full: the pool of ${manifest.name} needs about ${megabytes} MB in ${root}; free some space or name ` +
      "another folder in the environment variable NTD_DATA",
  );
}

/** Bytes of a JPEG file a pixel: at quality 95 fewer, as a rule. */
const JPEG_BYTES = 0.5;

/** Whether images may lie on this machine as they are stored. Images that are not copied take no space. */
function mayStayInPlace({ source, render }: Manifest): boolean {
  return render.shorter !== undefined && (sourceKindOf(source).readInPlace?.(source) ?? false);
}

/**
 * The pixels, or JPEG files of 4 : 3, and as much as a thousand bytes an image for its line of the index.
 *
 * @param copied share of the images that are not read in place
 */
function neededBytes(manifest: Manifest, copied: 0 | 1): number {
  const { side, shorter, channels } = manifest.render;
  const bytes = side === undefined ? shorter! ** 2 * 4 / 3 * JPEG_BYTES : side ** 2 * channels;
  return imagesIn(manifest) * (copied * bytes + 1000);
}

function makeFolder(root: string): void {
  try {
    Deno.mkdirSync(root, { recursive: true });
  } catch (error) {
    throw new Error(
      `the folder for pools, ${root}, cannot be made (${
        (error as Error).message
      }); name another in the environment ` +
        "variable NTD_DATA",
    );
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function removeIfThere(path: string): void {
  if (exists(path)) Deno.removeSync(path, { recursive: true });
}
