/**
 * A folder of images in one line: `folder("/data/a")` is a name that experiments, figures and commands take.
 * Also paths among what a user typed.
 */
import { basename, join } from "node:path";
import { isUrl } from "../files/places.ts";
import { IMAGE_ENDINGS } from "../sources/image_paths.ts";
import { sourceKindOf } from "../sources/list.ts";
import { localContent } from "./content.ts";
import { described, type OwnOptions, PARQUET, register, registered, statOf, TAR, wholePath } from "./own.ts";

/**
 * The name of a dataset that is the image files of a folder and of all folders in it.
 *
 *     baseline({ datasets: [folder("/data/a"), folder("/data/b")] })
 *
 * Its identity is by content: every file is read and hashed, see `contentOf`. The same images elsewhere have
 * the same name; a folder that has changed has another one.
 *
 * @param path absolute, relative to the process's working folder, or below `~`
 * @throws {Error} naming the path, when there is no such folder or it has no images
 */
export function folder(path: string, options: OwnOptions = {}): string {
  const whole = wholePath(path);
  const isFolder = statOf(whole)?.isDirectory;
  if (isFolder === undefined) throw new Error(`there is no folder ${whole}; correct the path`);
  if (!isFolder) throw new Error(`${whole} is a file, not a folder; ${adviceFor(whole)}`);
  const own = described({ type: "folder", path: whole }, options);
  const content = localContent(own);
  const images = registered(content)?.images ??
    [...sourceKindOf(own.source).localFiles(own.folder, own.source)].length;
  if (images === 0) {
    const other = [...Deno.readDirSync(whole)].find(({ name }) => TAR.test(name) || PARQUET.test(name));
    const advice = other ? `; for ${other.name} ${adviceFor(join(whole, other.name))}` : "";
    throw new Error(
      `${whole} has no images (${IMAGE_ENDINGS}), nor have the folders in it${advice}`,
    );
  }
  return register(own, {
    ...options,
    images,
    content,
    called: basename(whole),
    page: whole,
  });
}

function adviceFor(path: string): string {
  if (TAR.test(path)) return `write shards("${path}")`;
  if (PARQUET.test(path)) return `write parquet("${path}")`;
  return "name the folder that it is in";
}

/**
 * What a user typed, cut at commas outside of braces.
 *
 * @param from where relative paths start, see {@link wholePath}
 */
export function wordsOf(choice: string, from?: string): string[] {
  if (choice.trim() !== "" && statOf(wholePath(choice.trim(), from))) return [choice.trim()];
  return choice.split(/,(?![^{]*\})/).map((word) => word.trim()).filter((word) => word !== "");
}

/**
 * A path among what a user typed, and the part of it that is wanted (`#1/2`); undefined for a known dataset
 * and for what is no path: neither absolute, nor beginning with ./, ../ or ~/, nor there. It is a URL, or
 * whole.
 *
 * @param from where a relative path starts, see {@link wholePath}
 */
export function pathIn(
  word: string,
  known: readonly string[],
  from?: string,
): { path: string; part: string } | undefined {
  const [, path, part = ""] = /^(.*?)(#\d+\/\d+)?$/s.exec(word)!;
  if (known.includes(path)) return undefined;
  if (isUrl(path)) return { path, part };
  if (statOf(wholePath(word, from))) return { path: wholePath(word, from), part: "" };
  const whole = wholePath(path, from);
  return /^(\/|~\/|\.\.?(\/|$))/.test(path) || statOf(whole) ? { path: whole, part } : undefined;
}
