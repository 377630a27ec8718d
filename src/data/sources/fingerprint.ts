import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { filesOf, type FileSource, type Source } from "./list.ts";
import { imageFiles } from "./folder.ts";
import { isUrl, localPath, placesOf } from "../files/places.ts";

/** Fingerprints that were taken, by source: looking at a million files takes seconds, and a sweep asks again and again. */
const taken = new Map<string, { fingerprint?: string; until: number }>();
/** A fingerprint is used for this many times as long as it took: looking again costs 2% of the time at most. */
const REUSE = 50;

/**
 * What a manifest's own text does not say about its content: names, sizes and times of change of the files that it reads on this
 * machine. Undefined for sources that are fixed by their version.
 *
 * @returns 16 hex digits, or "absent" when the files are not there
 */
export function sourceFingerprint(folder: URL, source: Source): string | undefined {
  if ("package" in source) return undefined;
  const id = JSON.stringify([folder.href, source]);
  const known = taken.get(id);
  if (known && performance.now() < known.until) return known.fingerprint;
  const began = performance.now();
  const fingerprint = hashOfFiles(folder, source);
  const now = performance.now();
  taken.set(id, { fingerprint, until: now + REUSE * (now - began) });
  return fingerprint;
}

function hashOfFiles(folder: URL, source: FileSource): string | undefined {
  const hash = createHash("sha256");
  let any = false;
  try {
    for (const [name, path] of localFiles(folder, source)) {
      hash.update(lineOf(name, path));
      any = true;
    }
  } catch {
    return "absent"; // opening the pool says which file is missing
  }
  return any ? hash.digest("hex").slice(0, 16) : undefined;
}

/** The files on this machine that a source reads: a name that stays when the whole is moved, and the path. */
function* localFiles(folder: URL, source: FileSource): Generator<[string, string]> {
  if (source.type === "folder") {
    const root = localPath(folder, source.path);
    for (const split of source.splits ?? [""]) {
      for (const file of imageFiles(root, split)) yield [file, join(root, file)];
    }
    return;
  }
  for (const place of placesOf(folder, filesOf(source))) if (!isUrl(place)) yield [basename(place), place];
}

function lineOf(name: string, path: string): string {
  const { size, mtime } = Deno.statSync(path);
  return `${name}\n${size}\n${mtime?.getTime()}\n`;
}
