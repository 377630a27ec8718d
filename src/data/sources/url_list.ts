import type { Manifest } from "../manifest.ts";
import type { SourceOf } from "../source_schema.ts";
import { listRows } from "./list_rows.ts";

/** One line of a list of images. */
export interface ListedUrl {
  /** Names the image within its dataset. */
  key: string;
  url: string;
  /** Hash of the file's bytes, 64 hex digits. */
  sha256?: string;
  /** The columns that the manifest keeps. */
  metadata?: Record<string, unknown>;
}

/**
 * The addresses that a manifest with a source of type `urls` lists, in the lists' order, one in memory at a time; each call reads the
 * lists again. Rows that the manifest's `where` leaves out, and rows without an http(s) address, are passed over.
 *
 * @throws Error when a list is missing or damaged or has no such column, naming it
 */
export async function* listedUrls(
  manifest: Pick<Manifest, "folder" | "access" | "sampling">,
  source: SourceOf<"urls">,
): AsyncGenerator<ListedUrl> {
  const { url, key = url, sha256, keep = [], where = {} } = source;
  const columns = [...new Set([url, key, ...(sha256 ? [sha256] : []), ...keep, ...Object.keys(where)])];
  for await (const row of listRows(manifest, source, columns)) {
    const wanted = Object.entries(where).every(([name, value]) => text(row[name]) === `${value}`);
    const address = text(row[url]);
    const name = text(row[key]);
    if (!wanted || name === "" || !/^https?:\/\//i.test(address)) continue;
    const hash = sha256 ? text(row[sha256]).toLowerCase() : "";
    yield {
      key: name,
      url: address,
      ...(/^[0-9a-f]{64}$/.test(hash) && { sha256: hash }),
      ...(keep.length > 0 && { metadata: Object.fromEntries(keep.map((column) => [column, plain(row[column])])) }),
    };
  }
}

function text(value: unknown): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : `${value ?? ""}`;
}

/** A value that JSON can hold. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return text(value);
  return typeof value === "bigint" ? Number(value) : value;
}
