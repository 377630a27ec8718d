import { createHash } from "node:crypto";
import type { LocalFile } from "./source.ts";

/** Fingerprints by source. Looking at a million files takes seconds, and a sweep asks again and again. */
const taken = new Map<string, { fingerprint?: string; until: number }>();
/**
 * A fingerprint is used for this many times as long as it took: looking again costs 2% of the time at most.
 */
const REUSE = 50;

/**
 * Identity of the files of this machine that a source reads: their names, sizes and times of change, which
 * its description does not tell.
 *
 * @param folder of the manifest
 * @param localFiles gives the files
 * @returns 16 hex digits, or "absent" when a file is not there; undefined for a source that reads none
 */
export function filesFingerprint<Source>(
  folder: URL,
  source: Source,
  localFiles: (folder: URL, source: Source) => Iterable<LocalFile>,
): string | undefined {
  const id = JSON.stringify([folder.href, source]);
  const known = taken.get(id);
  if (known && performance.now() < known.until) return known.fingerprint;
  const began = performance.now();
  const fingerprint = hashOfFiles(() => localFiles(folder, source));
  const now = performance.now();
  taken.set(id, { fingerprint, until: now + REUSE * (now - began) });
  return fingerprint;
}

function hashOfFiles(localFiles: () => Iterable<LocalFile>): string | undefined {
  const hash = createHash("sha256");
  let any = false;
  try {
    for (const [name, path] of localFiles()) {
      const { size, mtime } = Deno.statSync(path);
      hash.update(`${name}\n${size}\n${mtime?.getTime()}\n`);
      any = true;
    }
  } catch {
    return "absent"; // opening the pool says which file is missing
  }
  return any ? hash.digest("hex").slice(0, 16) : undefined;
}
