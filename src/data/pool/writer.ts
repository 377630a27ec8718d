import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { resolve, sep } from "node:path";
import { readFully } from "../../disk/mod.ts";
import type { PoolImage } from "./index.ts";
import type { PoolHeader, Shard } from "./header.ts";

/** The place of an image's file: a file on this machine, and the byte at which it starts there. */
interface FilePlace {
  path: string;
  offset: number;
}

/** Where an image lies: from byte `offset` of `images.bin` on, or of a shard. */
interface Place {
  offset: number;
  shard?: number;
}

/** The three files of a pool while they are written. */
interface PoolFiles {
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

/** Collects the shards that images of a new pool are read from. */
class UsedShards {
  readonly #numbers = new Map<string, number>();
  readonly shards: Shard[] = [];
  /** Images that are read from them. */
  images = 0;

  /** @param folder of the pool */
  constructor(readonly folder: string) {}

  /**
   * The number of the shard that holds an image exactly as it is to be stored; undefined when none does. The
   * bytes are compared, since those of a compressed shard or of an image in another form differ.
   */
  numberOf(bytes: Uint8Array, place: FilePlace): number | undefined {
    if (!liesAt(place, bytes)) return undefined;
    const number = this.#numbers.get(place.path) ?? this.#add(place.path);
    this.shards[number].images++;
    this.images++;
    return number;
  }

  #add(path: string): number {
    const { size, mtime } = Deno.statSync(path);
    const [root, whole] = [resolve(this.folder, "..") + sep, resolve(path)];
    const named = whole.startsWith(root) ? whole.slice(root.length) : whole;
    this.#numbers.set(path, this.shards.length);
    return this.shards.push({ path: named, bytes: size, modified: mtime?.getTime() ?? 0, images: 0 }) - 1;
  }
}

function liesAt({ path, offset }: FilePlace, bytes: Uint8Array): boolean {
  using file = Deno.openSync(path);
  if (file.statSync().size < offset + bytes.length) return false;
  const there = new Uint8Array(bytes.length);
  readFully(file, path, offset, there);
  return Buffer.compare(there, bytes) === 0;
}
