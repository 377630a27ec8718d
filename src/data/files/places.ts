import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expandBraces } from "./brace_range.ts";

/** Whether a place of a manifest is on the network. */
export function isUrl(place: string): boolean {
  return /^https?:\/\//.test(place);
}

/** A path of a manifest: a relative one starts at the manifest's folder. */
export function localPath(folder: URL, path: string): string {
  return resolve(fileURLToPath(folder), path);
}

/** The files that a manifest's pattern stands for, in order: URLs, or absolute paths. See {@link expandBraces}. */
export function placesOf(folder: URL, pattern: string): string[] {
  return expandBraces(pattern).map((place) => isUrl(place) ? place : localPath(folder, place));
}
