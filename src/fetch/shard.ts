import { pack } from "tar-stream";
import type { Outcome } from "./journal.ts";
import { safeWrite, writeAll } from "./safe_write.ts";

/** Path of a shard within the pool's folder. */
export function shardFile(shard: number): string {
  return `shards/${String(shard).padStart(5, "0")}.tar`;
}

/** Name of an image within its shard, as WebDataset has it: its number in the pool, without a dot. */
export function sampleName(number: number): string {
  return String(number).padStart(9, "0");
}

/** Nothing of a shard's bytes depends on when or by whom it is written. */
const ENTRY = { mtime: new Date(0), mode: 0o644, uid: 0, gid: 0 };

/**
 * Writes images as a WebDataset shard: for each `NUMBER.jpg` and `NUMBER.json`.
 *
 * @param first number of the first image in the pool
 * @returns images and bytes written, and the position of the item after the last
 */
export async function writeShard(
  path: string,
  outcomes: Iterable<Outcome>,
  first: number,
): Promise<{ images: number; bytes: number; end: number }> {
  const written = { images: 0, bytes: 0, end: 0 };
  await safeWrite(path, async (file) => {
    const archive = pack();
    const copied = copy(archive, file);
    for (const outcome of outcomes) {
      const name = sampleName(first + written.images++);
      const description = new TextEncoder().encode(JSON.stringify(describe(outcome), null, 1));
      await add(archive, `${name}.jpg`, outcome.image!);
      await add(archive, `${name}.json`, description);
      written.end = outcome.position + 1;
    }
    archive.finalize();
    written.bytes = await copied;
  });
  return written;
}

function describe({ item: { key, url, metadata }, facts }: Outcome) {
  return { key, url, ...facts, ...(metadata ? { metadata } : {}) };
}

function add(archive: ReturnType<typeof pack>, name: string, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) =>
    archive.entry({ ...ENTRY, name, size: bytes.length }, bytes, (error) => error ? reject(error) : resolve())
  );
}

async function copy(archive: ReturnType<typeof pack>, file: Deno.FsFile): Promise<number> {
  let bytes = 0;
  for await (const chunk of archive as AsyncIterable<Uint8Array>) {
    await writeAll(file, chunk);
    bytes += chunk.length;
  }
  return bytes;
}
