/** Datasets of one's own in files that have many images each: tar shards, Parquet, and those of the hub. */
import { basename, dirname } from "node:path";
import { z } from "zod";
import { isRefusal, markOf, openBytes, openRandomAccess } from "../files/open.ts";
import { startParquetReader } from "../files/parquet.ts";
import { dataRoot, isUrl, placesOf } from "../files/places.ts";
import { sourceKindOf } from "../sources/list.ts";
import { contentOf, type Described } from "./content.ts";
import { described, type OwnOptions, PARQUET, register, registered, statOf, TAR, wholePath } from "./own.ts";
import { folder, pathIn, wordsOf } from "./own_folder.ts";
import { collections, manifestNames } from "./find.ts";
import type { Manifest } from "./manifest.ts";

/**
 * The name of a dataset that is the images of tar files, as `folder` gives that of a folder: a path or URL
 * with ranges, as `/data/photos-{0000..0009}.tar`. Of shards on the network the content is what their server
 * says of them, and the number of images is estimated from the beginning of the first.
 *
 * @throws {Error} naming the file that is missing, damaged or has no images
 */
export async function shards(pattern: string, options: OwnOptions = {}): Promise<string> {
  const own = described({ type: "webdataset", shards: place(pattern) }, options);
  checkFiles(own, own.source.shards);
  const content = await contentOf(own);
  const images = registered(content)?.images ?? await imagesInShards(own);
  if (images === 0) throw new Error(`${own.source.shards} has no images; name shards that have`);
  return register(own, {
    ...options,
    content,
    images,
    called: calledBy(own.source.shards),
    page: pageOf(own),
  });
}

/** The choices that there are for images in Parquet files. */
export interface ParquetOptions extends OwnOptions {
  /** Column of the encoded images. Default: the one that is called `image`, `img`, `jpg`, `png`, … */
  image?: string;
}

/**
 * The name of a dataset that is the images in a column of Parquet files, a row each: a path or URL with
 * ranges. Of files on the network the content is what their server says of them.
 *
 * @throws {Error} naming the file that is missing or damaged, or its columns where none is known for images
 */
export async function parquet(pattern: string, options: ParquetOptions = {}): Promise<string> {
  const files = place(pattern);
  return await parquetFiles(files, options, { kind: "open" }, { called: calledBy(files) });
}

/** The choices that there are for a dataset of the hub. */
export interface HubOptions extends ParquetOptions {
  /** Its configuration. Default: `default`, or the first. */
  config?: string;
  /** Its split. Default: `train`, or the first. */
  split?: string;
}

/** The hub's own list of a dataset's Parquet files: URLs by configuration and split. */
const listSchema = z.record(z.string(), z.record(z.string(), z.array(z.url())));

/**
 * The name of a dataset of the Hugging Face Hub, by the hub's own list of its Parquet files. Where it is
 * gated, the token in `HF_TOKEN` is shown to the hub, and to no other host. The environment variable
 * `HF_ENDPOINT` names another hub.
 *
 * @param repository `owner/name`
 * @throws {Error} when there is no such dataset, configuration or split, or it takes a token
 */
export async function hub(repository: string, options: HubOptions = {}): Promise<string> {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new Error(`"${repository}" is no dataset of the hub; write it as "owner/name"`);
  }
  const base = (Deno.env.get("HF_ENDPOINT") || "https://huggingface.co").replace(/\/+$/, "");
  const page = `${base}/datasets/${repository}`;
  const [owner, called] = repository.split("/");
  return await asAllowed(repository, page, async (access) => {
    const list = await listOf(`${base}/api/datasets/${repository}/parquet`, access);
    const files = pattern(chosen(list, repository, options), base);
    return await parquetFiles(files, options, access, { called, page, curator: owner });
  });
}

/** Tries without a token first, so that it is shown only where it has to be. */
async function asAllowed<T>(
  repository: string,
  page: string,
  use: (access: Manifest["access"]) => Promise<T>,
): Promise<T> {
  try {
    return await use({ kind: "open" });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (Deno.env.get("HF_TOKEN")) return await use({ kind: "gated", token: "HF_TOKEN", terms: page });
    throw new Error(
      `${repository} is not given out without a token: it is gated, private or not there. Accept its terms at ${page}, ` +
        "and put a token of your account in the environment variable HF_TOKEN",
      { cause: error },
    );
  }
}

/** A list of files is not longer, bytes. */
const LONGEST_LIST = 64 << 20;

async function listOf(url: string, access: Manifest["access"]): Promise<z.infer<typeof listSchema>> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const block of openBytes(url, access)) {
    text += decoder.decode(block, { stream: true });
    if (text.length > LONGEST_LIST) throw new Error(`${url} does not end; it is no list of Parquet files`);
  }
  try {
    return listSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${url} is no list of Parquet files by configuration and split`, { cause });
  }
}

/** The files of one configuration and split. */
function chosen(
  list: z.infer<typeof listSchema>,
  repository: string,
  { config, split }: HubOptions,
): string[] {
  const one = <T>(what: string, of: Record<string, T>, wanted: string | undefined, usual: string): T => {
    const known = Object.keys(of);
    const name = wanted ?? (known.includes(usual) ? usual : known[0]);
    if (name !== undefined && known.includes(name)) return of[name];
    const there = known.length > 0
      ? `known are: ${known.join(", ")}`
      : "the hub has made no Parquet files of it";
    throw new Error(`${repository} has no ${what}${wanted === undefined ? "" : ` "${wanted}"`}; ${there}`);
  };
  return one("split", one("configuration", list, config, "default"), split, "train");
}

/**
 * URLs as one pattern.
 *
 * @throws {Error} for one that is of another host: the token is for the hub alone
 */
function pattern(urls: readonly string[], base: string): string {
  const strange = urls.find((url) => new URL(url).origin !== new URL(base).origin);
  if (strange) {
    throw new Error(`the hub's list names a file of another host, ${strange}; it is not asked for`);
  }
  if (urls.length === 0) throw new Error("the hub's list of its Parquet files is empty");
  const spelled = urls.map((url) => url.replaceAll(/[{},]/g, (letter) => encodeURIComponent(letter)));
  return spelled.length === 1 ? spelled[0] : `{${spelled.join(",")}}`;
}

async function parquetFiles(
  files: string,
  options: ParquetOptions,
  access: Manifest["access"],
  { called, page, curator }: { called: string; page?: string; curator?: string },
): Promise<string> {
  const ofColumn = (image: string) => described({ type: "parquet", files, image }, options, access);
  const { folder } = ofColumn("image");
  checkFiles({ folder }, files);
  const { columns, rows } = await contentsOf(placesOf(folder, files), access);
  if (rows === 0) throw new Error(`${files} has no rows; name files that have`);
  const own = ofColumn(imageColumn(columns, files, options.image));
  const content = await contentOf(own);
  return register(own, { ...options, content, images: rows, called, page: page ?? pageOf(own), curator });
}

/** Columns of images, as they are mostly called. */
const IMAGE_COLUMNS = [
  "image",
  "img",
  "jpg",
  "jpeg",
  "png",
  "webp",
  "picture",
  "photo",
  "image_bytes",
  "bytes",
];

function imageColumn(columns: readonly string[], files: string, wanted?: string): string {
  const found = wanted ?? IMAGE_COLUMNS.find((name) => columns.includes(name)) ??
    (columns.length === 1 ? columns[0] : undefined);
  if (found !== undefined && columns.includes(found)) return found;
  const fault = wanted === undefined ? "no column that is known for images" : `no column "${wanted}"`;
  throw new Error(
    `${files} has ${fault}; its columns are ${
      columns.join(", ")
    }: name the one of the images, as in { image: "${columns[0]}" }`,
  );
}

/** The columns of the first of some Parquet files, and the number of rows of all. */
async function contentsOf(places: readonly string[], access: Manifest["access"]) {
  using reader = startParquetReader();
  let columns: string[] | undefined;
  let rows = 0;
  for (const place of places) {
    using file = await openRandomAccess(place, access);
    const contents = await reader.open(file, place);
    columns ??= contents.columns;
    rows += contents.groups.reduce((sum, group) => sum + group, 0);
  }
  return { columns: columns ?? [], rows };
}

/** A place as a manifest has it: a URL, or the whole path. */
function place(pattern: string): string {
  return isUrl(pattern) ? pattern : wholePath(pattern);
}

/** @throws {Error} for a file that is not there, before any is read */
function checkFiles({ folder }: Pick<Described, "folder">, pattern: string): void {
  for (const path of placesOf(folder, pattern).filter((place) => !isUrl(place))) {
    const found = statOf(path);
    if (!found) throw new Error(`there is no file ${path}; correct the path or its range`);
    if (found.isDirectory) throw new Error(`${path} is a folder; write folder("${path}")`);
  }
}

/** What files are called: their name before the first range, or else that of their folder. */
function calledBy(pattern: string): string {
  const path = isUrl(pattern) ? new URL(pattern).pathname : pattern;
  const stem = basename(path).replace(TAR, "").replace(PARQUET, "").replace(/[-_.]?(\{.*|%7B.*)$/i, "");
  return stem || basename(dirname(path));
}

/** The first file. */
function pageOf({ folder, source }: Described & { source: { shards: string } | { files: string } }): string {
  return placesOf(folder, "shards" in source ? source.shards : source.files)[0];
}

/** How much of the first shard is read on the network, bytes of images. */
const LOOKED_AT = 32 << 20;
/** An estimate is that much too large rather than too small: it is the most that may be asked for. */
const MARGIN = 1.2;

/** How many images shards have: counted on this machine, estimated on the network. */
async function imagesInShards(
  own: Described & { source: { type: "webdataset"; shards: string } },
): Promise<number> {
  const places = placesOf(own.folder, own.source.shards);
  const isRemote = places.some(isUrl);
  let images = 0, bytes = 0;
  const manifest = { ...own, name: "shards" };
  for await (const image of sourceKindOf(own.source).images(manifest, dataRoot())) {
    images++;
    if (isRemote && "file" in image) bytes += (await image.file().catch(() => new Uint8Array())).length;
    if (bytes > LOOKED_AT) break;
  }
  if (bytes <= LOOKED_AT) return images; // read to their end
  const sizes = await Promise.all(
    places.map(async (place) => isUrl(place) ? (await markOf(place, own.access)).size : statOf(place)?.size),
  );
  const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return Math.max(images, Math.ceil(MARGIN * images * total / bytes));
}

/**
 * What a user typed, with a name in place of each path or URL: a folder of images, tar shards or Parquet.
 *
 * @throws {Error} as {@link folder}, {@link shards} and {@link parquet}
 */
export async function withOwn(choice: string): Promise<string> {
  if (collections().has(choice.trim())) return choice;
  const known = manifestNames();
  const names = await Promise.all(
    wordsOf(choice).map(async (word) => {
      const found = pathIn(word, known) ??
        (TAR.test(word) || PARQUET.test(word) ? { path: word, part: "" } : undefined);
      if (!found) return word;
      const { path, part } = found;
      const isFolder = statOf(wholePath(path))?.isDirectory;
      const name = isFolder || !(TAR.test(path) || PARQUET.test(path))
        ? folder(path)
        : TAR.test(path)
        ? shards(path)
        : parquet(path);
      return await name + part;
    }),
  );
  return names.join(",");
}
