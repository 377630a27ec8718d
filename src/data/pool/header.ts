import { createHash } from "node:crypto";
import { IMAGE_FAILURES } from "../../images/mod.ts";
import type { Shard } from "./shards.ts";

/**
 * `pool.json`: the contents of a pool, the images that were left out, and the checksums of its other files.
 */
export interface PoolHeader {
  dataset: string;
  /** Where the images came from: an npm package as `name@version`, or the paths of the manifest. */
  source: string;
  /** How the images were chosen, where they are a sample. */
  sampling?: string;
  /** Number of images. */
  images: number;
  /** Name of the folder that the images were fetched into, where they come from a list of URLs. */
  fetched?: string;
  /** Side of every image, px, where they are stored as pixels. */
  side?: number;
  /** Where they are stored as JPEG files: what their shorter side was reduced to, px. */
  shorter?: number;
  channels: 1 | 3;
  /** Names of its semantic classes, by number, where the source tells them. */
  classes?: string[];
  /** Where they are stored as JPEG files: size of `images.bin`. */
  bytes?: number;
  /** Shards of the source that images are read from: these are not in `images.bin`. */
  shards?: Shard[];
  sha256: Record<"images.bin" | "index.jsonl", string>;
  dropped: Dropped;
  /** ISO 8601. */
  builtAt: string;
}

/** Images of a source that its pool left out. */
export interface Dropped {
  /** Images with exactly the pixels of an earlier one. */
  duplicates: number;
  /** Images of one colour throughout. */
  blank: number;
  /** Images that could not be had, drawn or decoded, in the order of the source. */
  failed: LeftOut[];
}

/**
 * Says what is wrong with the pool in a folder, or nothing when it is whole. Both files are hashed in full: a
 * flipped bit anywhere is found, at about a second a gigabyte.
 */
export function poolFault(folder: string): string | undefined {
  let file: "pool.json" | keyof PoolHeader["sha256"] = "pool.json";
  try {
    const { sha256, ...header } = readHeader(folder);
    const expected = bytesOf(header);
    for (file of ["images.bin", "index.jsonl"] as const) {
      const path = `${folder}/${file}`;
      const { size } = Deno.statSync(path);
      if (file === "images.bin" && size !== expected) {
        return `${file} has ${size} bytes instead of ${expected}`;
      }
      if (fileSha256(path) !== sha256[file]) return `${file} does not have its checksum`;
    }
  } catch (error) {
    return `${file} cannot be read (${(error as Error).message})`;
  }
  return undefined;
}

/** Size of `images.bin`. */
function bytesOf({ images, side, channels, bytes }: Omit<PoolHeader, "sha256">): number {
  return side === undefined ? bytes! : images * side ** 2 * channels;
}

/** @throws {Error} when the file is missing or is not a header */
export function readHeader(folder: string): PoolHeader {
  const header = JSON.parse(Deno.readTextFileSync(`${folder}/pool.json`));
  if (!Number.isInteger(header.images) || !header.sha256) throw new Error("it is not the header of a pool");
  return header;
}

function fileSha256(path: string): string {
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  const block = new Uint8Array(4 << 20);
  for (let read = file.readSync(block); read !== null; read = file.readSync(block)) {
    hash.update(block.subarray(0, read));
  }
  return hash.digest("hex");
}

/** Why an image of a source is not in its pool, for a reader. */
const LEFT_OUT_REASONS = {
  unreadable: { meaning: "its bytes could not be had" },
  ...IMAGE_FAILURES,
  key_twice: { meaning: "an image before it has its name" },
} as const satisfies Record<string, { meaning: string }>;

/** Name of a reason. */
export type LeftOutReason = keyof typeof LEFT_OUT_REASONS;

/** An image of a source that is not in its pool. */
export interface LeftOut {
  key: string;
  /** Path or URL of the file that has it, where it comes from one. */
  file?: string;
  reason: LeftOutReason;
  /** The details of this case: a size, a signal, the decoder's words. */
  detail: string;
}

/** One of them, with its file and its name, on a line. */
export function leftOutText({ key, file, reason, detail }: LeftOut): string {
  const { meaning } = LEFT_OUT_REASONS[reason];
  return `"${key}"${file === undefined ? "" : ` in ${file}`}: ${meaning} (${reason}: ${detail})`;
}
