import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { repositoryRoot } from "../../disk/mod.ts";

/**
 * The folder of all pools: the environment variable `NTD_DATA` (a relative path starts at the root of the
 * repository), or `.data` there.
 */
export function dataRoot(): string {
  return resolve(repositoryRoot, Deno.env.get("NTD_DATA") || ".data");
}

/** Whether a place of a manifest is on the network. */
export function isUrl(place: string): boolean {
  return /^https?:\/\//i.test(place);
}

/** A path of a manifest: a relative one starts at the manifest's folder. */
export function localPath(folder: URL, path: string): string {
  return resolve(fileURLToPath(folder), path);
}

/** The files that a manifest's pattern stands for, in order: URLs, or absolute paths. See `expandBraces`. */
export function placesOf(folder: URL, pattern: string): string[] {
  return expandBraces(pattern).map((place) => isUrl(place) ? place : localPath(folder, place));
}

/** The files on this machine that a manifest's pattern stands for: name and path of each. */
export function localFilesOf(folder: URL, pattern: string): [name: string, path: string][] {
  return placesOf(folder, pattern).filter((place) => !isUrl(place)).map((path) => [basename(path), path]);
}

/**
 * Names for files that tell them apart: the last part of each path without the ending; where two would have
 * one name, as `train/0.tar` and `val/0.tar`, all have their paths from the folder on that they share.
 */
export function shortNames(places: readonly string[], ending: string): string[] {
  const last = places.map((place) => basename(new URL(place, "file:///").pathname, ending));
  if (areDistinct(last)) return last;
  const shared = sharedFolder(places);
  const paths = places.map((place) => place.slice(shared.length));
  const bare = paths.map((path) => path.endsWith(ending) ? path.slice(0, -ending.length) : path);
  return areDistinct(bare) ? bare : paths;
}

function areDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

function sharedFolder([first, ...others]: readonly string[]): string {
  const folders = first.split(/(?<=\/)/).slice(0, -1);
  while (!others.every((other) => other.startsWith(folders.join("")))) folders.pop();
  return folders.join("");
}

/**
 * A text on one line that a terminal shows as it is: control characters and marks of direction in figures.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`,
  );
}

/** More files than any dataset has; a longer range is a slip of the keyboard. */
const LIMIT = 1_000_000;

/** One piece of a pattern: what it may stand for, in order. */
type Piece = readonly string[];

/**
 * Names that a pattern stands for, in order: `{000..012}` is each number of that range, with zeros in front
 * where the first number has them; `{train,val}` is each word. Several braces are combined, the last varying
 * fastest.
 *
 * @returns the pieces whose combinations are the names; see {@link expandBraces}
 * @throws {Error} for a brace without its partner, one within another, an empty or descending range, or more
 * than a million names
 */
export function parseBraces(pattern: string): Piece[] {
  const pieces: Piece[] = [];
  for (const [index, part] of pattern.split(/(\{[^{}]*\})/).entries()) {
    if (index % 2 === 1) pieces.push(choices(part.slice(1, -1), pattern));
    else if (/[{}]/.test(part)) {
      throw fault(pattern, "has a brace without its partner, or one within another");
    } else pieces.push([part]);
  }
  const names = pieces.reduce((product, { length }) => product * length, 1);
  if (names > LIMIT) throw fault(pattern, `stands for ${names} files; ${LIMIT} are the most`);
  return pieces;
}

/** The names that a pattern stands for. See {@link parseBraces}. */
export function expandBraces(pattern: string): string[] {
  return parseBraces(pattern).reduce<string[]>(
    (names, piece) => names.flatMap((name) => piece.map((choice) => name + choice)),
    [""],
  );
}

function choices(inside: string, pattern: string): Piece {
  const range = /^(\d+)\.\.(\d+)$/.exec(inside);
  if (!range) {
    if (inside === "" || inside.includes("..")) {
      throw fault(
        pattern,
        `has {${inside}}, which is neither a range as {000..012} nor words as {train,val}`,
      );
    }
    return inside.split(",");
  }
  const [first, last] = [Number(range[1]), Number(range[2])];
  if (last < first) throw fault(pattern, `has a range from ${range[1]} down to ${range[2]}`);
  if (last - first >= LIMIT) throw fault(pattern, `has a range of more than ${LIMIT} files`);
  const width = range[1].length;
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i).padStart(width, "0"));
}

function fault(pattern: string, what: string): Error {
  return new Error(`"${pattern}" ${what}; write a brace as {000..012} or {train,val}`);
}
