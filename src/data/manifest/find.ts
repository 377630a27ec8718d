import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { imagesIn, type Manifest, MANIFEST_FOLDER, parseManifest, splitsOf } from "./manifest.ts";
import { readOwn } from "./own.ts";
import { folder as ownFolder, pathIn, wordsOf } from "./own_folder.ts";
import { checkDisjoint, parseReference } from "./reference.ts";

/**
 * Reads and checks the manifest of a dataset.
 *
 * @param folder default: `data_manifests/`, then the folder that `NTD_MANIFESTS` names
 * @throws {Error} when there is no such dataset (naming those there are) or when its file breaks the schema,
 * one line a fault
 */
export function readManifest(name: string, folder?: URL): Manifest {
  const own = folder ? undefined : readOwn(name);
  if (own) return own;
  const file = manifestFiles(folder ? [folder] : manifestFolders()).get(name);
  if (!file) throw unknownDataset(name, folder);
  return parseManifest(Deno.readTextFileSync(file), `${name}.json`, new URL(".", file));
}

/**
 * The manifests of the sources that a reference takes its images from: one (`cifar10@test`, `cifar10#1/3`),
 * or several (`tabler+mdi#1/3`).
 *
 * @throws {Error} when it is no reference, or there is no such dataset or split (naming those there are)
 */
export function manifestsOf(reference: string, folder?: URL): Manifest[] {
  const { datasets, split } = parseReference(reference);
  return datasets.map((dataset) => {
    const manifest = readManifest(dataset, folder);
    const splits = splitsOf(manifest);
    if (split === undefined || splits.includes(split)) return manifest;
    const known = splits.length > 0 ? `known are: ${splits.join(", ")}` : "its source has none";
    throw new Error(`"${reference}": ${dataset} has no split "${split}"; ${known}`);
  });
}

/**
 * The number of images that a reference means, as far as it is known before its pool is open: those of the
 * source, or an equal share of them; of several sources as many of each as the smallest has. Groups are dealt
 * out whole, so that a part may have somewhat more or fewer. For a split it is an upper bound.
 */
export function expectedImages(reference: string, folder?: URL): number {
  const manifests = manifestsOf(reference, folder);
  const least = Math.min(...manifests.map(imagesIn));
  return Math.ceil(manifests.length * least / (parseReference(reference).part?.of ?? 1));
}

/** Names of all datasets that have a manifest, in the order of the alphabet. */
export function manifestNames(folder?: URL): string[] {
  return [...manifestFiles(folder ? [folder] : manifestFolders()).keys()];
}

/**
 * The collections and the names of their datasets, by place. Files that are no manifests are passed over:
 * one of them in the folder that `NTD_MANIFESTS` names does not stand in the way of other datasets.
 */
export function collections(folder?: URL): Map<string, string[]> {
  const { manifests } = readable(folder);
  const byCollection = Map.groupBy(
    manifests.sort((a, b) => a.place - b.place),
    (manifest) => manifest.collection,
  );
  return new Map(
    [...byCollection].map(([collection, members]) => [collection, members.map(({ name }) => name)]),
  );
}

/** The manifests that can be read, and the names of the others' files with their first fault. */
function readable(folder?: URL): { manifests: Manifest[]; faults: string[] } {
  const manifests: Manifest[] = [], faults: string[] = [];
  for (const name of manifestNames(folder)) {
    try {
      manifests.push(readManifest(name, folder));
    } catch (error) {
      faults.push((error as Error).message.split("\n")[0]);
    }
  }
  return { manifests, faults };
}

/**
 * The datasets meant by what a user typed: a collection ("icons"), or references
 * ("tabler,phosphor,cifar10@test"), also paths of folders of images ("/data/a,./b#1/2").
 *
 * @param from where relative paths start. Default: the process's working folder.
 * @throws {Error} naming the known datasets, collections or splits when one is unknown, or when two have
 * images in common
 */
export function datasetsOf(choice: string, folder?: URL, from?: string): string[] {
  const collection = collections(folder).get(choice.trim());
  if (collection) return collection;
  const known = manifestNames(folder);
  const names = wordsOf(choice, from).map((word) => {
    const own = pathIn(word, known, from);
    return own ? ownFolder(own.path) + own.part : word;
  });
  if (names.length === 0) throw unknownDataset(choice, folder);
  for (const name of names) manifestsOf(name, folder);
  checkDisjoint(names);
  return names;
}

function unknownDataset(name: string, folder?: URL): Error {
  if (name.includes("/")) {
    return new Error(`there is no dataset "${name}"; if it is a folder of images, write folder("${name}")`);
  }
  const groups = [...collections(folder)].map(([collection, names]) => `${collection} (${names.join(", ")})`);
  const { faults } = readable(folder);
  const others = faults.length > 0 ? `\nThese are no manifests: ${faults.join("; ")}` : "";
  return new Error(`there is no dataset "${name}"; known are, by collection: ${groups.join("; ")}${others}`);
}

/**
 * The folders of manifests, in the order of search: `data_manifests/`, then the folder in the environment
 * variable `NTD_MANIFESTS` (a relative path starts at the root of the repository).
 */
function manifestFolders(): URL[] {
  const own = Deno.env.get("NTD_MANIFESTS");
  if (!own) return [MANIFEST_FOLDER];
  const root = fileURLToPath(new URL("..", MANIFEST_FOLDER));
  return [MANIFEST_FOLDER, pathToFileURL(`${resolve(root, own)}/`)];
}

/**
 * The manifest files of some folders by dataset, in the order of the alphabet. The first folder wins when two
 * have the same name.
 *
 * @throws {Error} when a folder cannot be read
 */
function manifestFiles(folders: readonly URL[]): Map<string, URL> {
  const found = folders.toReversed().flatMap((folder) =>
    filesIn(folder).map((file) => [file.slice(0, -5), new URL(file, folder)] as const)
  );
  return new Map([...new Map(found)].sort(([a], [b]) => a < b ? -1 : 1));
}

function filesIn(folder: URL): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => !isDirectory).map(({ name }) => name)
      .filter((file) => /^[^.].*\.json$/.test(file) && file !== "schema.json");
  } catch (error) {
    throw new Error(
      `the folder of manifests ${fileURLToPath(folder)} cannot be read (${(error as Error).message}); ` +
        "correct the environment variable NTD_MANIFESTS",
    );
  }
}
