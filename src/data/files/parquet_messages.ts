import { deserialize, serialize } from "node:v8";

/** A request to the process that reads Parquet. */
export type ParquetRequest =
  /** The footer of a file of so many bytes, which `name` calls in errors. Answer: {@link ParquetContents}. */
  | { ask: "open"; size: number; name: string }
  /** The rows of a group of the file that was opened last. */
  | { ask: "rows"; group: number; columns: readonly string[] };

/** The contents of a file. */
export interface ParquetContents {
  /** Names of the top columns. */
  columns: string[];
  /** Number of rows of each row group. */
  groups: number[];
}

/** From the process: bytes of the file that it needs, or its answer to the request. */
export type FromProcess =
  | { read: number; start: number; end: number }
  | { answer: unknown }
  | { failure: string };

/** To the process: a request, or bytes that it asked for. */
export type ToProcess =
  | ParquetRequest
  | { bytes: Uint8Array; of: number }
  | { failure: string; of: number };

/** A message as bytes: its length (32 bits, little-endian), and the value as structured cloning writes it. */
export function packMessage(message: unknown): Uint8Array {
  const body = serialize(message);
  const packed = new Uint8Array(4 + body.length);
  new DataView(packed.buffer).setUint32(0, body.length, true);
  packed.set(body, 4);
  return packed;
}

/** The messages of a stream, until it ends, also in the middle of one. */
export async function* readMessages<Message>(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  let blocks: Uint8Array[] = [];
  let have = 0;
  for await (const block of stream) {
    blocks.push(block);
    have += block.length;
    while (have >= 4) {
      if (blocks[0].length < 4) blocks = [joined(blocks)];
      const { buffer, byteOffset } = blocks[0];
      const end = 4 + new DataView(buffer, byteOffset, 4).getUint32(0, true);
      if (have < end) break;
      const all = joined(blocks);
      yield deserialize(all.subarray(4, end)) as Message;
      blocks = [all.subarray(end)];
      have -= end;
    }
  }
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
