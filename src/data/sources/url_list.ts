import { Readable } from "node:stream";
import { DatabaseSync } from "node:sqlite";
import { parse } from "csv-parse";
import { openBytes } from "../files/open.ts";
import { isUrl, placesOf } from "../files/places.ts";
import { exact } from "./cells.ts";
import { parquetRows } from "./parquet_rows.ts";
import { type SourceManifest } from "./source.ts";

/** The fields of a source that say how its lists are read. */
interface ListFormat {
  format: "tsv" | "csv" | "jsonl" | "parquet" | "sqlite";
  /** Paths or URLs, with ranges. */
  files: string;
  /** Names of the columns of a tsv or csv without a header. */
  columns?: string[];
  /** Table of an sqlite file. */
  table?: string;
  /** Rows whose columns have other values may be passed over. */
  where?: Record<string, string | number | boolean>;
}

/** The part of a manifest that says where its lists are. */
type Listed = Pick<SourceManifest, "folder" | "access" | "sampling">;

/**
 * A longer line is no line of a list: it is passed over, so that a file without line ends takes no memory.
 * Characters.
 */
const LONGEST_LINE = 1 << 20;

/** The lines of a text file, without their ends (LF or CRLF) and without a byte order mark. */
export async function* linesOf(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let tooLong = false;
  for await (const block of blocks) {
    const parts = (rest + decoder.decode(block, { stream: true })).split("\n");
    rest = parts.pop()!;
    for (const line of parts) {
      if (!tooLong && line.length <= LONGEST_LINE) yield line.replace(/\r$/, "");
      tooLong = false;
    }
    if (rest.length > LONGEST_LINE) [rest, tooLong] = ["", true];
  }
  rest += decoder.decode();
  if (rest !== "" && !tooLong) yield rest.replace(/\r$/, "");
}

type Row = Record<string, unknown>;

/**
 * The rows of a manifest's lists, one in memory at a time (of Parquet a row group), in the order of the
 * files. Of a Parquet list with `sampling.candidates` only so many are read, row groups by rank.
 *
 * @param columns those that are needed
 * @throws {Error} when a list is missing or damaged or has no such column, naming it
 */
export async function* listRows(
  manifest: Listed,
  source: ListFormat,
  columns: readonly string[],
): AsyncGenerator<Row> {
  if (source.format === "parquet") {
    yield* firstRows(parquetRows(manifest, source.files, columns), manifest.sampling?.candidates);
    return;
  }
  for (const place of placesOf(manifest.folder, source.files)) {
    for await (const row of rowsOf(place, manifest, source)) {
      const missing = columns.find((column) => !(column in row));
      if (missing !== undefined && source.format !== "jsonl") {
        throw new Error(
          `${place} has no column "${missing}"; its columns are ${
            Object.keys(row).join(", ")
          }: correct the manifest`,
        );
      }
      yield row;
    }
  }
}

async function* firstRows(rows: AsyncIterable<{ row: Row }>, count = Infinity): AsyncGenerator<Row> {
  let given = 0;
  for await (const { row } of rows) {
    yield row;
    if (++given >= count) return;
  }
}

function rowsOf(place: string, { access }: Listed, source: ListFormat): AsyncIterable<Row> | Iterable<Row> {
  if (source.format === "sqlite") return sqliteRows(place, source);
  const blocks = openBytes(place, access);
  if (source.format === "csv") return csvRows(blocks, place, source.columns);
  return source.format === "tsv" ? tsvRows(blocks, source.columns) : jsonRows(blocks);
}

/**
 * Tabs separate and nothing is quoted, as in CC12M and WIT; lines with another number of cells are passed
 * over.
 */
async function* tsvRows(blocks: AsyncIterable<Uint8Array>, columns?: readonly string[]): AsyncGenerator<Row> {
  let names = columns;
  for await (const line of linesOf(blocks)) {
    const cells = line.split("\t");
    if (!names) names = cells.map((name) => name.replace(/^\ufeff/, ""));
    else if (cells.length === names.length) {
      yield Object.fromEntries(names.map((name, i) => [name, cells[i]]));
    }
  }
}

async function* csvRows(
  blocks: AsyncIterable<Uint8Array>,
  place: string,
  columns?: readonly string[],
): AsyncGenerator<Row> {
  const parser = parse({
    columns: columns ? [...columns] : true,
    bom: true,
    skip_records_with_error: true,
    max_record_size: 1 << 20,
  });
  const input = Readable.from(blocks);
  input.on("error", (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const row of parser) yield row as Row;
  } catch (error) {
    throw new Error(`${place} cannot be read as CSV: ${(error as Error).message}`, { cause: error });
  } finally {
    input.destroy();
  }
}

/** One JSON object a line; lines that are none are passed over. */
async function* jsonRows(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Row> {
  for await (const line of linesOf(blocks)) {
    const row = parsed(line);
    if (row) yield row;
  }
}

function parsed(line: string): Row | undefined {
  try {
    const value = JSON.parse(line, /\d{16}/.test(line) ? wholeNumbers : undefined);
    return value && typeof value === "object" ? value as Row : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps whole numbers that a number would round, as ids of posts. */
function wholeNumbers(_: string, value: unknown, { source }: { source?: string } = {}): unknown {
  const isRounded = typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "");
  return isRounded ? BigInt(source!) : value;
}

function* sqliteRows(path: string, { table, columns, where = {} }: ListFormat): Generator<Row> {
  if (isUrl(path)) {
    throw new Error(`${path}: an sqlite file is read on this machine; download it and name its path`);
  }
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const conditions = Object.keys(where).map((name) => `${quoted(name)} = ?`).join(" AND ");
  const wanted = columns?.map(quoted).join(", ") ?? "*";
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    const query = database.prepare(
      `SELECT ${wanted} FROM ${quoted(table ?? "")}${conditions && ` WHERE ${conditions}`}`,
    );
    const values = Object.values(where).map((value) => typeof value === "boolean" ? Number(value) : value);
    query.setReadBigInts(true); // a whole number above 2^53 would end the rows without a word
    for (const row of query.iterate(...values)) {
      for (const [name, value] of Object.entries(row)) {
        if (typeof value === "bigint") row[name] = (exact(value) ?? value) as never;
      }
      yield row;
    }
  } catch (error) {
    throw new Error(`${path} cannot be read as SQLite: ${(error as Error).message}`, { cause: error });
  }
}
