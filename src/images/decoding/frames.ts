/**
 * Messages between this process and those that decode: two lengths (32 bits, little-endian), a header in
 * JSON, and bytes.
 */
import type { ImageFailureReason } from "./image_failure.ts";

/** One message. */
export interface Frame<Header> {
  header: Header;
  body: Uint8Array;
}

/**
 * The beginning of a message as bytes: what stands before its body. The body is written by itself, so that it
 * is not copied.
 */
export function frameStart(header: unknown, bodyLength: number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length);
  const lengths = new DataView(bytes.buffer);
  lengths.setUint32(0, text.length, true);
  lengths.setUint32(4, bodyLength, true);
  bytes.set(text, 8);
  return bytes;
}

/** Longest message, bytes: a length above it is corrupt. */
const LONGEST = 1 << 30;

/** Reads bytes into an array, as many as have come; `null` means that there will be no more. */
type Read = (into: Uint8Array<ArrayBuffer>) => Promise<number | null> | number | null;

/**
 * Reads the messages of an input. It ends with the input, also in the middle of a message: the other process
 * has ended.
 *
 * @throws {Error} when the bytes are no message
 */
export async function* readFrames<Header>(read: Read): AsyncGenerator<Frame<Header>> {
  while (true) {
    const lengths = await take(read, 8);
    if (!lengths) return;
    const view = new DataView(lengths.buffer);
    const [header, bytes] = [view.getUint32(0, true), view.getUint32(4, true)];
    if (header > LONGEST || bytes > LONGEST) {
      throw new Error(`A message of ${header} + ${bytes} bytes is longer than any.`);
    }
    const rest = await take(read, header + bytes);
    if (!rest) return;
    const text = new TextDecoder().decode(rest.subarray(0, header));
    yield { header: JSON.parse(text), body: rest.subarray(header) };
  }
}

/** So many bytes; undefined when the input ends before. */
async function take(read: Read, length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const taken = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const count = await read(taken.subarray(filled));
    if (count === null) return undefined;
    filled += count;
  }
  return taken;
}

/** Bytes of a stream that are read at a time: as many as a pipe holds. */
const BLOCK = 2 ** 16;

/** A stream of bytes to be read as {@link readFrames} does; each read takes the same memory. */
export function readerOf(stream: ReadableStream<Uint8Array>): Read {
  const reader = stream.getReader({ mode: "byob" });
  let block = new ArrayBuffer(BLOCK);
  return async (into) => {
    const { value, done } = await reader.read(new Uint8Array(block, 0, Math.min(into.length, BLOCK)));
    if (done) return null;
    into.set(value);
    block = value.buffer;
    return value.length;
  };
}

/** The limits that a process is started with, beside the settings of its program. */
export interface DecoderLimits {
  /** Longest time for one image, ms. */
  decodeMs: number;
  /** Most memory that one image may take, MB. */
  memoryMb: number;
}

/** Header of an answer; the first answer says that the process listens. */
export type DecoderAnswer<Facts> =
  | { ready: true }
  | { facts: Facts }
  | { reason: ImageFailureReason; detail: string };
