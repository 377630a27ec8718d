/**
 * Tensors in a file, in the safetensors format (https://huggingface.co/docs/safetensors): the length of the
 * header (8 bytes, little-endian), the header (JSON), the data. Files come from anywhere, so nothing is taken
 * from one that was not checked.
 */
import { type Dtype, parseHeader, SafetensorsError, type TensorEntry, WIDTHS } from "./safetensors_header.ts";

/** A tensor's values. Floating-point types of any width are read as float32, truth values as 0 and 1. */
type TensorValues =
  | Float32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** An open file whose header has been read and checked. */
export interface SafetensorsFile {
  readonly path: string;
  /** Texts by name, as the writer left them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Every tensor by name, in the order of the data. */
  readonly tensors: ReadonlyMap<string, Readonly<TensorEntry>>;
  /**
   * Reads one tensor, row by row.
   *
   * @throws {SafetensorsError} when there is none of that name, or the file has become shorter
   */
  read(name: string): TensorValues;
  /** Closes the file. */
  [Symbol.dispose](): void;
}

/** A longer header is refused, as by the format's own library. */
const LONGEST_HEADER = 100_000_000;

const bfloat16 = (data: ArrayBuffer) =>
  new Float32Array(Uint32Array.from(new Uint16Array(data), (bits) => bits << 16).buffer);

const VALUES: Readonly<Record<Dtype, (data: ArrayBuffer) => TensorValues>> = {
  F64: (data) => new Float32Array(new Float64Array(data)),
  I64: (data) => new BigInt64Array(data),
  U64: (data) => new BigUint64Array(data),
  F32: (data) => new Float32Array(data),
  I32: (data) => new Int32Array(data),
  U32: (data) => new Uint32Array(data),
  F16: (data) => new Float32Array(new Float16Array(data)),
  BF16: bfloat16,
  I16: (data) => new Int16Array(data),
  U16: (data) => new Uint16Array(data),
  I8: (data) => new Int8Array(data),
  U8: (data) => new Uint8Array(data),
  BOOL: (data) => new Uint8Array(data),
};

/**
 * Opens a safetensors file. Only its header is read; {@link SafetensorsFile.read} then reads one tensor at a
 * time, so that the file is never held beside its own tensors.
 *
 * @throws {SafetensorsError} when the file is not safetensors or is damaged
 * @throws {Deno.errors.NotFound} when there is no such file
 */
export function openSafetensors(path: string): SafetensorsFile {
  const file = Deno.openSync(path);
  try {
    const { headerLength, dataLength } = lengths(path, file);
    const { metadata, tensors } = parseHeader(path, readBytes(path, file, 8, headerLength), dataLength);
    const read = (name: string) => {
      const entry = tensors.get(name);
      if (!entry) throw new SafetensorsError(path, "there is no such tensor", name);
      const { dtype, start, end } = entry;
      return VALUES[dtype](readBytes(path, file, 8 + headerLength + start, end - start).buffer);
    };
    return { path, metadata, tensors, read, [Symbol.dispose]: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Reads one tensor of a floating-point type, row by row.
 *
 * @throws {SafetensorsError} as {@link SafetensorsFile.read}, and when the values are of another type
 */
export function readFloats(file: SafetensorsFile, name: string): Float32Array<ArrayBuffer> {
  const values = file.read(name);
  if (values instanceof Float32Array) return values;
  const { dtype } = file.tensors.get(name)!;
  throw new SafetensorsError(file.path, `its values are ${dtype}, not floating-point numbers`, name);
}

function lengths(path: string, file: Deno.FsFile) {
  const { isFile, size } = file.statSync();
  if (!isFile) throw new SafetensorsError(path, "it is not a file");
  if (size < 8) throw new SafetensorsError(path, `it has ${size} bytes, too few for a header`);
  const told = new DataView(readBytes(path, file, 0, 8).buffer).getBigUint64(0, true);
  if (told > LONGEST_HEADER) {
    throw new SafetensorsError(path, `its header claims ${told} bytes: not safetensors`);
  }
  const headerLength = Number(told);
  if (headerLength > size - 8) {
    throw new SafetensorsError(
      path,
      `its header claims ${told} bytes, the file has ${size - 8} more: it is cut short`,
    );
  }
  return { headerLength, dataLength: size - 8 - headerLength };
}

function readBytes(path: string, file: Deno.FsFile, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  file.seekSync(at, Deno.SeekMode.Start);
  for (let have = 0; have < length;) {
    const got = file.readSync(bytes.subarray(have));
    if (got === null) throw new SafetensorsError(path, "it ended early: was it changed while in use?");
    have += got;
  }
  return bytes;
}

/** A tensor to write: its shape, and as many values, row by row. */
export interface TensorToWrite {
  shape: readonly number[];
  values: Float32Array | BigInt64Array;
}

/**
 * Writes a safetensors file: float32 as F32, 64-bit integers as I64. The bytes are on the disk when it
 * returns.
 *
 * @param tensors by name; data lies in this order, 64-bit tensors first, so that every value is aligned
 * @throws {Error} when a shape and its values differ in size, a name stands twice, or the file cannot be
 *   written (part of it may be there)
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const ordered = [...tensors].sort(([, a], [, b]) =>
    b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT
  );
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  await writeAll(file, headerOf(ordered, metadata));
  for (const [, { values }] of ordered) {
    await writeAll(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  await file.syncData();
}

function headerOf(
  tensors: (readonly [string, TensorToWrite])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  let offset = 0;
  const entries = tensors.map(([name, { shape, values }]) => {
    if (shape.reduce((product, side) => product * side, 1) !== values.length) {
      throw new Error(`The tensor "${name}" of shape [${shape}] has ${values.length} values.`);
    }
    const dtype: Dtype = values instanceof Float32Array ? "F32" : "I64";
    return [name, { dtype, shape, data_offsets: [offset, offset += values.length * WIDTHS[dtype]] }];
  });
  const header = Object.fromEntries([["__metadata__", metadata], ...entries]);
  if (Object.keys(header).length !== tensors.length + 1) {
    throw new Error("Two tensors have the same name, or one has that of the metadata, __metadata__.");
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const padded = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  padded.set(text, 8);
  return padded;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}
