/**
 * Datasets of one's own: their names end in the beginning of a digest of what their files hold, and their
 * manifests, in which everything else has a default, are kept among the data.
 */
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { dataRoot, isUrl } from "../files/places.ts";
import type { Described } from "./content.ts";
import { type Manifest, parseManifest } from "./manifest.ts";

/** The choices that there are for images of one's own. */
export interface OwnOptions {
  /**
   * What they are called in tables and figures. Default: the last part of the path, or what the same images
   * were called before.
   */
  name?: string;
  /** Side of the squares that images are stored as, px. Default: 64. */
  side?: number;
}

export const TAR = /\.(tar|tar\.gz|tgz)$/i;
export const PARQUET = /\.parquet$/i;

/**
 * A path as a user writes it, from the root on; patterns with braces too.
 *
 * @param from where a relative path starts. Default: the process's working folder.
 */
export function wholePath(path: string, from = ""): string {
  return resolve(from, path.replace(/^~(?=\/|$)/, homedir()));
}

export function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/** A source with the defaults of everything that decides its content. */
export function described<Source extends Manifest["source"]>(
  source: Source,
  { side = 64 }: OwnOptions,
  access: Manifest["access"] = { kind: "open" },
): Described & { source: Source } {
  const render = { side, channels: 3, background: "#ffffff" } as const;
  return { folder: pathToFileURL("/"), source, access, render };
}

/** What is known of a dataset when it gets its name. */
interface Known extends OwnOptions {
  content: string;
  images: number;
  /** What it is called where the user does not say it. */
  called: string;
  /** Path or URL that a reader is led to. */
  page: string;
  curator?: string;
}

const ownFolder = () => join(dataRoot(), "own");
const digitsOf = (content: string) => content.slice(0, 12);
const fileOf = (digits: string) => join(ownFolder(), `${digits}.json`);

/** What is kept of a dataset of this content, where it was named before. */
export function registered(content: string): { name: string; images: number } | undefined {
  const text = textOf(fileOf(digitsOf(content)));
  const kept = text === undefined ? undefined : JSON.parse(text);
  return kept?.content === content ? kept : undefined;
}

/** Keeps the manifest of a dataset among the data, and gives its name. */
export function register(
  { source, access, render }: Described,
  { content, images, called, page, name: wanted, curator = "whoever made the images" }: Known,
): string {
  const digits = digitsOf(content);
  const title = wanted ?? called;
  const name = wanted === undefined && registered(content)?.name || `${spelled(title)}~${digits}`;
  const manifest = {
    name,
    symbol: spelled(title).slice(0, 5),
    title,
    collection: "own",
    place: 1,
    curator,
    licence: { spdx: "LicenseRef-own", attribution: curator },
    homepage: isUrl(page) ? page : pathToFileURL(page).href,
    access,
    source,
    content,
    render,
    grouping: "none",
    images,
    checked: new Date().toISOString().slice(0, 10),
  };
  const text = JSON.stringify(manifest, null, 2) + "\n";
  parseManifest(text, `${name}.json`);
  replace(fileOf(digits), text);
  return name;
}

/** A title in the letters of a dataset's name. */
function spelled(title: string): string {
  const letters = title.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(
    /[^a-z0-9]+/g,
    "-",
  );
  return letters.slice(0, 24).replaceAll(/^-+|-+$/g, "") || "images";
}

/** Written beside and renamed, so that another process reads the whole file or the one before. */
function replace(path: string, text: string): void {
  const beside = `${path}.${crypto.randomUUID()}`;
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(beside, text);
    Deno.renameSync(beside, path);
  } catch (cause) {
    throw new Error(
      `${path} cannot be written (${
        (cause as Error).message
      }); name another folder in the environment variable NTD_DATA`,
      { cause },
    );
  }
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The manifest of a dataset that was named by its content, here or in another process. Titles before the
 * digits do not matter. Undefined for a name that is no such one.
 *
 * @throws {Error} when it was never named with these data
 */
export function readOwn(name: string): Manifest | undefined {
  if (!/^[a-z0-9][a-z0-9-]*~[0-9a-f]{12}$/.test(name)) return undefined;
  const text = textOf(fileOf(name.split("~")[1]));
  if (text === undefined) {
    throw new Error(
      `there is no dataset "${name}" in ${ownFolder()}: it was named on another machine or with another NTD_DATA; ` +
        "name its images here once, by their path",
    );
  }
  return parseManifest(JSON.stringify({ ...JSON.parse(text), name }), `${name}.json`, pathToFileURL("/"));
}
