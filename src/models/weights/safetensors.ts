/**
 * Tensors in a file, in the safetensors format (https://huggingface.co/docs/safetensors): the length of the
 * header (8 bytes, little-endian), the header (JSON), the data. Files come from anywhere, so nothing is taken
 * from one that was not checked.
 */

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

/**
 * A file that is not safetensors, or is damaged; the message names the file, the tensor, and what is wrong.
 */
export class SafetensorsError extends Error {
  override name = "SafetensorsError";

  /** The message without the file's name. */
  readonly fault: string;

  /** @param tensor name of the tensor that is at fault, where it is one */
  constructor(path: string, what: string, tensor?: string) {
    const fault = `${tensor === undefined ? "" : `tensor ${quoted(tensor)}: `}${what}.`;
    super(`${path}: ${fault}`);
    this.fault = fault;
  }
}

/** A name or value of a file in a message: as JSON has it, and not a page of it. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** Bytes of one value of each type that is read. */
const WIDTHS = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** Type of a tensor's values, by the format's name. */
type Dtype = keyof typeof WIDTHS;

/** One tensor as the header describes it. */
interface TensorEntry {
  dtype: Dtype;
  /** Empty for a single number. */
  shape: number[];
  /** First byte and the one after the last, counted from the end of the header. */
  start: number;
  end: number;
}

/** A header's content. */
interface Header {
  /** Texts by name, as the writer left them. */
  metadata: Record<string, string>;
  /** In the order of their data. */
  tensors: Map<string, TensorEntry>;
}

/**
 * Parses and checks a header: JSON that says which tensors lie where. Nothing in it is believed unchecked.
 *
 * @param bytes the JSON
 * @param dataLength bytes of the file that follow the header; the tensors must fill them
 * @throws {SafetensorsError} when something in it is not so
 */
function parseHeader(path: string, bytes: Uint8Array, dataLength: number): Header {
  const { __metadata__: metadata = {}, ...entries } = parseJson(path, bytes);
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) {
    throw new SafetensorsError(path, "its __metadata__ is not an object of texts");
  }
  const tensors = Object.entries(entries)
    .map(([name, entry]) => [name, checkEntry(path, name, entry)] as const)
    .sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let filled = 0;
  for (const [name, { start, end }] of tensors) {
    if (start !== filled) {
      const fault = start < filled
        ? "overlaps the tensor before it"
        : `leaves ${start - filled} bytes unused`;
      throw new SafetensorsError(path, `its data begins at byte ${start} and ${fault}`, name);
    }
    if (end > dataLength) {
      throw new SafetensorsError(
        path,
        `its data ends at byte ${end}, the file's at ${dataLength}: it is cut short`,
        name,
      );
    }
    filled = end;
  }
  if (filled !== dataLength) {
    throw new SafetensorsError(path, `${dataLength - filled} bytes at its end belong to no tensor`);
  }
  return { metadata: metadata as Record<string, string>, tensors: new Map(tensors) };
}

function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
    refuseRepeatedKeys(text);
  } catch (cause) {
    throw new SafetensorsError(path, `its header is not JSON (${(cause as Error).message})`);
  }
  if (!isObject(header)) throw new SafetensorsError(path, "its header is not a JSON object");
  return header;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * `JSON.parse` takes the last of two values of one key, other readers the first: such a file is read by
 * nobody.
 */
function refuseRepeatedKeys(json: string): void {
  const objects: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === "{") objects.push(new Set());
    else if (json[i] === "}") objects.pop();
    else if (json[i] === '"') {
      const begin = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === "\\") i++;
      if (!isFollowedByColon(json, i + 1)) continue;
      const key = JSON.parse(json.slice(begin, i + 1));
      if (objects.at(-1)!.has(key)) throw new Error(`${quoted(key)} stands in it twice`);
      objects.at(-1)!.add(key);
    }
  }
}

function isFollowedByColon(json: string, at: number): boolean {
  while (" \t\r\n".includes(json[at])) at++;
  return json[at] === ":";
}

function checkEntry(path: string, name: string, entry: unknown): TensorEntry {
  const refuse = (what: string) => new SafetensorsError(path, what, name);
  if (!isObject(entry)) throw refuse(`${quoted(entry)} is not its description`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(WIDTHS, dtype)) {
    throw refuse(`its dtype is ${quoted(dtype)}; known are ${Object.keys(WIDTHS).join(", ")}`);
  }
  if (!isSizes(shape)) throw refuse(`its shape is ${quoted(shape)}, not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw refuse(`its data_offsets are ${quoted(offsets)}, not a first byte and an end`);
  }
  const [start, end] = offsets;
  const size = shape.reduce((product, side) => product * side, WIDTHS[dtype as Dtype]);
  if (!Number.isSafeInteger(size) || size !== end - start) {
    throw refuse(`${dtype} of shape ${quoted(shape)} takes ${size} bytes, its data has ${end - start}`);
  }
  return { dtype: dtype as Dtype, shape, start, end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
