import { byRank } from "../../stats/mod.ts";
import { openRandomAccess } from "../files/open.ts";
import { BEGINNING, otherKind } from "../files/other_kinds.ts";
import { startParquetReader } from "../files/parquet.ts";
import { placesOf, shortNames } from "../files/places.ts";
import type { SourceManifest } from "./source.ts";

/** A row of a Parquet file. */
interface ParquetRow {
  row: Record<string, unknown>;
  /** Path or URL of the file. */
  place: string;
  /** Names the row: file, row group and row. */
  name: string;
}

/**
 * The rows of Parquet files, in order; of a sample, files by rank and their row groups by rank.
 *
 * @throws {Error} when a file is missing, damaged or has no such column, naming it
 */
export async function* parquetRows(
  { folder, access, sampling }: Pick<SourceManifest, "folder" | "access" | "sampling">,
  files: string,
  columns: readonly string[],
): AsyncGenerator<ParquetRow> {
  const places = placesOf(folder, files);
  const names = shortNames(places, ".parquet");
  using reader = startParquetReader();
  for (const place of sampling ? byRank(places, sampling.seed) : places) {
    using file = await openRandomAccess(place, access);
    const parquet = await reader.open(file, place).catch(async (error) => {
      const kind = otherKind(await file.read(0, Math.min(BEGINNING, file.size)), "Parquet");
      throw kind ? new Error(`${place} cannot be read as Parquet: ${kind}`, { cause: error }) : error;
    });
    const stem = names[places.indexOf(place)];
    const groups = parquet.groups.map((_, group) => `${stem}/${group}`);
    for (const group of sampling ? byRank(groups, sampling.seed) : groups) {
      const rows = await parquet.rows(groups.indexOf(group), columns);
      for (const [i, row] of rows.entries()) yield { row, place, name: `${group}/${i}` };
    }
  }
}
