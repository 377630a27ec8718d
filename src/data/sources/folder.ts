import { join } from "node:path";
import { z } from "zod";
import { byRank } from "../../stats/mod.ts";
import { localPath, printable } from "../files/places.ts";
import { isArchiveName, isImageName, isOfSystem, nestedArchives, withoutEnding } from "./image_paths.ts";
import { LARGEST_FILE } from "./stored_image.ts";
import {
  archiveFields,
  type LocalFile,
  type SourceImage,
  sourceKind,
  type SourceManifest,
} from "./source.ts";

const schema = z.strictObject({
  type: z.literal("folder").describe("Image files in a folder and its sub-folders."),
  path: z.string().min(1).describe("The folder; a relative path starts at the folder of this file."),
  splits: archiveFields.splits,
  classFolders: z.boolean().optional().describe(
    "Whether the folders inside (of each split) are semantic classes, numbered by the alphabet. Default: false.",
  ),
});

type Folder = z.infer<typeof schema>;

/** Image files on this machine. */
export const folder = sourceKind({
  type: "folder",
  schema,
  fixedByVersion: false,
  origin: ({ path }) => path,
  localFiles,
  images: folderImages,
  sampled: (by) => `images ${by}`,
  classes: classesOf,
  splits: ({ splits = [] }) => splits,
});

function* localFiles(folder: URL, { path, splits = [""] }: Folder): Generator<LocalFile> {
  const root = localPath(folder, path);
  for (const split of splits) {
    for (const file of imageFiles(root, split)) {
      if (canBeNamed(join(root, file))) yield [file, join(root, file)];
    }
  }
}

/**
 * The image files of a folder and all folders in it, in the order of the alphabet; other files are passed
 * over. An image's key is its path without the ending. With `splits` only those sub-folders are looked at;
 * with `classFolders` the folders at the next level are the classes, numbered by their names over all splits.
 *
 * @throws {Error} when a folder is missing, naming it, and when there are archives in place of images
 */
async function* folderImages(
  { folder, source, sampling }: SourceManifest<Folder>,
): AsyncGenerator<SourceImage> {
  const root = localPath(folder, source.path);
  const classes = classesOf(folder, source);
  let hasImages = false;
  for (const split of source.splits ?? [""]) {
    const files = imageFiles(root, split);
    for (const file of sampling ? byRank([...files], sampling.seed) : files) {
      hasImages = true;
      const label = classes?.indexOf(file.slice(split.length).split("/").filter(Boolean)[0]);
      yield {
        key: withoutEnding(file),
        longKey: file,
        ...(label !== undefined && label >= 0 && { label }),
        ...(split && { split }),
        place: join(root, file),
        file: () => readImageFile(join(root, file)),
      };
    }
  }
  const archive = hasImages ? undefined : entriesOf(root).find(({ name }) => isArchiveName(name));
  if (archive) throw nestedArchives(root, printable(archive.name));
}

/** The semantic classes of a folder that has them, by number. */
function classesOf(folder: URL, { path, splits = [""], classFolders }: Folder): string[] | undefined {
  if (!classFolders) return undefined;
  const root = localPath(folder, path);
  const names = splits.flatMap((split) =>
    entriesOf(join(root, split)).filter(({ name, isFolder }) =>
      isFolder && canBeNamed(join(root, split, name)) && !isEmpty(imageFiles(join(root, split, name)))
    ).map(({ name }) => name)
  );
  return [...new Set(names)].sort();
}

function isEmpty(generator: Generator<unknown>): boolean {
  const { done } = generator.next();
  generator.return(undefined);
  return done === true;
}

/** Whether there is a file or folder of this name: of one that is no UTF-8 another name is listed. */
function canBeNamed(path: string): boolean {
  return !path.includes("\ufffd") || statOf(path) !== undefined;
}

/**
 * The bytes of an image file.
 *
 * @throws {Error} when it is no file, as a pipe, too large, or cannot be read
 */
export async function readImageFile(path: string): Promise<Uint8Array> {
  if (!canBeNamed(path)) throw new Error("its name is no UTF-8, so that it cannot be opened; rename it");
  const { size, isFile } = await Deno.stat(path);
  if (!isFile) throw new Error("it is not a file");
  if (size > LARGEST_FILE) throw new Error(`it has ${size} bytes; ${LARGEST_FILE} are the most`);
  return await Deno.readFile(path);
}

/**
 * Paths of the image files in a folder and in all folders in it, in the order of the alphabet. Folders that
 * are links are followed, but not in circles. A folder that cannot be opened, since its name is no UTF-8,
 * is among them.
 */
export function imageFilesIn(folder: string): Generator<string> {
  return imageFiles(folder);
}

/**
 * Paths of the image files in the folder `within` of `root` and in all folders in it, relative to `root`, in
 * the order of the alphabet. Folders that are links are followed, but not in circles.
 */
function imageFiles(root: string, within = ""): Generator<string> {
  return filesBelow(root, within, within ? [realPath(root)] : []);
}

function* filesBelow(root: string, within: string, above: readonly string[]): Generator<string> {
  const here = realPath(join(root, within));
  if (above.includes(here)) return;
  for (const { name, isFolder } of entriesOf(here)) {
    const path = within ? `${within}/${name}` : name;
    if (isFolder && !canBeNamed(join(here, name))) yield path;
    else if (isFolder) yield* filesBelow(root, path, [...above, here]);
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

/** The entries of a folder in the order of the alphabet, without hidden ones and those of systems. */
function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  return [...Deno.readDirSync(realPath(folder))]
    .filter(({ name }) => !name.startsWith(".") && !isOfSystem(name))
    .map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory || (entry.isSymlink && isFolder(join(folder, entry.name))),
    }))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory ?? false; // a link to nowhere: reading it as an image will say so
}
