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

/** Writes one message as bytes. */
export function packFrame(header: unknown, body: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body.length);
  const lengths = new DataView(bytes.buffer);
  lengths.setUint32(0, text.length, true);
  lengths.setUint32(4, body.length, true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

/** Longest message, bytes: a length above it is corrupt. */
const LONGEST = 1 << 30;

/**
 * Reads the messages of a stream. It ends with the stream, also in the middle of a message: the other process
 * has ended.
 *
 * @throws {Error} when the bytes are no message
 */
export async function* readFrames<Header>(stream: ReadableStream<Uint8Array>): AsyncGenerator<Frame<Header>> {
  const take = taker(stream);
  while (true) {
    const lengths = await take(8);
    if (!lengths) return;
    const view = new DataView(lengths.buffer, lengths.byteOffset, 8);
    const [header, bytes] = [view.getUint32(0, true), view.getUint32(4, true)];
    if (header > LONGEST || bytes > LONGEST) {
      throw new Error(`A message of ${header} + ${bytes} bytes is longer than any.`);
    }
    const text = await take(header);
    const body = await take(bytes);
    if (!text || !body) return;
    yield { header: JSON.parse(new TextDecoder().decode(text)), body };
  }
}

/** An input, for example standard input; `null` means its end. */
interface SyncReader {
  readSync(into: Uint8Array): number | null;
}

/** Reads the bodies of an input's messages, one after the other, and blocks the process between them. */
export function* readBodiesSync(input: SyncReader): Generator<Uint8Array> {
  while (true) {
    const lengths = takeSync(input, 8);
    if (!lengths) return;
    const view = new DataView(lengths.buffer);
    const header = takeSync(input, view.getUint32(0, true));
    const body = takeSync(input, view.getUint32(4, true));
    if (!header || !body) return;
    yield body;
  }
}

function takeSync(input: SyncReader, length: number): Uint8Array | undefined {
  const taken = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const read = input.readSync(taken.subarray(filled));
    if (read === null) return undefined;
    filled += read;
  }
  return taken;
}

/** Takes the next bytes of a stream, as many as are asked for; undefined at its end. */
function taker(stream: ReadableStream<Uint8Array>): (length: number) => Promise<Uint8Array | undefined> {
  const reader = stream.getReader();
  let rest = new Uint8Array();
  return async (length) => {
    const taken = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (rest.length === 0) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        rest = value as Uint8Array<ArrayBuffer>;
      }
      const part = rest.subarray(0, length - filled);
      taken.set(part, filled);
      rest = rest.subarray(part.length);
      filled += part.length;
    }
    return taken;
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
