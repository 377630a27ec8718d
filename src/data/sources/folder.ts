import { join } from "node:path";
import { localPath } from "../files/places.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { byRank } from "../../stats/mod.ts";
import type { SourceOf } from "./list.ts";
import { isImageName, withoutEnding } from "./image_paths.ts";
import { LARGEST_FILE } from "./stored_image.ts";
import type { SourceImage } from "./source.ts";

/**
 * The image files of a folder and all folders in it, in the order of the alphabet; other files are passed over. An image's key is
 * its path without the ending. With `splits` only those sub-folders are looked at; with `classFolders` the folders at the next level are
 * the classes, numbered by their names over all splits.
 *
 * @throws Error when a folder is missing, naming it
 */
export async function* folderImages(
  manifest: Manifest,
  source: SourceOf<"folder">,
): AsyncGenerator<SourceImage> {
  const root = localPath(manifest.folder, source.path);
  const splits = source.splits ?? [""];
  const classes = classesOf(manifest);
  for (const split of splits) {
    const files = imageFiles(root, split);
    for (const file of manifest.sampling ? byRank([...files], manifest.sampling.seed) : files) {
      const label = classes?.indexOf(file.slice(split.length).split("/").filter(Boolean)[0]);
      yield {
        key: withoutEnding(file),
        ...(label !== undefined && label >= 0 && { label }),
        ...(split && { split }),
        place: join(root, file),
        file: () => readImage(join(root, file)),
      };
    }
  }
}

/** Names of the semantic classes of a source, by number, as far as its manifest or its folders tell. */
export function classesOf({ folder, source }: Pick<Manifest, "folder" | "source">): string[] | undefined {
  if (source.type !== "folder") return "classes" in source ? source.classes : undefined;
  if (!source.classFolders) return undefined;
  return classNames(localPath(folder, source.path), source.splits ?? [""]);
}

/** The semantic classes of a folder that has them, by number. */
function classNames(root: string, splits: readonly string[]): string[] {
  const folders = splits.flatMap((split) => entriesOf(join(root, split)).filter(({ isFolder }) => isFolder));
  return [...new Set(folders.map(({ name }) => name))].sort();
}

async function readImage(path: string): Promise<Uint8Array> {
  const { size, isFile } = await Deno.stat(path);
  if (!isFile) throw new Error("it is not a file");
  if (size > LARGEST_FILE) throw new Error(`it has ${size} bytes; ${LARGEST_FILE} are the most`);
  return await Deno.readFile(path);
}

/**
 * Paths of the image files in the folder `within` of `root` and in all folders in it, relative to `root`, in the order of the
 * alphabet. Folders that are links are followed, but not in circles.
 */
export function imageFiles(root: string, within = ""): Generator<string> {
  return filesBelow(root, within, within ? [realPath(root)] : []);
}

function* filesBelow(root: string, within: string, above: readonly string[]): Generator<string> {
  const here = realPath(join(root, within));
  if (above.includes(here)) return;
  for (const { name, isFolder } of entriesOf(here)) {
    const path = within ? `${within}/${name}` : name;
    if (isFolder) yield* filesBelow(root, path, [...above, here]);
    else if (isImageName(name)) yield path;
  }
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message}); correct the path in the manifest`);
  }
}

/** What a folder holds, in the order of the alphabet; hidden entries and broken links are left out. */
function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  return [...Deno.readDirSync(realPath(folder))].filter(({ name }) => !name.startsWith("."))
    .map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory || (entry.isSymlink && isFolder(join(folder, entry.name))),
    }))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // a link to nowhere: reading it as an image will say so
  }
}
