import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Manifest } from "./manifest.ts";

/** One image of a pool: one line of `index.jsonl`, in the order of `images.bin`. */
export interface PoolImage {
  /** Names the image within its dataset. */
  key: string;
  /** Images of equal group are versions of one drawing. See `groupOf`. */
  group: string;
  /** Number of its semantic class, where the dataset has classes. */
  label?: number;
  /** Official split, where the dataset has one. */
  split?: string;
  /** sha256 of its stored pixels, hex. */
  sha256: string;
  /** See `perceptualHash`. */
  perceptualHash: string;
  /** Whether it is a photograph: then images with nearly equal perceptual hashes count as the same. Drawings often differ in little. */
  photograph?: true;
}

/** `pool.json`: what a pool holds, what was left out of it, and the checksums of its other files. */
export interface PoolHeader {
  dataset: string;
  /** Where the images came from: an npm package as `name@version`, or the paths of the manifest. */
  source: string;
  /** How the images were chosen, where they are a sample. */
  sampling?: string;
  /** Number of images in `images.bin`. */
  images: number;
  side: number;
  channels: 1 | 3;
  /** Names of its semantic classes, by number, where the source tells them. */
  classes?: string[];
  sha256: Record<"images.bin" | "index.jsonl", string>;
  dropped: Dropped;
  /** ISO 8601. */
  builtAt: string;
}

/** What a source had and a pool has not. */
export interface Dropped {
  /** Images with exactly the pixels of an earlier one. */
  duplicates: number;
  /** Images of one colour throughout. */
  blank: number;
  /** Images that could not be drawn or decoded. */
  failed: { key: string; reason: string }[];
}

/** A pool's images, as far as making batches asks for them. */
export interface StoredImages {
  /** Name of the dataset. */
  readonly name: string;
  /** The folder that holds the pool. */
  readonly folder: string;
  /** Side of every image, px. */
  readonly side: number;
  /** 1 (grey) or 3 (RGB). */
  readonly channels: 1 | 3;
  /** One entry an image; its place is the image's index. */
  readonly images: readonly PoolImage[];
  /** Where it is some of the folder's images: the place of each in the files. */
  readonly places?: Int32Array;
  /**
   * Reads one image, `[side, side, channels]`, into `into` (default: a new array) and gives that back.
   *
   * @throws Error when there is no such image
   */
  read(index: number, into?: Uint8Array): Uint8Array;
  /** Closes the file. */
  [Symbol.dispose](): void;
}

/**
 * Opens the pool in a folder without comparing its checksums; the index is read when it is first asked for.
 *
 * @throws Error when a file is missing or cannot be read
 */
export function openStoredImages(folder: string): StoredImages {
  const { dataset: name, images: count, side, channels } = readHeader(folder);
  const file = Deno.openSync(`${folder}/images.bin`);
  const length = side * side * channels;
  let index: PoolImage[] | undefined;
  return {
    name,
    folder,
    side,
    channels,
    get images() {
      return index ??= readIndex(folder);
    },
    read: (index, into = new Uint8Array(length)) => {
      if (!(index >= 0 && index < count)) {
        throw new Error(`${name} has no image ${index}; it has ${count}, numbered from 0`);
      }
      file.seekSync(index * length, Deno.SeekMode.Start);
      const target = into.length === length ? into : into.subarray(0, length);
      for (let have = 0; have < length;) {
        const got = file.readSync(target.subarray(have));
        if (got === null) throw new Error(`${folder}/images.bin ended early: was it changed while in use?`);
        have += got;
      }
      return into;
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** The folder of all pools: the environment variable `NTD_DATA`, or `.data` at the root of the repository. */
export function dataRoot(): string {
  return Deno.env.get("NTD_DATA") || fileURLToPath(new URL("../../.data", import.meta.url));
}

/** The folder of a manifest's pool. Its name changes with everything that decides the pool's content. */
export function poolFolder(root: string, { name, hash }: Manifest): string {
  return `${root}/${name}-${hash}`;
}

/**
 * Says what is wrong with the pool in a folder, or nothing when it is whole. Both files are hashed in full: a flipped bit
 * anywhere is found, at about a second a gigabyte.
 */
export function poolFault(folder: string): string | undefined {
  let file: "pool.json" | keyof PoolHeader["sha256"] = "pool.json";
  try {
    const { images, side, channels, sha256 } = readHeader(folder);
    const expected = images * side ** 2 * channels;
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

/** @throws Error when the file is missing or is not a header */
export function readHeader(folder: string): PoolHeader {
  const header = JSON.parse(Deno.readTextFileSync(`${folder}/pool.json`));
  if (!Number.isInteger(header.images) || !header.sha256) throw new Error("it is not the header of a pool");
  return header;
}

export function readIndex(folder: string): PoolImage[] {
  const lines = Deno.readTextFileSync(`${folder}/index.jsonl`).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
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
