import { Readable } from "node:stream";
import { DatabaseSync } from "node:sqlite";
import { parse } from "csv-parse";
import { z } from "zod";
import { openBytes } from "../files/open.ts";
import { isUrl, placesOf } from "../files/places.ts";
import { parquetRows } from "./parquet_rows.ts";
import { columnSchema, patternSchema, type SourceManifest } from "./source.ts";

/** Lists of URLs: the `source` of a manifest. */
export const urlListSchema = z.strictObject({
  type: z.literal("urls").describe("Lists of addresses of images, which are fetched one by one."),
  format: z.enum(["tsv", "csv", "jsonl", "parquet", "sqlite"]),
  files: patternSchema,
  columns: z.array(columnSchema).min(1).optional().describe(
    "Names of the columns of a tsv or csv without a header. Default: they stand in its first line.",
  ),
  table: columnSchema.optional().describe("Table of an sqlite file."),
  url: columnSchema.describe("Column of the address."),
  key: columnSchema.optional().describe("Column of a name for the image. Default: the address."),
  sha256: columnSchema.optional().describe(
    "Column of the hash that the file must have. Default: none is compared.",
  ),
  keep: z.array(columnSchema).optional().describe("Columns that are stored beside the image. Default: none."),
  where: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional().describe(
    "Only rows whose columns have these values.",
  ),
});

export type UrlList = z.infer<typeof urlListSchema>;

/** The part of a manifest that says how its lists are read. */
type Listed = Pick<SourceManifest, "folder" | "access" | "sampling">;

/** One line of a list of images. */
export interface ListedUrl {
  /** Names the image within its dataset. */
  key: string;
  url: string;
  /** Hash of the file's bytes, 64 hex digits. */
  sha256?: string;
  /** The columns that the manifest keeps. */
  metadata?: Record<string, unknown>;
}

/**
 * The addresses that a manifest with a source of type `urls` lists, in the lists' order, one in memory at a
 * time; each call reads the lists again. Rows that the manifest's `where` leaves out, and rows without an
 * http(s) address, are passed over.
 *
 * @throws {Error} when a list is missing or damaged or has no such column, naming it
 */
export async function* listedUrls(
  manifest: Listed,
  source: UrlList,
): AsyncGenerator<ListedUrl> {
  const { url, key = url, sha256, keep = [], where = {} } = source;
  const columns = [...new Set([url, key, ...(sha256 ? [sha256] : []), ...keep, ...Object.keys(where)])];
  for await (const row of listRows(manifest, source, columns)) {
    const wanted = Object.entries(where).every(([name, value]) => text(row[name]) === `${value}`);
    const address = text(row[url]);
    const name = text(row[key]);
    if (!wanted || name === "" || !/^https?:\/\//i.test(address)) continue;
    const hash = sha256 ? text(row[sha256]).toLowerCase() : "";
    yield {
      key: name,
      url: address,
      ...(/^[0-9a-f]{64}$/.test(hash) && { sha256: hash }),
      ...(keep.length > 0 &&
        { metadata: Object.fromEntries(keep.map((column) => [column, plain(row[column])])) }),
    };
  }
}

function text(value: unknown): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : `${value ?? ""}`;
}

/** A value that JSON can hold. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return text(value);
  return typeof value === "bigint" ? Number(value) : value;
}

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
async function* listRows(
  manifest: Listed,
  source: UrlList,
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

function rowsOf(place: string, { access }: Listed, source: UrlList): AsyncIterable<Row> | Iterable<Row> {
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
    const value = JSON.parse(line);
    return value && typeof value === "object" ? value as Row : undefined;
  } catch {
    return undefined;
  }
}

function* sqliteRows(path: string, { table, columns, where = {} }: UrlList): Generator<Row> {
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
    for (const row of query.iterate(...values)) yield row;
  } catch (error) {
    throw new Error(`${path} cannot be read as SQLite: ${(error as Error).message}`, { cause: error });
  }
}
