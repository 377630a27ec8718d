import { statfsSync } from "node:fs";
import { type Manifest, readManifest } from "./manifest.ts";
import { buildPool, type PoolOptions } from "./pool_build.ts";
import {
  dataRoot,
  type Dropped,
  openStoredImages,
  poolFault,
  poolFolder,
  readHeader,
  type StoredImages,
} from "./pool_store.ts";

/** The images of a dataset, packed in one file and read from it as they are needed. */
export interface Pool extends StoredImages {
  readonly manifest: Manifest;
  /** What the source has and the pool has not. */
  readonly dropped: Dropped;
}

/**
 * Opens the pool of a dataset; builds it first when it is missing or damaged (its checksums are compared every time). A build
 * happens beside the pool's place and is moved there when whole, by one process at a time: others wait for it.
 *
 * @throws Error when the dataset is unknown, its manifest is wrong, its images cannot be obtained, or the disk is full
 */
export async function openPool(name: string, options: PoolOptions = {}): Promise<Pool> {
  const manifest = readManifest(name, options.manifests);
  const root = options.root ?? dataRoot();
  const folder = poolFolder(root, manifest);
  if (!exists(folder) || poolFault(folder)) await buildUnderLock(manifest, root, folder, options);
  return openFiles(manifest, folder);
}

function openFiles(manifest: Manifest, folder: string): Pool {
  const stored = openStoredImages(folder);
  const { dropped } = readHeader(folder);
  return Object.assign(stored, { manifest, dropped });
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
    Deno.mkdirSync(beside);
    await buildPool(manifest, beside, options, message);
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
  if (bavail * bsize < neededBytes(manifest)) throw diskFull(manifest, root);
}

function diskFull(manifest: Manifest, root: string): Error {
  const megabytes = Math.ceil(neededBytes(manifest) / 1e6);
  return new Error(
    `the disk is full: the pool of ${manifest.name} needs about ${megabytes} MB in ${root}; free some space or name ` +
      "another folder in the environment variable NTD_DATA",
  );
}

/** The pixels, and as much as a thousand bytes an image for its line of the index. */
function neededBytes({ images, render }: Manifest): number {
  return images * (render.side ** 2 * render.channels + 1000);
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
