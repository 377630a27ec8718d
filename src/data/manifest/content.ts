/** Identity by content: the digest of what the files of a dataset hold, wherever they lie. */
import { createHash } from "node:crypto";
import { mkdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { markOf } from "../files/open.ts";
import { dataRoot, isUrl, placesOf } from "../files/places.ts";
import { sourceKindOf } from "../sources/list.ts";
import type { Manifest } from "./manifest.ts";

/** Raised when the same files are to be of another identity. */
const VERSION = 1;

/** The part of a manifest whose content is asked for. */
export type Described = Pick<Manifest, "folder" | "source" | "access" | "render">;

/** The files of a source, by the names that enter keys of images, or are left out where they enter none. */
function filesOf({ folder, source }: Described): [name: string, place: string][] {
  if (source.type === "webdataset") {
    const places = placesOf(folder, source.shards);
    return places.map((place) => [places.length > 1 ? fileName(place) : "", place]);
  }
  if (source.type === "parquet") {
    return placesOf(folder, source.files).map((place) => [fileName(place), place]);
  }
  return [...sourceKindOf(source).localFiles(folder, source)].map(([name, path]) => [name, path]);
}

const fileName = (place: string) => basename(isUrl(place) ? new URL(place).pathname : place);

/**
 * The digest of a dataset's content. It is the sha256 of how its images are stored, of the columns that are
 * read, and of each file's name and content: of a folder the paths below it of the files that are images; of
 * Parquet, and of several shards, the names of the files. Where files lie, their times and other files do not
 * matter. The content of a file on this machine is the sha256 of its bytes; of one on the network it is the
 * mark that its server gives, see {@link markOf}.
 *
 * Every byte on this machine is read, once: the digest is kept, and used as long as no file has another size,
 * time of change or number on the disk.
 *
 * @returns 64 hex digits
 * @throws {Error} when a folder or shard is missing
 */
export async function contentOf(described: Described): Promise<string> {
  const files = filesOf(described);
  if (!files.some(([, place]) => isUrl(place))) return localContent(described);
  const marks: string[] = [];
  for (let i = 0; i < files.length; i += AT_ONCE) {
    const some = files.slice(i, i + AT_ONCE);
    marks.push(
      ...await Promise.all(
        some.map(async ([, place]) =>
          isUrl(place) ? (await markOf(place, described.access)).mark : bytesDigest(place)
        ),
      ),
    );
  }
  return digestOf(described, files.map(([name], i) => [name, marks[i]]));
}

/** Files on the network that are asked about at the same time. */
const AT_ONCE = 8;

/** {@link contentOf} of files that are all on this machine. */
export function localContent(described: Described): string {
  const files = filesOf(described);
  const state = stateOf(described, files);
  const kept = `${dataRoot()}/own/digests/${state.hash}`;
  try {
    const digest = Deno.readTextFileSync(kept);
    if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  } catch {
    // These files have not been read in this state.
  }
  const digest = digestOf(described, files.map(([name, path]) => [name, bytesDigest(path)]));
  // A file that changes once more within a clock's tick would look the same.
  if (state.newest < Date.now() - SETTLED_MS) keep(kept, digest);
  return digest;
}

/** Where it cannot be kept the files are read again. */
function keep(path: string, digest: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, digest);
  } catch {
    // A folder that cannot be written to is told of when the manifest is.
  }
}

/** Files that have not changed for so long are trusted to be in the state that their times say, ms. */
const SETTLED_MS = 3000;

function digestOf({ source, render }: Described, files: readonly (readonly [string, string])[]): string {
  const { type } = source;
  const read = type === "parquet" ? [source.image, source.key, source.label] : [];
  const hash = createHash("sha256").update(JSON.stringify([VERSION, type, read, render]));
  for (const file of files) hash.update(`\n${JSON.stringify(file)}`);
  return hash.digest("hex");
}

/** What the disk says about files without reading them, and when the last of them changed. */
function stateOf(described: Described, files: readonly (readonly [string, string])[]) {
  let newest = 0;
  const hash = createHash("sha256").update(digestOf(described, []));
  for (const [name, path] of files) {
    const facts = factsOf(path);
    newest = Math.max(newest, facts?.mtimeMs ?? 0, facts?.ctimeMs ?? 0);
    const { size, mtimeMs, ctimeMs, ino, dev } = facts ?? {};
    hash.update(`\n${JSON.stringify([name, path, size, mtimeMs, ctimeMs, ino, dev])}`);
  }
  return { hash: hash.digest("hex"), newest };
}

function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // a link to nowhere: the pool leaves it out, and says so
  }
}

const block = new Uint8Array(1 << 20);

/** Of what is there by name and cannot be read as a file, only that. */
function bytesDigest(path: string): string {
  if (!factsOf(path)?.isFile()) return "no file";
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  for (let read = file.readSync(block); read !== null; read = file.readSync(block)) {
    hash.update(block.subarray(0, read));
  }
  return hash.digest("hex");
}

/**
 * Looks whether the files of a dataset that is named by its content still hold that.
 *
 * @throws {Error} when they do not, or are no longer there, with what to do
 */
export async function checkContent(manifest: Manifest): Promise<void> {
  const { name, content, source } = manifest;
  if (content === undefined) return;
  const origin = sourceKindOf(source).origin(source);
  const now = await contentOf(manifest).catch((error) => {
    throw new Error(
      `the images of ${name} cannot be read where they were (${(error as Error).message}); put them back, ` +
        "or name them where they are now",
    );
  });
  if (now === content) return;
  throw new Error(
    `${origin} has changed since it was named ${name}; name it again by its path for what it holds now`,
  );
}
