import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { RandomAccess } from "./random_access.ts";

/** A Parquet file that has been opened: its columns, and rows group by group. */
export interface ParquetFile {
  /** Names of the top columns. */
  readonly columns: string[];
  /** Number of rows of each row group. */
  readonly groups: number[];
  /**
   * The rows of a group with the given columns; bytes stay bytes. The group's chunks of these columns are in memory together.
   *
   * @throws Error when the file is damaged or has no such column
   */
  rows(group: number, columns: readonly string[]): Promise<Record<string, unknown>[]>;
}

/** Rows of a group that are read at once at most: a group of a damaged file may claim any number. */
const MOST_ROWS = 20_000_000;

/**
 * Reads the footer of a Parquet file.
 *
 * @param name what errors call it
 * @throws Error when it is none or is damaged
 */
export async function openParquet(file: RandomAccess, name: string): Promise<ParquetFile> {
  const buffer: AsyncBuffer = {
    byteLength: file.size,
    slice: async (start, end = file.size) => {
      const from = start < 0 ? file.size + start : start;
      if (!(from >= 0 && end <= file.size && from <= end)) throw new Error(`it points outside of itself`);
      return (await file.read(from, end)).buffer;
    },
  };
  const metadata = await named(name, () => parquetMetadataAsync(buffer));
  const columns = await named(name, () => parquetSchema(metadata).children.map(({ element }) => element.name));
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
  return await parquetReadObjects({ file, metadata, columns: [...columns], rowStart, rowEnd, compressors, utf8: false });
}

function checkColumn(column: string, columns: readonly string[], name: string): void {
  if (columns.includes(column)) return;
  throw new Error(`${name} has no column "${column}"; its columns are ${columns.join(", ")}: correct the manifest`);
}

/** A failure of the reader, which says nothing of the file, as one that names it. */
async function named<T>(name: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new Error(`${name} cannot be read as Parquet: ${(error as Error).message}`, { cause: error });
  }
}
