/**
 * The header of a safetensors file: JSON that says which tensors lie where. Nothing in it is believed
 * unchecked.
 */

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
export const WIDTHS = {
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
export type Dtype = keyof typeof WIDTHS;

/** One tensor as the header describes it. */
export interface TensorEntry {
  dtype: Dtype;
  /** Empty for a single number. */
  shape: number[];
  /** First byte and the one after the last, counted from the end of the header. */
  start: number;
  end: number;
}

/** A header's content. */
export interface Header {
  /** Texts by name, as the writer left them. */
  metadata: Record<string, string>;
  /** In the order of their data. */
  tensors: Map<string, TensorEntry>;
}

/**
 * Parses and checks a header.
 *
 * @param bytes the JSON
 * @param dataLength bytes of the file that follow the header; the tensors must fill them
 * @throws {SafetensorsError}
 */
export function parseHeader(path: string, bytes: Uint8Array, dataLength: number): Header {
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
