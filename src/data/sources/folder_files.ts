import { join } from "node:path";
import { isImageName } from "./image_names.ts";

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
export function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
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
