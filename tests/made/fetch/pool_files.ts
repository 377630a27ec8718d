import { extract } from "tar-stream";
import { parquetReadObjects } from "hyparquet";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";

/** The files of a tar archive by name, in order. */
export async function readTar(path: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const archive = extract();
  Readable.from([await Deno.readFile(path)]).pipe(archive as unknown as NodeJS.WritableStream);
  for await (const entry of archive) {
    const parts: Uint8Array[] = [];
    for await (const part of entry as AsyncIterable<Uint8Array>) parts.push(part);
    files.set(entry.header.name, new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()));
  }
  return files;
}

/** The rows of a pool's index. */
export async function readIndex(folder: string): Promise<Record<string, unknown>[]> {
  const { buffer } = await Deno.readFile(`${folder}/index.parquet`);
  return await parquetReadObjects({ file: buffer });
}

/** Hash of every file of a pool that its users see, its report without what it says about the run. */
export async function poolHashes(folder: string): Promise<Record<string, string>> {
  const { lastRun: _, ...report } = JSON.parse(await Deno.readTextFile(`${folder}/report.json`));
  const hashes: Record<string, string> = { report: JSON.stringify(report) };
  const shards = [...Deno.readDirSync(`${folder}/shards`)].map(({ name }) => `shards/${name}`).sort();
  for (const file of [...shards, "index.parquet"]) {
    hashes[file] = createHash("sha256").update(await Deno.readFile(`${folder}/${file}`)).digest("hex");
  }
  return hashes;
}
