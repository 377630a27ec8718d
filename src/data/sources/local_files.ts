import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { expandBraces } from "./brace_range.ts";

/** A path of a manifest: a relative one starts at the manifest's folder. */
export function localPath(folder: URL, path: string): string {
  return resolve(fileURLToPath(folder), path);
}

/** Paths of a manifest's shards, in order; see {@link expandBraces}. */
export function shardPaths(folder: URL, shards: string): string[] {
  return expandBraces(shards).map((shard) => localPath(folder, shard));
}

/**
 * The bytes of a file, block by block; it is closed when the stream ends or is left.
 *
 * @throws Error naming the file when it cannot be opened
 */
export function openFile(path: string): ReadableStream<Uint8Array> {
  try {
    return Deno.openSync(path).readable;
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message}); correct the path in the manifest`);
  }
}
