import { createHash } from "node:crypto";
import type { PoolImage } from "./index.ts";
import type { PoolHeader } from "./header.ts";
import { type FilePlace, UsedShards } from "./shards.ts";

/** Where an image lies: from byte `offset` of `images.bin` on, or of a shard. */
export interface Place {
  offset: number;
  shard?: number;
}

/** The three files of a pool while they are written. */
export interface PoolFiles {
  /** Images so far. */
  readonly count: number;
  /** Those of them that are read from shards of the source. */
  readonly inPlace: number;
  /**
   * Writes an image, pixels or a JPEG file, unless it lies in a shard; says where it lies.
   *
   * @param at where it may lie already
   */
  store(bytes: Uint8Array, at?: FilePlace): Place;
  /** Writes its line of the index. */
  describe(image: PoolImage): void;
  /** Writes the header, when all else is on the disk. */
  finish(header: Omit<PoolHeader, "sha256" | "bytes" | "shards">): void;
  /** Closes the files. */
  [Symbol.dispose](): void;
}

/** Begins the files of a pool in a folder; nothing of what is added stays in memory. */
export function startFiles(folder: string): PoolFiles {
  const images = startFile(`${folder}/images.bin`);
  const index = startFile(`${folder}/index.jsonl`);
  const used = new UsedShards(folder);
  let count = 0, bytes = 0;
  return {
    get count() {
      return count;
    },
    get inPlace() {
      return used.images;
    },
    store: (image, at) => {
      const shard = at && used.numberOf(image, at);
      if (shard !== undefined) return { shard, offset: at!.offset };
      images.write(image);
      const offset = bytes;
      bytes += image.length;
      return { offset };
    },
    describe: (image) => {
      index.write(new TextEncoder().encode(JSON.stringify(image) + "\n"));
      count++;
    },
    finish: (header) => {
      const { dataset, source, sampling, images: number, side, shorter, channels, ...rest } = header;
      const sha256 = { "images.bin": images.finish(), "index.jsonl": index.finish() };
      const whole: PoolHeader = {
        dataset,
        source,
        sampling,
        images: number,
        side,
        shorter,
        channels,
        ...(shorter !== undefined && { bytes }),
        ...(used.images > 0 && { shards: used.shards }),
        sha256,
        ...rest,
      };
      Deno.writeTextFileSync(`${folder}/pool.json`, JSON.stringify(whole, null, 2) + "\n");
    },
    [Symbol.dispose]: () => {
      images.close();
      index.close();
    },
  };
}

/** A file whose checksum is known when it is whole. */
function startFile(path: string) {
  const file = Deno.createSync(path);
  const hash = createHash("sha256");
  return {
    write: (bytes: Uint8Array) => {
      hash.update(bytes);
      for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    },
    finish: () => {
      file.syncDataSync();
      return hash.digest("hex");
    },
    close: () => file.close(),
  };
}
