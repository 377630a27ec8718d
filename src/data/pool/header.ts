import { IMAGE_FAILURES } from "../../images/mod.ts";
import { printable } from "../files/places.ts";

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

/** A shard of the source from which a pool reads images where they lie, instead of copying them. */
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

/** Images of a source that its pool left out. */
export interface Dropped {
  /** Images with exactly the pixels of an earlier one. */
  duplicates: number;
  /** Images of one colour throughout. */
  blank: number;
  /** Images that could not be had, drawn or decoded, in the order of the source. */
  failed: LeftOut[];
  /**
   * Images that are in the pool though their decoder warned, which stand beside those that were left out: how
   * many by what it said, with N for numbers. Default: none.
   */
  warned?: Record<string, number>;
}

/** @throws {Error} when the file is missing or is not a header */
export function readHeader(folder: string): PoolHeader {
  const header = JSON.parse(Deno.readTextFileSync(`${folder}/pool.json`));
  if (!Number.isInteger(header.images) || !header.sha256) throw new Error("it is not the header of a pool");
  return header;
}

/** Counts warnings by what they say. */
export function countWarned(
  counts: Record<string, number> = {},
  more: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const sum = { ...counts };
  for (const [warning, times] of Object.entries(more)) {
    const kind = warning.replace(/0x[0-9a-f]+|\d+/gi, "N");
    sum[kind] = (sum[kind] ?? 0) + times;
  }
  return sum;
}

/**
 * The images that were decoded though their decoder warned, for a terminal; undefined when there are none.
 */
export function warnedText({ warned = {} }: Pick<Dropped, "warned">): string | undefined {
  const kinds = Object.entries(warned).map(([kind, times]) => `${times} ${printable(kind)}`);
  return kinds.length > 0
    ? `images that were decoded though the decoder warned: ${kinds.join("; ")}`
    : undefined;
}

/** Why an image of a source is not in its pool, for a reader. */
const LEFT_OUT_REASONS = {
  unreadable: { meaning: "its bytes could not be had" },
  ...IMAGE_FAILURES,
  key_twice: { meaning: "an image before it has its name" },
} as const satisfies Record<string, { meaning: string }>;

/** Name of a reason. */
type LeftOutReason = keyof typeof LEFT_OUT_REASONS;

/** An image of a source that is not in its pool. */
interface LeftOut {
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
  return printable(`"${key}"${file === undefined ? "" : ` in ${file}`}: ${meaning} (${reason}: ${detail})`);
}
