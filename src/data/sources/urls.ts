import { createHash } from "node:crypto";
import { join } from "node:path";
import { sourceFingerprint } from "./fingerprint.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** What of a manifest decides which images of a list of addresses are fetched. */
type Listed = Pick<Manifest, "name" | "folder" | "source" | "sampling">;

/**
 * Where the images of a list of addresses are put when they are fetched: shards in WebDataset's form in the folder `shards`. Its name
 * changes with the list and the order in which it is tried, and not with how a pool stores its images: what was fetched once, and may be
 * gone by now, serves for every size that it is large enough for.
 */
export function fetchedFolder(root: string, { name, folder, source, sampling }: Listed): string {
  const fields = [source, sampling?.seed ?? 0, sampling?.candidates, sourceFingerprint(folder, source)];
  const hash = createHash("sha256").update(JSON.stringify(fields)).digest("hex").slice(0, 16);
  return `${root}/${name}-${hash}.fetched`;
}

/** The least that the shorter side of a photograph must have so that a manifest's images can be made of it, px. */
export function wantedShorter({ render }: Pick<Manifest, "render">): number {
  return render.shorter ?? render.side!;
}

/**
 * What there is of a dataset that was fetched for another list than its manifest has now, and how it can be used.
 *
 * @returns a sentence, undefined when there is nothing of the kind
 */
export function fetchedForOthers(root: string, manifest: Listed): string | undefined {
  const own = fetchedFolder(root, manifest);
  const pattern = new RegExp(`^${manifest.name}-[0-9a-f]{16}\\.fetched$`);
  const others = entriesOf(root).filter((name) => pattern.test(name)).map((name) => join(root, name))
    .filter((folder) => folder !== join(own)).sort();
  if (others.length === 0) return undefined;
  return `${others.join(" and ")} ${
    others.length > 1 ? "hold" : "holds"
  } images of ${manifest.name} that were fetched ` +
    `when ${manifest.name}.json had another source, seed or number of candidates, or when a list on this machine had another ` +
    `name, size or time of change: they are kept and not used. To use them, change that back; if only the list's time of change is ` +
    `another, rename the folder to ${own}`;
}

function entriesOf(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    return []; // there are no pools yet
  }
}
