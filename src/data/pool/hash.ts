import { createHash } from "node:crypto";
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
 * their order, and with the files of this machine that its source reads. Of a dataset that is named by its
 * content that takes the place of its name, paths and files.
 *
 * @returns 16 hex digits
 */
export function datasetHash(
  { folder, name, content, source, render, grouping, releaseOf, concepts, images, sampling }: Manifest,
): string {
  if (content !== undefined) return hashOf([CONTENT_VERSION, content, render, grouping]);
  const kind = sourceKindOf(source);
  const files = kind.fixedByVersion ? undefined : filesFingerprint(folder, source, kind.localFiles);
  const fields = [CONTENT_VERSION, name, source, render, grouping, concepts, images];
  // Those that are not there leave the hash as it was before there were such fields.
  const later = [releaseOf, sampling, files].filter((field) => field !== undefined);
  return hashOf([...fields, ...later]);
}

function hashOf(fields: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(fields)).digest("hex").slice(0, 16);
}
