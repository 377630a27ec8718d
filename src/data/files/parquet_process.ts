/**
 * A process that reads Parquet: a damaged file can keep the reader busy for ever or take all memory, and a
 * process can be ended.
 */
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import {
  type FromProcess,
  packMessage,
  type ParquetContents,
  type ParquetRequest,
  readMessages,
  type ToProcess,
} from "./parquet.ts";
import type { RandomAccess } from "./open.ts";

/** A Parquet file that has been opened, in the process that decodes it. */
interface ParquetFile extends ParquetContents {
  /** See `OpenedParquet`. */
  rows(group: number, columns: readonly string[]): Promise<Record<string, unknown>[]>;
}

/** Rows of a group that are read at once at most: a group of a damaged file may claim any number. */
const MOST_ROWS = 20_000_000;

/**
 * Reads the footer of a Parquet file.
 *
 * @param name what errors call it
 * @throws {Error} when it is none or is damaged
 */
async function openParquet(
  file: Pick<RandomAccess, "size" | "read">,
  name: string,
): Promise<ParquetFile> {
  const buffer: AsyncBuffer = {
    byteLength: file.size,
    slice: async (start, end = file.size) => {
      const from = start < 0 ? file.size + start : start;
      if (!(from >= 0 && end <= file.size && from <= end)) throw new Error(`it points outside of itself`);
      return (await file.read(from, end)).buffer;
    },
  };
  const metadata = await named(name, () => parquetMetadataAsync(buffer));
  const columns = await named(
    name,
    () => parquetSchema(metadata).children.map(({ element }) => element.name),
  );
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  if (groups.some((rows) => !(rows >= 0 && rows <= MOST_ROWS))) {
    throw new Error(`${name} is damaged: a row group of ${Math.max(...groups)} rows`);
  }
  return {
    columns,
    groups,
    rows: (group, wanted) => {
      for (const column of wanted) checkColumn(column, columns, name);
      return named(name, () => readGroup(buffer, metadata, groups, group, wanted));
    },
  };
}

async function readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  groups: readonly number[],
  group: number,
  columns: readonly string[],
): Promise<Record<string, unknown>[]> {
  const rowStart = groups.slice(0, group).reduce((sum, rows) => sum + rows, 0);
  const rowEnd = rowStart + groups[group];
  return await parquetReadObjects({
    file,
    metadata,
    columns: [...columns],
    rowStart,
    rowEnd,
    compressors,
    utf8: false,
  });
}

function checkColumn(column: string, columns: readonly string[], name: string): void {
  if (columns.includes(column)) return;
  throw new Error(
    `${name} has no column "${column}"; its columns are ${columns.join(", ")}: correct the manifest`,
  );
}

/** Adds the name of the file to an error of the reader. */
async function named<T>(name: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new Error(`${name} cannot be read as Parquet: ${(error as Error).message}`, { cause: error });
  }
}

let file: ParquetFile | undefined;
let reads = 0;
const waiting = new Map<number, PromiseWithResolvers<Uint8Array<ArrayBuffer>>>();
const output = Deno.stdout.writable.getWriter();

const send = (message: FromProcess) => output.write(packMessage(message));

/** Bytes of the file, from the process that has opened it. */
function read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  waiting.set(++reads, answer);
  void send({ read: reads, start, end });
  return answer.promise;
}

async function answerTo(request: ParquetRequest): Promise<unknown> {
  if (request.ask === "rows") return await file!.rows(request.group, request.columns);
  file = await openParquet({ size: request.size, read }, request.name);
  return { columns: file.columns, groups: file.groups };
}

if (import.meta.main) {
  // Ctrl-C reaches every process of the terminal: this one ends with its input.
  Deno.addSignalListener("SIGINT", () => {});
  // The reader does not always await bytes that it has asked for ahead.
  globalThis.addEventListener("unhandledrejection", (event) => event.preventDefault());
  for await (const message of readMessages<ToProcess>(Deno.stdin.readable)) {
    if ("ask" in message) {
      answerTo(message).then((answer) => send({ answer }), (error) => send({ failure: error.message }));
      continue;
    }
    const read = waiting.get(message.of)!;
    waiting.delete(message.of);
    // Copied: the bytes of a message lie within those of the stream.
    if ("bytes" in message) read.resolve(new Uint8Array(message.bytes));
    else read.reject(new Error(message.failure));
  }
  Deno.exit(0);
}
