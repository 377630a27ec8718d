import { parquetWriteBuffer } from "hyparquet-writer";
import type { Outcome } from "./journal.ts";
import { safeWrite, writeAll } from "./safe_write.ts";
import { sampleName, shardFile } from "./shard.ts";

/** The index's columns: name, Parquet type, and its value for image `number` of the pool. */
const COLUMNS: [
  string,
  "STRING" | "INT32" | "JSON",
  (outcome: Outcome, number: number, perShard: number) => unknown,
][] = [
  ["key", "STRING", ({ item }) => item.key],
  ["url", "STRING", ({ item }) => item.url],
  ["shard", "STRING", (_, number, perShard) => shardFile(Math.floor(number / perShard))],
  ["name", "STRING", (_, number) => sampleName(number)],
  ["width", "INT32", ({ facts }) => facts!.width],
  ["height", "INT32", ({ facts }) => facts!.height],
  ["original_width", "INT32", ({ facts }) => facts!.originalWidth],
  ["original_height", "INT32", ({ facts }) => facts!.originalHeight],
  ["original_format", "STRING", ({ facts }) => facts!.originalFormat],
  ["original_bytes", "INT32", ({ facts }) => facts!.originalBytes],
  ["jpeg_quantisation", "JSON", ({ facts }) => facts!.jpegQuantisation],
  ["sha256", "STRING", ({ facts }) => facts!.sha256],
  ["metadata", "JSON", ({ item }) => item.metadata],
];

/** Columns that may be empty. */
const NULLABLE = new Set(["jpeg_quantisation", "metadata"]);

/** Writes the index of a pool as Parquet: one row an image, in the pool's order. */
export async function writeIndex(
  path: string,
  outcomes: Iterable<Outcome>,
  imagesPerShard: number,
): Promise<void> {
  const columnData = COLUMNS.map(([name, type]) => ({
    name,
    type,
    data: [] as unknown[],
    nullable: NULLABLE.has(name),
  }));
  let number = 0;
  for (const outcome of outcomes) {
    COLUMNS.forEach(([, , value], i) =>
      columnData[i].data.push(value(outcome, number, imagesPerShard) ?? null)
    );
    number++;
  }
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
  await safeWrite(path, (file) => writeAll(file, bytes));
}
