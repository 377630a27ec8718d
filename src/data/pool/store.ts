import { createHash } from "node:crypto";
import { repositoryRoot } from "../../disk/mod.ts";
import { centreSquare, type EncodedImage } from "../../images/mod.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { readFully } from "../files/read_fully.ts";
import { SQUARE_SIDE } from "../sources/stored_image.ts";
import type { decodeJpeg } from "../../tensorflow/mod.ts";
import type { LeftOut } from "./header.ts";
import { indexedImages, type JpegPlaces, type PoolImages, readJpegPlaces } from "./index.ts";
import { readShard, type Shard } from "./shards.ts";

/** `pool.json`: what a pool holds, what was left out of it, and the checksums of its other files. */
export interface PoolHeader {
  dataset: string;
  /** Where the images came from: an npm package as `name@version`, or the paths of the manifest. */
  source: string;
  /** How the images were chosen, where they are a sample. */
  sampling?: string;
  /** Number of images. */
  images: number;
  /** Of images from a list of addresses: name of the folder that they were fetched into. */
  fetched?: string;
  /** Side of every image, px, where they are stored as pixels. */
  side?: number;
  /** Where they are stored as JPEG files: what their shorter side was reduced to, px. */
  shorter?: number;
  channels: 1 | 3;
  /** Names of its semantic classes, by number, where the source tells them. */
  classes?: string[];
  /** Where they are stored as JPEG files: size of `images.bin`. */
  bytes?: number;
  /** Shards of the source that images are read from: these are not in `images.bin`. */
  shards?: Shard[];
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
  /** Images that could not be had, drawn or decoded, in the order of the source. */
  failed: LeftOut[];
}

/** A pool's images, as far as making batches asks for them. */
export interface StoredImages {
  /** Name of the dataset. */
  readonly name: string;
  /** The folder that holds the pool. */
  readonly folder: string;
  /** Side of every image as {@link read} gives it, px: as stored; of a pool of JPEG files {@link SQUARE_SIDE}. */
  readonly side: number;
  /** 1 (grey) or 3 (RGB). */
  readonly channels: 1 | 3;
  /** One entry an image; its place is the image's index. */
  readonly images: PoolImages;
  /** Where it is some of the folder's images: the place of each in the files. */
  readonly places?: Int32Array;
  /**
   * Of a pool of JPEG files: one of them, whole as it is stored.
   *
   * @throws Error when there is no such image
   */
  encoded?(index: number): EncodedImage;
  /**
   * Reads one image, `[side, side, channels]` (of a JPEG file the centred square, resized), into `into` (default: a new array) and gives that back.
   *
   * @throws Error when there is no such image
   */
  read(index: number, into?: Uint8Array): Uint8Array;
  /** Closes the file. */
  [Symbol.dispose](): void;
}

/**
 * Opens the pool in a folder without comparing its checksums, and loads what decodes it.
 *
 * @throws Error when a file is missing or cannot be read
 */
export async function openStored(folder: string): Promise<StoredImages> {
  if (readHeader(folder).shorter !== undefined) await loadJpegDecoder();
  return openStoredImages(folder);
}

/**
 * {@link openStored} for who has loaded the decoder or has a pool of pixels.
 *
 * @throws Error when a file is missing or cannot be read
 */
export function openStoredImages(folder: string): StoredImages {
  const { dataset: name, images: count, side, channels, shards = [] } = readHeader(folder);
  const path = `${folder}/images.bin`;
  const file = Deno.openSync(path);
  const read = (start: number, into: Uint8Array) => readFully(file, path, start, into);
  const check = (index: number) => {
    if (index >= 0 && index < count) return;
    throw new Error(`${name} has no image ${index}; it has ${count}, numbered from 0`);
  };
  const form = side === undefined
    ? encodedForm(folder, count, shards, read, check)
    : rawForm(side, channels, read, check);
  return {
    name,
    folder,
    channels,
    images: indexedImages(folder, count),
    ...form,
    [Symbol.dispose]: () => file.close(),
  };
}

type Form = Pick<StoredImages, "side" | "read" | "encoded">;
type ReadBytes = (start: number, into: Uint8Array) => void;

function rawForm(side: number, channels: number, readBytes: ReadBytes, check: (index: number) => void): Form {
  const length = side * side * channels;
  return {
    side,
    read: (index, into = new Uint8Array(length)) => {
      check(index);
      readBytes(index * length, into.length === length ? into : into.subarray(0, length));
      return into;
    },
  };
}

function encodedForm(
  folder: string,
  count: number,
  shards: readonly Shard[],
  readBytes: ReadBytes,
  check: (index: number) => void,
): Form {
  const jpegs = storedJpegs(folder, count, (shard, start, into) => {
    if (shard < 0) readBytes(start, into);
    else readShard(folder, shards[shard], start, into);
  });
  const encoded = (index: number) => {
    check(index);
    return jpegs(index);
  };
  const read: Form["read"] = (index, into = new Uint8Array(SQUARE_SIDE ** 2 * 3)) => {
    centreSquare(encoded(index), SQUARE_SIDE, into);
    return into;
  };
  return { side: SQUARE_SIDE, encoded, read };
}

/** The folder of all pools: the environment variable `NTD_DATA`, or `.data` at the root of the repository. */
export function dataRoot(): string {
  return Deno.env.get("NTD_DATA") || `${repositoryRoot}.data`;
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

/** @throws Error when the file is missing or is not a header */
export function readHeader(folder: string): PoolHeader {
  const header = JSON.parse(Deno.readTextFileSync(`${folder}/pool.json`));
  if (!Number.isInteger(header.images) || !header.sha256) throw new Error("it is not the header of a pool");
  return header;
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

let decode: typeof decodeJpeg | undefined;

/** Loads what decodes them. A thread that reads pools of pixels alone goes without it, and starts sooner. */
async function loadJpegDecoder(): Promise<void> {
  decode ??= (await import("../../tensorflow/mod.ts")).decodeJpeg;
}

/** A function that gives the same array again and again, as long as it is long enough. */
function room(): (length: number) => Uint8Array {
  let array = new Uint8Array(0);
  return (length) => array.length >= length ? array : array = new Uint8Array(length);
}

/** Fills an array from a byte of a shard on, by its number; of `images.bin` where that is -1. */
type ReadJpeg = (shard: number, start: number, into: Uint8Array) => void;

/** The images of a folder; where they lie is read when the first is asked for. */
function storedJpegs(
  folder: string,
  count: number,
  read: ReadJpeg,
): (index: number) => EncodedImage {
  let known: JpegPlaces | undefined;
  const [files, pixels] = [room(), room()];
  return (index) => {
    const { shards, offsets, lengths, widths, heights } = known ??= readJpegPlaces(folder, count);
    const [width, height] = [widths[index], heights[index]];
    const file = () => {
      const bytes = files(lengths[index]).subarray(0, lengths[index]);
      read(shards[index], offsets[index], bytes);
      return bytes;
    };
    return {
      file,
      width,
      height,
      channels: 3,
      decode: (box, ratio) => {
        const bytes = file();
        const isWhole = box.width === Math.ceil(width / ratio) && box.height === Math.ceil(height / ratio);
        try {
          return { ...decode!(bytes, { ratio, crop: isWhole ? undefined : box, room: pixels }), channels: 3 };
        } catch (cause) {
          const { message } = cause as Error;
          throw new Error(`image ${index} of ${folder} cannot be decoded (${message})`, { cause });
        }
      },
    };
  };
}
