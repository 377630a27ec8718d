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

/** Why a row of a list is not read, for a reader. */
const UNREAD_ROWS = {
  too_long: "longer than any row",
  not_json: "no JSON object on a line of its own",
  cells: "with another number of cells than there are columns",
  quotes: "with a quote that is not closed, which takes the rest of the file",
  no_address: "without an http(s) address",
  no_key: "with an empty key",
} as const;

/** What became of the rows of a manifest's lists, for a message. */
export class RowTally {
  /** Rows so far, those that are not read included. */
  rows = 0;
  /** Rows that the manifest's `where` leaves out. */
  elsewhere = 0;
  readonly unread = new Map<keyof typeof UNREAD_ROWS, number>();
  /** Columns of the rows. */
  readonly columns = new Set<string>();

  /** Notes a row that is not read. */
  pass(reason: keyof typeof UNREAD_ROWS): void {
    this.unread.set(reason, (this.unread.get(reason) ?? 0) + 1);
  }

  /** Begins anew: the lists are read again. */
  clear(): void {
    [this.rows, this.elsewhere] = [0, 0];
    this.unread.clear();
    this.columns.clear();
  }

  /** The rows that were not read by reason, in one line; undefined when all were. */
  text(): string | undefined {
    if (this.unread.size === 0) return undefined;
    const reasons = [...this.unread].map(([reason, times]) => `${times} ${UNREAD_ROWS[reason]}`);
    return `of ${this.rows} rows of the list ${sum(this.unread.values())} are not read: ${
      reasons.join(", ")
    }` +
      (this.columns.size > 0
        ? `; its columns are ${[...this.columns].slice(0, MOST_COLUMNS).join(", ")}`
        : "");
  }
}

/** Columns that a message names: rows of JSON may have any number of them. */
const MOST_COLUMNS = 50;

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

/**
 * A longer line is no line of a list: it is passed over, so that a file without line ends takes no memory.
 * Characters.
 */
const LONGEST_LINE = 1 << 20;
/** A longer record of CSV is no record: a quote is not closed. Characters. */
const LONGEST_RECORD = 1 << 24;
/** Characters of such a line that are told. */
const SHOWN = 100;
/** Characters among which the end of the first line is looked for. */
const BEGINNING = 1 << 16;

/**
 * The lines of a text file, without their ends (LF, CRLF; CR in a file that has no others) and without a byte
 * order mark. UTF-8, or UTF-16 by its byte order mark.
 *
 * @param onTooLong called with the beginning of each line that is passed over
 */
export async function* linesOf(
  blocks: AsyncIterable<Uint8Array>,
  onTooLong: (beginning: string) => void = () => {},
): AsyncGenerator<string> {
  let rest = "";
  let end = "\n";
  let tooLong = "", isBeginning = true;
  for await (const text of textOf(blocks)) {
    rest += text;
    if (isBeginning) {
      isBeginning = rest.length < BEGINNING && !rest.includes("\n");
      if (isBeginning) continue;
      if (!rest.includes("\n") && rest.includes("\r")) end = "\r";
    }
    const parts = rest.split(end);
    rest = parts.pop()!;
    for (const line of parts) {
      if (!tooLong && line.length <= LONGEST_LINE) yield line.replace(/\r$/, "");
      else onTooLong(tooLong || line.slice(0, SHOWN));
      tooLong = "";
    }
    if (rest.length > LONGEST_LINE) [rest, tooLong] = ["", tooLong || rest.slice(0, SHOWN)];
  }
  if (isBeginning && rest.includes("\r") && !rest.includes("\n")) {
    yield* rest.replace(/\r$/, "").split("\r");
  } else if (tooLong) onTooLong(tooLong);
  else if (rest !== "") yield rest.replace(/\r$/, "");
}

/** The text of a file, block by block: UTF-16 where it begins with its byte order mark, else UTF-8. */
async function* textOf(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let first: number[] = [];
  for await (const block of blocks) {
    if (!decoder) {
      first = [...first, ...block.subarray(0, 2)];
      if (first.length < 2) continue;
      decoder = new TextDecoder(encodingOf(first));
      yield decoder.decode(Uint8Array.from(first), { stream: true }) +
        decoder.decode(block.subarray(2), { stream: true });
    } else yield decoder.decode(block, { stream: true });
  }
  yield decoder ? decoder.decode() : new TextDecoder().decode(Uint8Array.from(first));
}

function encodingOf([first, second]: readonly number[]): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

type Row = Record<string, unknown>;

/**
 * The rows of a manifest's lists, one in memory at a time (of Parquet a row group), in the order of the
 * files. Of a Parquet list with `sampling.candidates` only so many are read, row groups by rank.
 *
 * @param columns those that are needed
 * @param tally takes note of every row
 * @throws {Error} when a list is missing or damaged or has no such column, naming it
 */
export async function* listRows(
  manifest: Listed,
  source: ListFormat,
  columns: readonly string[],
  tally: RowTally,
): AsyncGenerator<Row> {
  if (source.format === "parquet") {
    const rows = firstRows(parquetRows(manifest, source.files, columns), manifest.sampling?.candidates);
    for await (const row of rows) {
      tally.rows++;
      yield row;
    }
    return;
  }
  for (const place of placesOf(manifest.folder, source.files)) {
    for await (const row of rowsOf(place, manifest, source, tally)) {
      const missing = columns.find((column) => !(column in row));
      if (missing !== undefined && source.format !== "jsonl") {
        throw new Error(
          `${place} has no column "${missing}"; its columns are ${
            Object.keys(row).join(", ")
          }: correct the manifest`,
        );
      }
      for (const name in row) tally.columns.add(name);
      tally.rows++;
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

function rowsOf(
  place: string,
  { access }: Listed,
  source: ListFormat,
  tally: RowTally,
): AsyncIterable<Row> | Iterable<Row> {
  if (source.format === "sqlite") return sqliteRows(place, source);
  const blocks = openBytes(place, access);
  const passed: Passed = (reason) => {
    tally.rows++;
    tally.pass(reason);
  };
  if (source.format === "csv") return csvRows(blocks, place, source.columns, passed);
  return source.format === "tsv" ? tsvRows(blocks, source.columns, passed) : jsonRows(blocks, place, passed);
}

/** Told of each row that is not read. */
type Passed = (reason: keyof typeof UNREAD_ROWS) => void;

/**
 * Tabs separate and nothing is quoted, as in CC12M and WIT; lines with another number of cells are passed
 * over.
 */
async function* tsvRows(
  blocks: AsyncIterable<Uint8Array>,
  columns: readonly string[] | undefined,
  passed: Passed,
): AsyncGenerator<Row> {
  let names = columns;
  for await (const line of linesOf(blocks, () => passed("too_long"))) {
    const cells = line.split("\t");
    if (!names) names = cells.map((name) => name.replace(/^\ufeff/, ""));
    else if (cells.length === names.length) {
      yield Object.fromEntries(names.map((name, i) => [name, cells[i]]));
    } else if (line !== "") passed("cells");
  }
}

async function* csvRows(
  blocks: AsyncIterable<Uint8Array>,
  place: string,
  columns: readonly string[] | undefined,
  passed: Passed,
): AsyncGenerator<Row> {
  let isEndless = false;
  const skipped = ({ code }: { code?: string }): undefined => {
    const isQuote = code === "CSV_QUOTE_NOT_CLOSED" || code === "CSV_MAX_RECORD_SIZE";
    if (!isQuote) passed("cells");
    else if (!isEndless) passed("quotes"); // it is told again for every block
    isEndless ||= isQuote;
  };
  const parser = parse({
    columns: columns ? [...columns] : true,
    bom: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => skipped(error ?? {}),
    max_record_size: LONGEST_RECORD,
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

/**
 * One JSON object a line; lines that are none are passed over.
 *
 * @throws {Error} when the file is one JSON array, or its objects stand over several lines each
 */
async function* jsonRows(
  blocks: AsyncIterable<Uint8Array>,
  place: string,
  passed: Passed,
): AsyncGenerator<Row> {
  let isFirst = true;
  const check = (beginning: string) => {
    const fault = isFirst ? notLines(beginning) : undefined;
    isFirst = false;
    if (fault) throw new Error(`${place} ${fault}`);
  };
  const tooLong = (beginning: string) => {
    check(beginning);
    passed("too_long");
  };
  for await (const line of linesOf(blocks, tooLong)) {
    if (line.trim() === "") continue;
    check(line);
    const row = parsed(line) ?? parsed(withoutNaN(line));
    if (row) yield row;
    else passed("not_json");
  }
}

/** Why a JSON file is not JSON lines, by the beginning of its first line; undefined of JSON lines. */
function notLines(beginning: string): string | undefined {
  const program = /^\s*\[\s*(\{|$)/.test(beginning)
    ? "'.[]'"
    : /^\s*\{\s*$/.test(beginning)
    ? "'.'"
    : undefined;
  return program &&
    `is ${
        program === "'.'" ? "JSON over several lines" : "one JSON array"
      }, not JSON lines, which have an object a ` +
      `line; write it as such: jq -c ${program} list.json > list.jsonl`;
}

/** A line as Python's json writes it, with the numbers that JSON does not have as null. */
function withoutNaN(line: string): string {
  return line.replace(
    /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g,
    (part) => part.startsWith('"') ? part : "null",
  );
}

function parsed(line: string): Row | undefined {
  try {
    const value = JSON.parse(line, /\d{16}/.test(line) ? wholeNumbers : undefined);
    return value && typeof value === "object" && !Array.isArray(value) ? value as Row : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps whole numbers that a number would round, as ids of posts. */
function wholeNumbers(_: string, value: unknown, { source }: { source?: string } = {}): unknown {
  const isRounded = typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "");
  return isRounded ? BigInt(source!) : value;
}

function checkTable(database: DatabaseSync, table: string | undefined): void {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").all()
    .map(({ name }) => `${name}`);
  if (tables.some((name) => name.toLowerCase() === table?.toLowerCase())) return;
  const fault = table === undefined ? "the manifest names no table" : `there is no table "${table}"`;
  throw new Error(`${fault}; give one of ${tables.join(", ")} in source.table`);
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
    checkTable(database, table);
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
