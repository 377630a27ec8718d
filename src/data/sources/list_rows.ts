import { Readable } from "node:stream";
import { DatabaseSync } from "node:sqlite";
import { parse } from "csv-parse";
import { linesOf } from "../files/lines.ts";
import { openBytes } from "../files/open.ts";
import { isUrl, placesOf } from "../files/places.ts";
import type { Manifest } from "../manifest.ts";
import type { SourceOf } from "../source_schema.ts";
import { parquetRows } from "./parquet.ts";

type Lists = SourceOf<"urls">;
type Row = Record<string, unknown>;
type Place = Pick<Manifest, "folder" | "access" | "sampling">;

/**
 * The rows of a manifest's lists, one in memory at a time (of Parquet a row group), in the order of the files. Of a Parquet list with
 * `sampling.candidates` only so many are read, row groups by rank.
 *
 * @param columns those that are needed
 * @throws Error when a list is missing or damaged or has no such column, naming it
 */
export async function* listRows(manifest: Place, source: Lists, columns: readonly string[]): AsyncGenerator<Row> {
  if (source.format === "parquet") {
    yield* firstRows(parquetRows(manifest, source.files, columns), manifest.sampling?.candidates);
    return;
  }
  for (const place of placesOf(manifest.folder, source.files)) {
    for await (const row of rowsOf(place, manifest, source)) {
      const missing = columns.find((column) => !(column in row));
      if (missing !== undefined && source.format !== "jsonl") {
        throw new Error(
          `${place} has no column "${missing}"; its columns are ${Object.keys(row).join(", ")}: correct the manifest`,
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

function rowsOf(place: string, { access }: Place, source: Lists): AsyncIterable<Row> | Iterable<Row> {
  if (source.format === "sqlite") return sqliteRows(place, source);
  const blocks = openBytes(place, access);
  if (source.format === "csv") return csvRows(blocks, place, source.columns);
  return source.format === "tsv" ? tsvRows(blocks, source.columns) : jsonRows(blocks);
}

/** Tabs separate and nothing is quoted, as in CC12M and WIT; lines with another number of cells are passed over. */
async function* tsvRows(blocks: AsyncIterable<Uint8Array>, columns?: readonly string[]): AsyncGenerator<Row> {
  let names = columns;
  for await (const line of linesOf(blocks)) {
    const cells = line.split("\t");
    if (!names) names = cells.map((name) => name.replace(/^\ufeff/, ""));
    else if (cells.length === names.length) yield Object.fromEntries(names.map((name, i) => [name, cells[i]]));
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

function* sqliteRows(path: string, { table, columns, where = {} }: Lists): Generator<Row> {
  if (isUrl(path)) throw new Error(`${path}: an sqlite file is read on this machine; download it and name its path`);
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
