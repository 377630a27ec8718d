/** `index.jsonl` of a pool, read line by line: it may be larger than a string can be. */

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
  /** sha256 of its stored pixels, or of its JPEG file, hex. */
  sha256: string;
  /** See `perceptualHash`. */
  perceptualHash: string;
  /** Whether it is a photograph: then images with nearly equal perceptual hashes count as the same. Drawings often differ in little. */
  photograph?: true;
  /** Of a JPEG file: its first byte in `images.bin` and its length. */
  bytes?: [offset: number, length: number];
  /** Of a JPEG file: px. */
  size?: [width: number, height: number];
}

/** Where the JPEG files of a pool lie in `images.bin`, and their images' sizes: 16 bytes an image. */
export interface JpegPlaces {
  /** First byte of each file. */
  offsets: Float64Array;
  /** Bytes of each. */
  lengths: Uint32Array;
  /** px. */
  widths: Uint16Array;
  heights: Uint16Array;
}

/** All of the index. */
export function readIndex(folder: string): PoolImage[] {
  return Array.from(linesOf(`${folder}/index.jsonl`), (line) => JSON.parse(line));
}

/**
 * Only the places, of `count` images.
 *
 * @throws Error when an image has none
 */
export function readJpegPlaces(folder: string, count: number): JpegPlaces {
  const places: JpegPlaces = {
    offsets: new Float64Array(count),
    lengths: new Uint32Array(count),
    widths: new Uint16Array(count),
    heights: new Uint16Array(count),
  };
  let i = 0;
  for (const line of linesOf(`${folder}/index.jsonl`)) {
    const { bytes, size }: PoolImage = JSON.parse(line);
    if (!bytes || !size) throw new Error(`${folder}/index.jsonl: line ${i + 1} lacks "bytes" or "size"`);
    [places.offsets[i], places.lengths[i]] = bytes;
    [places.widths[i], places.heights[i]] = size;
    i++;
  }
  return places;
}

const BLOCK = 1 << 20;

/** The lines of a text file that are not empty. */
function* linesOf(path: string): Generator<string> {
  using file = Deno.openSync(path);
  const decoder = new TextDecoder();
  const block = new Uint8Array(BLOCK);
  let rest = "";
  for (let read = file.readSync(block); read !== null; read = file.readSync(block)) {
    const lines = (rest + decoder.decode(block.subarray(0, read), { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line !== "") yield line;
  }
  if (rest !== "") yield rest;
}
