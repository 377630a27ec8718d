/**
 * `index.jsonl` of a pool has a line an image. It is read when it is needed and not kept, since it may be
 * larger than memory.
 */

import { readFully } from "../../disk/mod.ts";

/** One image of a pool: one line of `index.jsonl`, in the order of `images.bin`. */
export interface PoolImage {
  /** Names the image within its pool. */
  key: string;
  /** Only in a pool of several datasets: the image's own, whose name and a slash its key begins with. */
  dataset?: string;
  /** Images of equal group are versions of one drawing. See `groupOf`. */
  group: string;
  /** Number of its semantic class, where the dataset has classes. */
  label?: number;
  /** Official split, where the dataset has one. */
  split?: string;
  /** sha256 of its stored pixels, of its JPEG file, or of a drawing before its jitter, hex. */
  sha256: string;
  /** See `perceptualHash`. */
  perceptualHash: string;
  /**
   * Whether it is a photograph. Photographs with nearly equal perceptual hashes count as the same; drawings
   * often differ in little.
   */
  photograph?: true;
  /** Only of a drawing: 16 x 16 px of grey on its grid, base64. See `resembling`. */
  look?: string;
  /** Only for a JPEG file: its first byte in `images.bin` or in its shard, and its length. */
  bytes?: [offset: number, length: number];
  /**
   * Only for a JPEG file that lies in a shard of the source: the shard's number among the header's `shards`.
   */
  shard?: number;
  /** Only for a JPEG file: px. */
  size?: [width: number, height: number];
}

/**
 * The images of a pool, by index. An array of images is one too; a pool on disk reads its index line by line,
 * or a single line.
 */
export interface PoolImages extends Iterable<PoolImage> {
  /** How many. */
  readonly length: number;
  /** The image of that index, from 0; undefined where there is none. */
  at(index: number): PoolImage | undefined;
}

/** The images that the index in a folder describes, `length` of them. */
export function indexedImages(folder: string, length: number): PoolImages {
  const path = `${folder}/index.jsonl`;
  let starts: Float64Array | undefined; // 8 bytes an image are kept, once one is asked for by its index
  return {
    length,
    at: (index) => {
      if (!(index >= 0 && index < length)) return undefined;
      starts ??= lineStarts(path, length);
      return JSON.parse(readText(path, starts[index], starts[index + 1]));
    },
    *[Symbol.iterator]() {
      for (const line of linesOf(path)) yield JSON.parse(line);
    },
  };
}

/** The images of several datasets one after another, each with the name of its dataset. */
export function joinedImages(parts: readonly { name: string; images: PoolImages }[]): PoolImages {
  const named = (dataset: string, image: PoolImage) => ({
    ...image,
    key: `${dataset}/${image.key}`,
    dataset,
  });
  return {
    length: parts.reduce((sum, { images }) => sum + images.length, 0),
    at: (index) => {
      for (const { name, images } of parts) {
        if (index < images.length) {
          const image = images.at(index);
          return image && named(name, image);
        }
        index -= images.length;
      }
      return undefined;
    },
    *[Symbol.iterator]() {
      for (const { name, images } of parts) for (const image of images) yield named(name, image);
    },
  };
}

/** Some images of others, by their places there, which rise. */
export function someImages(images: PoolImages, places: Int32Array): PoolImages {
  return {
    length: places.length,
    at: (index) => images.at(places[index]),
    *[Symbol.iterator]() {
      let place = 0, next = 0;
      for (const image of images) {
        if (next === places.length) return;
        if (place++ !== places[next]) continue;
        next++;
        yield image;
      }
    },
  };
}

/** The indices of the images that have these keys, by key; all are found in one pass. */
export function indicesByKey(
  images: Iterable<Pick<PoolImage, "key">>,
  keys: Iterable<string>,
): Map<string, number> {
  const wanted = new Set(keys);
  const indices = new Map<string, number>();
  let index = 0;
  for (const { key } of images) {
    if (wanted.has(key)) indices.set(key, index);
    index++;
  }
  return indices;
}

const BLOCK = 1 << 18;
const NEWLINE = 10;

/** The blocks of a file, all in one array. */
function* blocksOf(path: string): Generator<Uint8Array> {
  using file = Deno.openSync(path);
  const block = new Uint8Array(BLOCK);
  for (let read = file.readSync(block); read !== null; read = file.readSync(block)) {
    yield block.subarray(0, read);
  }
}

/** The lines of a text file that are not empty. */
function* linesOf(path: string): Generator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for (const block of blocksOf(path)) {
    const lines = (rest + decoder.decode(block, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line !== "") yield line;
  }
  if (rest !== "") yield rest;
}

/** Where each of `count` lines starts, and where the last one ends, bytes. */
function lineStarts(path: string, count: number): Float64Array {
  const starts = new Float64Array(count + 1);
  let line = 1, before = 0;
  for (const block of blocksOf(path)) {
    for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, at + 1)) {
      starts[line++] = before + at + 1;
    }
    before += block.length;
  }
  return starts;
}

function readText(path: string, start: number, end: number): string {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(end - start);
  readFully(file, path, start, bytes);
  return new TextDecoder().decode(bytes);
}
