import type { FromThread, ParquetContents, ParquetRequest, ToThread } from "./parquet_messages.ts";
import type { RandomAccess } from "./random_access.ts";

/** A file that has been opened: what it holds, and its rows group by group. */
export interface OpenedParquet extends ParquetContents {
  /**
   * The rows of a group with the given columns; bytes stay bytes. The group's chunks of these columns are in memory together.
   *
   * @throws Error when the file is damaged or has no such column
   */
  rows(group: number, columns: readonly string[]): Promise<Record<string, unknown>[]>;
}

/** Reads Parquet files, one at a time. */
export interface ParquetReader {
  /**
   * Reads a file's footer; `name` is what errors call it.
   *
   * @throws Error when it is none or is damaged
   */
  open(file: RandomAccess, name: string): Promise<OpenedParquet>;
  /** Ends the thread. */
  [Symbol.dispose](): void;
}

/** What a row group may take: more, and the file is damaged. */
export interface ParquetLimits {
  /** Time to decode it, ms; the time that its bytes take to come does not count. Default: 60,000. */
  patienceMs: number;
  /** Memory beyond ten times the bytes that were read of the file. Default: 1 GB. */
  memoryBytes: number;
}

const LIMITS: ParquetLimits = { patienceMs: 60_000, memoryBytes: 1e9 };
/** How often memory is looked at, ms. */
const LOOK_MS = 50;

/** Starts a thread for reading Parquet; it is started anew when a damaged file has taken more than the limits. */
export function startParquetReader(limits: ParquetLimits = LIMITS): ParquetReader {
  let thread: Worker | undefined;
  const end = () => {
    thread?.terminate();
    thread = undefined;
  };
  const ask = async (file: RandomAccess, name: string, request: ParquetRequest) => {
    thread ??= new Worker(new URL("./parquet_worker.ts", import.meta.url), { type: "module" });
    try {
      return await answered(thread, file, request, limits);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      end();
      throw new Error(`${name} cannot be read as Parquet: ${error.message}`);
    }
  };
  return {
    open: async (file, name) => {
      const open = { ask: "open", size: file.size, name } as const;
      const contents = await ask(file, name, open) as ParquetContents;
      const rows = (group: number, columns: readonly string[]) =>
        ask(file, name, { ask: "rows", group, columns }) as Promise<Record<string, unknown>[]>;
      return { ...contents, rows };
    },
    [Symbol.dispose]: end,
  };
}

/** The thread is of no more use. */
class Ended extends Error {}

/** Asks a thread, and gives it the bytes of the file that it asks for. */
function answered(
  thread: Worker,
  file: RandomAccess,
  request: ParquetRequest,
  { patienceMs, memoryBytes }: ParquetLimits,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const send = (message: ToThread) => thread.postMessage(message);
  const before = Deno.memoryUsage().rss;
  let reading = 0, bytesRead = 0, busySince = performance.now();
  const look = () => {
    if (reading > 0) busySince = performance.now();
    const late = performance.now() - busySince > patienceMs;
    const large = Deno.memoryUsage().rss - before > memoryBytes + 10 * bytesRead;
    if (late || large) reject(new Ended(`it is damaged such that reading it takes all ${late ? "time" : "memory"}`));
  };
  const give = async (of: number, start: number, end: number) => {
    reading++;
    const message = await file.read(start, end).then(
      (bytes) => ({ bytes, of }),
      (error) => ({ failure: error.message, of }),
    );
    look();
    reading--;
    bytesRead += end - start;
    send(message);
  };
  thread.onmessage = ({ data }: MessageEvent<FromThread>) => {
    if ("read" in data) void give(data.read, data.start, data.end);
    else if ("answer" in data) resolve(data.answer);
    else reject(new Error(data.failure));
  };
  thread.onerror = (event) => {
    event.preventDefault();
    reject(new Ended(event.message));
  };
  const timer = setInterval(look, LOOK_MS);
  send(request);
  return promise.finally(() => clearInterval(timer));
}
