import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { cellText, plainCell } from "./cells.ts";
import { localFilesOf } from "../files/places.ts";
import type { TarMember } from "../files/tar_members.ts";
import { filesFingerprint } from "./fingerprint.ts";
import { isImageName, withoutEnding } from "./image_paths.ts";
import { columnSchema, patternSchema, type SourceImage, sourceKind, type SourceManifest } from "./source.ts";
import { listRows, RowTally } from "./url_list.ts";
import { memberFile, shardSamples } from "./shard_samples.ts";

/** Lists of URLs: the `source` of a manifest. */
const schema = z.strictObject({
  type: z.literal("urls").describe("Lists of addresses of images, which are fetched one by one."),
  format: z.enum(["tsv", "csv", "jsonl", "parquet", "sqlite"]),
  files: patternSchema,
  columns: z.array(columnSchema).min(1).optional().describe(
    "Names of the columns of a tsv or csv without a header. Default: they stand in its first line.",
  ),
  table: columnSchema.optional().describe("Table of an sqlite file."),
  url: columnSchema.describe("Column of the address."),
  key: columnSchema.optional().describe("Column of a name for the image. Default: the address."),
  sha256: columnSchema.optional().describe(
    "Column of the hash that the file must have. Default: none is compared.",
  ),
  keep: z.array(columnSchema).optional().describe("Columns that are stored beside the image. Default: none."),
  where: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional().describe(
    "Only rows whose columns have these values.",
  ),
});

type UrlList = z.infer<typeof schema>;

/** Photographs that are fetched one by one before a pool is built. */
export const urls = sourceKind({
  type: "urls",
  schema,
  fixedByVersion: false,
  origin: ({ files }) => files,
  localFiles,
  images: fetchedImages,
  sampled: (by, { seed, candidates }) =>
    `addresses by rank of sha256(${seed}, key)` +
    (candidates ? ` among ${candidates} of files and row groups ${by}` : ""),
  readInPlace: () => true,
  fetchedFolder,
});

function localFiles(folder: URL, { files }: UrlList) {
  return localFilesOf(folder, files);
}

/** One line of a list of images. */
export interface ListedUrl {
  /** Names the image within its dataset. */
  key: string;
  url: string;
  /** Hash of the file's bytes, 64 hex digits. */
  sha256?: string;
  /** The columns that the manifest keeps. */
  metadata?: Record<string, unknown>;
}

/**
 * The addresses that a manifest with a source of type `urls` lists, in the lists' order, one in memory at a
 * time; each call reads the lists again. Rows that the manifest's `where` leaves out, and rows without an
 * http(s) address, are passed over.
 *
 * @param tally takes note of the rows that are passed over
 * @throws {Error} when a list is missing or damaged or has no such column, naming it, and when no row is left
 */
export async function* listedUrls(
  manifest: Pick<SourceManifest, "folder" | "access" | "sampling">,
  source: UrlList,
  tally = new RowTally(),
): AsyncGenerator<ListedUrl> {
  tally.clear();
  const { url, key = url, sha256, keep = [], where = {} } = source;
  const columns = [...new Set([url, key, ...(sha256 ? [sha256] : []), ...keep, ...Object.keys(where)])];
  let read = 0;
  for await (const row of listRows(manifest, source, columns, tally)) {
    const wanted = Object.entries(where).every(([name, value]) => cellText(row[name]) === `${value}`);
    const address = cellText(row[url]).trimStart();
    const name = cellText(row[key]);
    if (!wanted) tally.elsewhere++;
    else if (!/^https?:\/\//i.test(address)) tally.pass("no_address");
    else if (name === "") tally.pass("no_key");
    if (!wanted || name === "" || !/^https?:\/\//i.test(address)) continue;
    read++;
    const hash = sha256 ? cellText(row[sha256]).toLowerCase() : "";
    yield {
      key: name,
      url: address,
      ...(/^[0-9a-f]{64}$/.test(hash) && { sha256: hash }),
      ...(keep.length > 0 &&
        { metadata: Object.fromEntries(keep.map((column) => [column, plainCell(row[column])])) }),
    };
  }
  checkRows(source, columns, tally, read);
}

/**
 * @throws {Error} when rows of JSON never have one of the columns that the manifest names, which is misspelt,
 * and when no row was left
 */
function checkRows({ files }: UrlList, columns: readonly string[], tally: RowTally, read: number): void {
  const known = [...tally.columns];
  const missing = columns.find((column) => known.length > 0 && !tally.columns.has(column));
  if (missing !== undefined) {
    throw new Error(
      `${files}: no row has the column "${missing}"; the columns are ${known.slice(0, 50).join(", ")}: ` +
        "correct the manifest",
    );
  }
  if (read > 0) return;
  const elsewhere = tally.elsewhere > 0
    ? `; ${tally.elsewhere} have other values than the manifest's source.where`
    : "";
  throw new Error(
    `${files} lists no image: ${tally.text() ?? `it has ${tally.rows} rows`}${elsewhere}; ` +
      "correct the list, or source.format, url and where of the manifest",
  );
}

/** The fields of a manifest that decide which images of a list are fetched. */
type Listed = Pick<SourceManifest, "name" | "folder" | "source" | "sampling">;

/**
 * The folder that the images of a list are fetched into, as WebDataset shards in the folder `shards`. Its
 * name changes with the list and with the order in which URLs are tried. It does not change with `render`:
 * images that were fetched once may be gone from the network, and are used again for every size that is not
 * larger than theirs.
 */
export function fetchedFolder(root: string, { name, folder, source, sampling }: Listed): string {
  const files = filesFingerprint(folder, source as UrlList, localFiles); // asked of lists of URLs alone
  const fields = [source, sampling?.seed ?? 0, sampling?.candidates, files];
  const hash = createHash("sha256").update(JSON.stringify(fields)).digest("hex").slice(0, 16);
  return `${root}/${name}-${hash}.fetched`;
}

/** The least length of a photograph's shorter side from which a manifest's images can be made, px. */
export function wantedShorter({ render }: Pick<SourceManifest, "render">): number {
  return render.shorter ?? render.side!;
}

/**
 * Says which images of a dataset were fetched for another list than its manifest has now, and how to use
 * them.
 *
 * @returns a sentence, undefined when there is nothing of the kind
 */
export function fetchedForOthers(root: string, manifest: Listed): string | undefined {
  const own = fetchedFolder(root, manifest);
  const pattern = new RegExp(`^${manifest.name}-[0-9a-f]{16}\\.fetched$`);
  const others = entriesOf(root).filter((name) => pattern.test(name)).map((name) => join(root, name))
    .filter((folder) => folder !== join(own)).sort();
  if (others.length === 0) return undefined;
  return `${others.join(" and ")} ${
    others.length > 1 ? "hold" : "holds"
  } images of ${manifest.name} that were fetched ` +
    `when ${manifest.name}.json had another source, seed or number of candidates, or when a list on this machine had another ` +
    `name, size or time of change: they are kept and not used. To use them, change that back; if only the list's time of change is ` +
    `another, rename the folder to ${own}`;
}

function entriesOf(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    return []; // there are no pools yet
  }
}

/** The fields of the JSON beside a fetched image that are used. See `PhotographFacts`. */
interface Description {
  key?: unknown;
  width?: number;
  height?: number;
  originalWidth?: number;
  originalHeight?: number;
}

/**
 * The fetched images of a list, in the order of their shards. An image's key is the `key` in the JSON beside
 * it.
 *
 * @throws {Error} when they have not been fetched (with the command to do so), when a shard is damaged, or
 * when an image was reduced to less than the manifest asks for
 */
async function* fetchedImages(manifest: SourceManifest<UrlList>, root: string): AsyncGenerator<SourceImage> {
  const open: Pick<SourceManifest, "access"> = { access: { kind: "open" } };
  const wanted = (name: string) => isImageName(name) || name.endsWith(".json");
  for (const shard of shardsOf(manifest, root)) {
    for await (const sample of shardSamples(shard, open, wanted)) {
      const description = descriptionIn(sample.find(({ name }) => name.endsWith(".json")));
      checkResolution(description, manifest, fetchedFolder(root, manifest));
      for (const member of sample.filter(({ name }) => isImageName(name))) {
        const key = typeof description.key === "string" ? description.key : withoutEnding(member.name);
        yield { key, ...memberFile(member, shard) };
      }
    }
  }
}

function shardsOf(manifest: SourceManifest, root: string): string[] {
  const shards = shardsIn(join(fetchedFolder(root, manifest), "shards"));
  if (shards.length > 0) return shards;
  const { name } = manifest;
  const others = fetchedForOthers(root, manifest);
  throw new Error(
    `the images of ${name} have not been fetched; run: deno task fetch ${name}${others ? `\n${others}` : ""}`,
  );
}

function shardsIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name.endsWith(".tar"))
      .sort().map((name) => join(folder, name));
  } catch {
    return []; // nothing has been fetched
  }
}

function descriptionIn(member?: TarMember): Description {
  if (!member || member.refused !== undefined) return {};
  try {
    return JSON.parse(new TextDecoder().decode(member.bytes)) ?? {};
  } catch {
    return {};
  }
}

/** Refuses an image that was reduced to less than the manifest asks for. */
function checkResolution(
  { width = Infinity, height = Infinity, originalWidth = 0, originalHeight = 0 }: Description,
  manifest: SourceManifest,
  folder: string,
): void {
  const wanted = wantedShorter(manifest);
  const stored = Math.min(width, height);
  if (stored >= Math.min(wanted, originalWidth, originalHeight)) return;
  const { name, render } = manifest;
  const field = render.shorter === undefined ? "render.side" : "render.shorter";
  throw new Error(
    `${name}.json: field "${field}" is ${wanted}, but ${folder} holds photographs whose shorter side was reduced to ${stored} px when ` +
      `they were fetched, and they cannot be made larger: give ${stored} or less, or move that folder away to keep it and run: ` +
      `deno task fetch ${name}`,
  );
}
