import { Buffer } from "node:buffer";
import { deserialize, serialize } from "node:v8";
import { besideModule } from "../../disk/mod.ts";
import type { RandomAccess } from "./open.ts";

/** A file that has been opened: what it holds, and its rows group by group. */
interface OpenedParquet extends ParquetContents {
  /**
   * The rows of a group with the given columns; bytes stay bytes. The group's chunks of these columns are in
   * memory together.
   *
   * @throws {Error} when the file is damaged or has no such column
   */
  rows(group: number, columns: readonly string[]): Promise<Record<string, unknown>[]>;
}

/** Reads Parquet files, one at a time. */
export interface ParquetReader {
  /**
   * Reads a file's footer; `name` is what errors call it.
   *
   * @throws {Error} when it is none or is damaged
   */
  open(file: RandomAccess, name: string): Promise<OpenedParquet>;
  /** Ends its process. */
  [Symbol.dispose](): void;
}

/**
 * A row group that takes longer to decode is damaged, ms; the time that its bytes take to come does not
 * count.
 */
const PATIENCE_MS = 60_000;
/** Memory for what is decoded, MB; a process that needs more is ended. Bytes of images are beside it. */
const HEAP_MB = 1024;
const LOOK_MS = 50;

/**
 * Starts a reader of Parquet in a process of its own: a damaged file can keep the reader busy for ever, or
 * take all memory. After `patienceMs` the process is ended, and the next file starts another.
 */
export function startParquetReader(patienceMs = PATIENCE_MS): ParquetReader {
  let process: ReaderProcess | undefined;
  const end = () => {
    process?.end();
    process = undefined;
  };
  const ask = async (file: RandomAccess, name: string, request: ParquetRequest) => {
    process ??= startProcess();
    try {
      return await answered(process, file, request, patienceMs);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      end();
      throw new Error(
        `${name} cannot be read as Parquet: it is damaged such that reading it ${error.message}`,
      );
    }
  };
  return {
    open: async (file, name) => {
      const contents = await ask(file, name, { ask: "open", size: file.size, name }) as ParquetContents;
      const rows = (group: number, columns: readonly string[]) =>
        ask(file, name, { ask: "rows", group, columns }) as Promise<Record<string, unknown>[]>;
      return { ...contents, rows };
    },
    [Symbol.dispose]: end,
  };
}

/** The process is of no more use. */
class Ended extends Error {}

interface ReaderProcess {
  send(message: ToProcess): void;
  messages: AsyncGenerator<FromProcess>;
  end(): void;
}

function startProcess(): ReaderProcess {
  const program = besideModule(import.meta.url, "./parquet_process.ts");
  const flags = ["--quiet", "--no-prompt", "--no-check", `--v8-flags=--max-old-space-size=${HEAP_MB}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, "--allow-read", "--allow-env", program],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  return {
    // A process that has ended gives no answer either.
    send: (message) => void input.write(packMessage(message)).catch(() => {}),
    messages: readMessages(child.stdout),
    end: () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      input.abort().catch(() => {});
    },
  };
}

/** Asks the process, and gives it the bytes of the file that it asks for. */
async function answered(
  { send, messages, end }: ReaderProcess,
  file: RandomAccess,
  request: ParquetRequest,
  patienceMs: number,
): Promise<unknown> {
  let reading = 0, late = false, busySince = performance.now();
  const timer = setInterval(() => {
    if (reading > 0) busySince = performance.now();
    late = performance.now() - busySince > patienceMs;
    if (late) end();
  }, LOOK_MS);
  const give = async (of: number, start: number, stop: number) => {
    reading++;
    const message = await file.read(start, stop).then(
      (bytes) => ({ bytes, of }),
      (error) => ({ failure: error.message, of }),
    );
    reading--;
    busySince = performance.now();
    send(message);
  };
  try {
    send(request);
    while (true) {
      const { value, done } = await messages.next();
      if (done) throw new Ended(late ? "does not end" : "takes all memory");
      if ("answer" in value) return value.answer;
      if ("failure" in value) throw new Error(value.failure);
      void give(value.read, value.start, value.end);
    }
  } finally {
    clearInterval(timer);
  }
}

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
      if (blocks[0].length < 4) blocks = [Buffer.concat(blocks)];
      const { buffer, byteOffset } = blocks[0];
      const end = 4 + new DataView(buffer, byteOffset, 4).getUint32(0, true);
      if (have < end) break;
      const all = Buffer.concat(blocks);
      yield deserialize(all.subarray(4, end)) as Message;
      blocks = [all.subarray(end)];
      have -= end;
    }
  }
}
