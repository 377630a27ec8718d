/**
 * Features in a file, read in blocks of rows, so that memory stays flat however many images there are. The
 * file is safetensors, which numpy and PyTorch read too. (Deno can't map files into memory; the operating
 * system's cache does as much for the second reading.)
 */
import { join } from "node:path";
import { checkRow, type Features } from "./features.ts";

/** Features in a file that is open. */
export interface StoredFeatures extends Features, Disposable {
  /** Hash of the images and of the way to features: see `extractFeatures`. */
  readonly identity: string;
}

const MATRIX = "features.safetensors", KEYS = "keys.txt";

/** Bytes; a damaged length must not ask for all memory. */
const LONGEST_HEADER = 10_000;

/** The file's header. */
interface Header {
  features: { dtype: "F32"; shape: [number, number]; data_offsets: [number, number] };
  labels: { dtype: "I32"; shape: [number]; data_offsets: [number, number] };
  __metadata__: { identity: string };
}

function headerBytes(rows: number, columns: number, identity: string): Uint8Array {
  const matrix = 4 * rows * columns;
  const header: Header = {
    features: { dtype: "F32", shape: [rows, columns], data_offsets: [0, matrix] },
    labels: { dtype: "I32", shape: [rows], data_offsets: [matrix, matrix + 4 * rows] },
    __metadata__: { identity },
  };
  const text = JSON.stringify(header);
  const padded = new TextEncoder().encode(text + " ".repeat((8 - text.length % 8) % 8));
  const bytes = new Uint8Array(8 + padded.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true);
  bytes.set(padded, 8);
  return bytes;
}

/** A batch of rows to be stored. */
export interface FeatureRows {
  /** [rows, columns] */
  values: Float32Array;
  labels: Int32Array;
}

/**
 * Writes features into a folder as they come. The folder appears when it is whole.
 *
 * @param keys one a row, without line breaks
 * @throws {Error} when there are more or fewer rows than keys, or the rows differ in length
 */
export async function storeFeatures(
  folder: string,
  identity: string,
  keys: readonly string[],
  batches: AsyncIterable<FeatureRows>,
): Promise<void> {
  const beside = `${folder}.building`;
  await removeIfThere(beside);
  await Deno.mkdir(beside, { recursive: true });
  try {
    await writeMatrix(join(beside, MATRIX), identity, keys.length, batches);
    await Deno.writeTextFile(join(beside, KEYS), keys.map((key) => `${key}\n`).join(""));
    await removeIfThere(folder);
    await Deno.rename(beside, folder);
  } catch (error) {
    await removeIfThere(beside);
    throw error;
  }
}

async function writeMatrix(
  path: string,
  identity: string,
  rows: number,
  batches: AsyncIterable<FeatureRows>,
): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const labels = new Int32Array(rows);
  let [filled, columns] = [0, 0];
  for await (const batch of batches) {
    const width = batch.values.length / batch.labels.length;
    if (filled === 0) await writeAll(file, headerBytes(rows, columns = width, identity));
    if (width !== columns) throw new Error(`Features of ${width} values came after features of ${columns}.`);
    if (filled + batch.labels.length > rows) {
      throw new Error(`There are ${rows} keys, but more images: give a key for each image.`);
    }
    labels.set(batch.labels, filled);
    filled += batch.labels.length;
    await writeAll(file, bytesOf(batch.values));
  }
  if (filled !== rows || rows === 0) throw new Error(`There are ${rows} keys, but ${filled} images.`);
  await writeAll(file, bytesOf(labels));
  await file.syncData();
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}

async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/**
 * Opens features that were stored in a folder.
 *
 * @returns `undefined` where there are none
 * @throws {Error} when the files are not what was stored
 */
export function openFeatures(folder: string): StoredFeatures | undefined {
  let file;
  try {
    file = Deno.openSync(join(folder, MATRIX));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return readerOf(file, folder);
  } catch (cause) {
    file.close();
    throw new Error(
      `The features in ${folder} are damaged (${(cause as Error).message}); delete the folder.`,
      {
        cause,
      },
    );
  }
}

function readerOf(file: Deno.FsFile, folder: string): StoredFeatures {
  const length = Number(new DataView(readAt(file, 0, 8).buffer).getBigUint64(0, true));
  if (length > LONGEST_HEADER) throw new Error("its header is cut short");
  const header: Header = JSON.parse(new TextDecoder().decode(readAt(file, 8, length)));
  const [rows, columns] = header.features.shape;
  const start = 8 + length;
  const labels = new Int32Array(readAt(file, start + header.labels.data_offsets[0], 4 * rows).buffer);
  const keys = Deno.readTextFileSync(join(folder, KEYS)).split("\n").slice(0, -1);
  if (keys.length !== rows) throw new Error(`${keys.length} keys for ${rows} rows`);
  const read = (indices: ArrayLike<number>) => {
    const into = new Float32Array(indices.length * columns);
    const bytes = new Uint8Array(into.buffer);
    const width = 4 * columns;
    for (const { from, at, count } of runsOf(indices, rows)) {
      fill(file, start + from * width, bytes.subarray(at * width, (at + count) * width));
    }
    return into;
  };
  const { identity } = header.__metadata__;
  return { identity, rows, columns, labels, keys, read, [Symbol.dispose]: () => file.close() };
}

/**
 * Indices that follow each other, as one: row `from` is wanted at place `at`, and the next `count - 1` after
 * it.
 */
function* runsOf(indices: ArrayLike<number>, rows: number) {
  for (let at = 0; at < indices.length;) {
    let count = 1;
    while (at + count < indices.length && indices[at + count] === indices[at] + count) count++;
    checkRow(indices[at], rows);
    checkRow(indices[at] + count - 1, rows);
    yield { from: indices[at], at, count };
    at += count;
  }
}

function readAt(file: Deno.FsFile, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  fill(file, offset, bytes);
  return bytes;
}

function fill(file: Deno.FsFile, offset: number, bytes: Uint8Array): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let have = 0; have < bytes.length;) {
    const got = file.readSync(bytes.subarray(have));
    if (got === null) throw new Error("it is cut short");
    have += got;
  }
}
