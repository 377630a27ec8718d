import { pack } from "tar-stream";
import { parquetWriteBuffer } from "hyparquet-writer";
import { replaceFile } from "../disk/mod.ts";
import type { ItemOutcome } from "./journal.ts";

/** Path of a shard within the folder of a fetch. */
export function shardFile(shard: number): string {
  return `shards/${String(shard).padStart(5, "0")}.tar`;
}

/** Name of an image within its shard, as WebDataset has it: its number among all images, without a dot. */
function sampleName(number: number): string {
  return String(number).padStart(9, "0");
}

/** Nothing of a shard's bytes depends on when or by whom it is written. */
const ENTRY = { mtime: new Date(0), mode: 0o644, uid: 0, gid: 0 };

/**
 * Writes images as a WebDataset shard: for each `NUMBER.jpg` and `NUMBER.json`.
 *
 * @param first number of the first image among all
 * @returns images and bytes written, and the position of the item after the last
 */
export async function writeShard(
  path: string,
  outcomes: Iterable<ItemOutcome>,
  first: number,
): Promise<{ images: number; bytes: number; end: number }> {
  const written = { images: 0, bytes: 0, end: 0 };
  await replaceFile(path, async (temporary) => {
    using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
    const archive = pack();
    const copied = copy(archive, file);
    for (const outcome of outcomes) {
      const name = sampleName(first + written.images++);
      const description = new TextEncoder().encode(JSON.stringify(descriptionOf(outcome), null, 1));
      await add(archive, `${name}.jpg`, outcome.image!);
      await add(archive, `${name}.json`, description);
      written.end = outcome.position + 1;
    }
    archive.finalize();
    written.bytes = await copied;
  }, { flush: true });
  return written;
}

function descriptionOf({ item: { key, url, metadata }, facts }: ItemOutcome) {
  return { key, url, ...facts, ...(metadata ? { metadata } : {}) };
}

function add(archive: ReturnType<typeof pack>, name: string, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) =>
    archive.entry({ ...ENTRY, name, size: bytes.length }, bytes, (error) => error ? reject(error) : resolve())
  );
}

/** Bytes that are written to a shard at a time: an archive comes in six small parts an image. */
const BLOCK = 2 ** 20;

async function copy(archive: ReturnType<typeof pack>, file: Deno.FsFile): Promise<number> {
  const block = new Uint8Array(BLOCK);
  let bytes = 0, filled = 0;
  const write = async () => {
    for (let have = 0; have < filled;) have += await file.write(block.subarray(have, filled));
    [bytes, filled] = [bytes + filled, 0];
  };
  for await (const part of archive as AsyncIterable<Uint8Array>) {
    for (let taken = 0; taken < part.length;) {
      const piece = part.subarray(taken, taken + BLOCK - filled);
      block.set(piece, filled);
      [taken, filled] = [taken + piece.length, filled + piece.length];
      if (filled === BLOCK) await write();
    }
  }
  await write();
  return bytes;
}

/** The index's columns: name, Parquet type, and its value for image `number`. */
const COLUMNS: [
  string,
  "STRING" | "INT32" | "JSON",
  (outcome: ItemOutcome, number: number, perShard: number) => unknown,
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

/** Writes the index as Parquet: one row an image, in the order of the shards. */
export async function writeIndex(
  path: string,
  outcomes: Iterable<ItemOutcome>,
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
  await replaceFile(path, (temporary) => Deno.writeFile(temporary, bytes), { flush: true });
}
