/** The shards of a source that a pool reads images from where they lie, instead of copying them. */
import { dirname, resolve } from "node:path";
import { readFully } from "../../disk/mod.ts";

/** A shard as a pool's header names it. */
export interface Shard {
  /**
   * Below the folder of all pools: from there on, so that both can be moved together. Elsewhere: the whole
   * path.
   */
  path: string;
  /** When the pool was built: its size, bytes, and when it had been changed, milliseconds since 1970. */
  bytes: number;
  modified: number;
  /** Images that are read from it. */
  images: number;
}

/** The place of an image's file: a file on this machine, and the byte at which it starts there. */
export interface FilePlace {
  path: string;
  offset: number;
}

/**
 * Fills an array from byte `start` of a shard on. The shard is opened each time (5 microseconds), so that
 * there may be any number of them.
 *
 * @param folder of the pool
 * @throws {Error} when it is not there, or not as it was when the pool was built
 */
export function readShard(folder: string, shard: Shard, start: number, into: Uint8Array): void {
  using file = openShard(folder, shard);
  readFully(file, shard.path, start, into);
}

/**
 * Looks at all shards of a pool, before it is used.
 *
 * @throws {Error} as {@link readShard}
 */
export function checkShards(folder: string, shards: readonly Shard[]): void {
  for (const shard of shards) openShard(folder, shard).close();
}

function openShard(folder: string, { path, bytes, modified }: Shard): Deno.FsFile {
  const whole = resolve(dirname(folder), path);
  const file = openedAt(whole, folder);
  const { size, mtime } = file.statSync();
  if (size === bytes && (mtime?.getTime() ?? 0) === modified) return file;
  file.close();
  const was = `${bytes} bytes of ${new Date(modified).toISOString()}`;
  throw faultOf(
    whole,
    folder,
    `has changed: it has ${size} bytes of ${mtime?.toISOString()} instead of ${was}`,
  );
}

function openedAt(path: string, folder: string): Deno.FsFile {
  try {
    return Deno.openSync(path);
  } catch (error) {
    throw faultOf(path, folder, `cannot be read (${(error as Error).message})`);
  }
}

function faultOf(path: string, folder: string, fault: string): Error {
  return new Error(
    `the shard ${path} ${fault}. Images of the pool ${folder} are read from it: put it back as it was, or remove the pool's ` +
      "folder, and it is built again from what is there",
  );
}
