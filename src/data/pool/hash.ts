import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { repositoryRoot } from "../../disk/mod.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { filesFingerprint } from "../sources/fingerprint.ts";
import { sourceKindOf } from "../sources/list.ts";

/**
 * Raise it whenever pixels, groups or hashes come out differently from the same manifest: pools are then
 * built anew.
 */
const CONTENT_VERSION = 3;

/**
 * Identity of a dataset's content. It changes with every field of its manifest that decides images, groups or
 * their order, and with the files of this machine that its source reads.
 *
 * @returns 16 hex digits
 */
export function datasetHash(
  { folder, name, source, render, grouping, releaseOf, concepts, images, sampling }: Manifest,
): string {
  const kind = sourceKindOf(source);
  const files = kind.fixedByVersion ? undefined : filesFingerprint(folder, source, kind.localFiles);
  const fields = [CONTENT_VERSION, name, source, render, grouping, concepts, images];
  // Those that are not there leave the hash as it was before there were such fields.
  const later = [releaseOf, sampling, files].filter((field) => field !== undefined);
  return createHash("sha256").update(JSON.stringify([...fields, ...later])).digest("hex").slice(0, 16);
}

/**
 * The folder of all pools: the environment variable `NTD_DATA` (a relative path starts at the root of the
 * repository), or `.data` there.
 */
export function dataRoot(): string {
  return resolve(repositoryRoot, Deno.env.get("NTD_DATA") || ".data");
}
