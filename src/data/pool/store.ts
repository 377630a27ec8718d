import { dirname, resolve } from "node:path";
import { readFully } from "../../disk/mod.ts";
import { centreSquare, type EncodedImage } from "../../images/mod.ts";
import { SQUARE_SIDE } from "../sources/stored_image.ts";
import type { decodeJpeg } from "../../tensorflow/mod.ts";
import { readHeader, type Shard } from "./header.ts";
import { indexedImages, joinedImages, type PoolImages } from "./index.ts";

/** A pool's images, as far as making batches asks for them. */
export interface StoredImages {
  /** Name of the dataset. */
  readonly name: string;
  /** The folder that holds the pool; of several datasets together that of each. */
  readonly folders: readonly string[];
  /**
   * Side of every image as {@link read} gives it, px: as stored; of a pool of JPEG files {@link SQUARE_SIDE}.
   */
  readonly side: number;
  /** 1 (grey) or 3 (RGB). */
  readonly channels: 1 | 3;
  /** One entry an image; its place is the image's index. */
  readonly images: PoolImages;
  /** Where it is some of the folders' images: the place of each in the files, counted through all folders. */
  readonly places?: Int32Array;
  /**
   * One whole JPEG file as it is stored; only in pools of JPEG files.
   *
   * @throws {Error} when there is no such image
   */
  encoded?(index: number): EncodedImage;
  /**
   * Reads one image, `[side, side, channels]`, into `into` (default: a new array) and returns that. A JPEG
   * file is read as its centred square, resized.
   *
   * @throws {Error} when there is no such image
   */
  read(index: number, into?: Uint8Array): Uint8Array;
  /** Closes the file. */
  [Symbol.dispose](): void;
}

/**
 * Opens the pool in some folders without comparing checksums, and loads what decodes it. Of several folders
 * it has all images, see {@link joined}.
 *
 * @throws {Error} when a file is missing or cannot be read, or a shard is not as it was when the pool was
 *   built
 */
export async function openStored(folders: readonly string[]): Promise<StoredImages> {
  for (const folder of folders) {
    const { shorter, shards = [] } = readHeader(folder);
    checkShards(folder, shards);
    if (shorter !== undefined) await loadJpegDecoder();
  }
  return joined(folders.map(openStoredImages));
}

/**
 * The images of several datasets as one pool, dataset by dataset. A key begins with the name of its dataset
 * and a slash, so that no two are equal.
 *
 * @throws {Error} when they are not stored in one form: of one side, as many channels, all as JPEG or none
 */
export function joined<Stored extends StoredImages>(stores: readonly Stored[]): StoredImages {
  const [first, ...more] = stores;
  if (more.length === 0) return first;
  const formOf = ({ side, channels, encoded }: StoredImages) =>
    `${side} px, ${channels === 1 ? "grey" : "colour"}, as ${encoded ? "JPEG" : "pixels"}`;
  const other = more.find((store) => formOf(store) !== formOf(first));
  if (other) {
    throw new Error(
      `${first.name} (${formOf(first)}) and ${other.name} (${
        formOf(other)
      }) are stored in different forms; ` +
        "name datasets together whose manifests have the same `render`",
    );
  }
  const located = <Read>(index: number, read: (store: Stored, index: number) => Read): Read => {
    let at = index;
    for (const store of stores) {
      if (at >= 0 && at < store.images.length) return read(store, at);
      at -= store.images.length;
    }
    throw new Error(`${name} has no image ${index}; it has ${images.length}, numbered from 0`);
  };
  const name = stores.map((store) => store.name).join("+");
  const images = joinedImages(stores);
  return {
    name,
    images,
    folders: stores.flatMap(({ folders }) => folders),
    side: first.side,
    channels: first.channels,
    read: (index, into) => located(index, (store, at) => store.read(at, into)),
    ...(first.encoded && { encoded: (index: number) => located(index, (store, at) => store.encoded!(at)) }),
    [Symbol.dispose]: () => stores.forEach((store) => store[Symbol.dispose]()),
  };
}

/**
 * {@link openStored} for a pool of pixels, or when the decoder has been loaded.
 *
 * @throws {Error} when a file is missing or cannot be read
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
    folders: [folder],
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

/** Where the JPEG files of a pool lie, and their images' sizes: 20 bytes an image. */
interface JpegPlaces {
  /** Number of each file's shard; -1: it lies in `images.bin`. */
  shards: Int32Array;
  /** First byte of each file. */
  offsets: Float64Array;
  /** Bytes of each. */
  lengths: Uint32Array;
  /** px. */
  widths: Uint16Array;
  heights: Uint16Array;
}

/**
 * Only the places, of `count` images.
 *
 * @throws {Error} when an image has none
 */
function readJpegPlaces(folder: string, count: number): JpegPlaces {
  const places: JpegPlaces = {
    shards: new Int32Array(count),
    offsets: new Float64Array(count),
    lengths: new Uint32Array(count),
    widths: new Uint16Array(count),
    heights: new Uint16Array(count),
  };
  let i = 0;
  for (const { bytes, size, shard = -1 } of indexedImages(folder, count)) {
    if (!bytes || !size) throw new Error(`${folder}/index.jsonl: line ${i + 1} lacks "bytes" or "size"`);
    places.shards[i] = shard;
    [places.offsets[i], places.lengths[i]] = bytes;
    [places.widths[i], places.heights[i]] = size;
    i++;
  }
  return places;
}

/**
 * Fills an array from byte `start` of a shard on. The shard is opened each time (5 microseconds), so that
 * there may be any number of them.
 *
 * @param folder of the pool
 * @throws {Error} when it is not there, or not as it was when the pool was built
 */
function readShard(folder: string, shard: Shard, start: number, into: Uint8Array): void {
  using file = openShard(folder, shard);
  readFully(file, shard.path, start, into);
}

/**
 * Looks at all shards of a pool, before it is used.
 *
 * @throws {Error} as {@link readShard}
 */
function checkShards(folder: string, shards: readonly Shard[]): void {
  for (const shard of shards) openShard(folder, shard).close();
}

function openShard(folder: string, { path, bytes, modified }: Shard): Deno.FsFile {
  const whole = resolve(dirname(folder), path);
  const file = openedAt(whole, folder);
  const { size, mtime } = file.statSync();
  if (size === bytes && (mtime?.getTime() ?? 0) === modified) return file;
  file.close();
  const was = `${bytes} bytes of ${new Date(modified).toISOString()}`;
  throw faultOf(
    whole,
    folder,
    `has changed: it has ${size} bytes of ${mtime?.toISOString()} instead of ${was}`,
  );
}

function openedAt(path: string, folder: string): Deno.FsFile {
  try {
    return Deno.openSync(path);
  } catch (error) {
    throw faultOf(path, folder, `cannot be read (${(error as Error).message})`);
  }
}

function faultOf(path: string, folder: string, fault: string): Error {
  return new Error(
    `the shard ${path} ${fault}. Images of the pool ${folder} are read from it: put it back as it was, or remove the pool's ` +
      "folder, and it is built again from what is there",
  );
}
