/** Fetching the images of a list of URLs, with a line of progress at the terminal. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import {
  dataRoot,
  fetchedFolder,
  fetchedForOthers,
  imagesIn,
  listedUrls,
  type Manifest,
  readManifest,
  RowTally,
  wantedShorter,
} from "../data/mod.ts";
import {
  fetchImages,
  FetchIncompleteError,
  type FetchList,
  type FetchOptions,
  fetchProgressText,
  type FetchReport,
  fetchReportText,
  STORAGE_DEFAULTS,
} from "../fetch/mod.ts";
import type { RayCluster } from "../sweeps/mod.ts";
import { UsageError } from "./command.ts";

/** The choices that a user has for a list. */
export interface ListedRequest {
  /** Number of good images that are wanted. Default: as many as the manifest's sample has. */
  images?: number;
  /** Whether hosts may be at private addresses. */
  allowPrivate: boolean;
  /** The Ray cluster that fetches. Default: this machine does. */
  ray?: RayCluster;
}

/** Where a dataset is looked for. Default: where all are. */
interface Place {
  /** Folder of the pools. */
  root?: string;
  manifests?: URL;
}

/**
 * Checks a request for a dataset before anything is fetched, which may take hours.
 *
 * @returns the dataset's manifest
 * @throws {UsageError} when more images are wanted than the manifest has, or what only a list of URLs has of
 *   another kind of dataset
 */
export function checkListed(
  name: string,
  { images, ray }: Omit<ListedRequest, "allowPrivate">,
  { manifests }: Place = {},
): Manifest {
  const manifest = readManifest(name, manifests);
  const isList = manifest.source.type === "urls";
  if (ray && !isList) {
    throw new UsageError(`--engine: ${name} is no list of URLs; without it, it is made here.`);
  }
  if (images === undefined) return manifest;
  if (!isList) {
    throw new UsageError(`--images: ${name} is no list of URLs; its number of images is in ${name}.json.`);
  }
  const most = imagesIn(manifest);
  if (images > most) throw new UsageError(`--images: ${name} has ${most} images at most, by ${name}.json.`);
  return manifest;
}

/**
 * Fetches the images of a dataset whose manifest is a list of URLs; for other datasets it does nothing.
 * Images that were fetched before for the same list are used, however the manifest wants them stored. When
 * the fetched images change, the pools that were made from them are removed.
 *
 * @returns the report, undefined for other datasets
 * @throws {UsageError} as {@link checkListed}
 * @throws {Error} as `fetchImages`
 */
export async function fetchListed(
  name: string,
  request: ListedRequest,
  signal?: AbortSignal,
  { root = dataRoot(), manifests, lines = standardError }: Place & { lines?: Lines } = {},
): Promise<FetchReport | undefined> {
  const manifest = checkListed(name, request, { manifests });
  const { source, sampling } = manifest;
  if (source.type !== "urls") return undefined;
  const { images = imagesIn(manifest), allowPrivate, ray } = request;
  const folder = fetchedFolder(root, manifest);
  const others = existsSync(folder) ? undefined : fetchedForOthers(root, manifest);
  if (others) lines.write(`${others}\n`);
  const log = (line: string) => lines.write(`${name}: ${line}\n`);
  const fetcher = ray && (await import("../sweeps/mod.ts")).fetchOnRay({ ...ray, folder, log });
  const tally = new RowTally();
  try {
    const report = await fetchList(name, () => listedUrls(manifest, source, tally), {
      folder,
      images,
      seed: sampling?.seed ?? 0,
      storage: { shorterSide: Math.max(STORAGE_DEFAULTS.shorterSide, wantedShorter(manifest)) },
      network: { allowPrivateAddresses: allowPrivate },
      fetcher,
      signal,
    }, lines);
    removeOlderPools(root, basename(folder), report);
    return report;
  } catch (error) {
    if (error instanceof FetchIncompleteError) removeOlderPools(root, basename(folder), error.report);
    throw error;
  } finally {
    const unread = tally.text();
    if (unread) log(unread);
  }
}

/**
 * Removes pools that were made before the last run: their names do not tell how many images
 * had been fetched by then.
 */
function removeOlderPools(root: string, fetchedInto: string, { lastRun }: FetchReport): void {
  for (const { name } of Deno.readDirSync(root)) {
    let header;
    try {
      header = JSON.parse(Deno.readTextFileSync(`${root}/${name}/pool.json`));
    } catch {
      continue; // no pool, or a damaged one: whoever opens it builds it anew
    }
    if (header?.fetched === fetchedInto && Date.parse(header.builtAt) < Date.parse(lastRun.finishedAt)) {
      Deno.removeSync(`${root}/${name}`, { recursive: true });
    }
  }
}

/** A place that lines of progress are written to. */
interface Lines {
  /** Whether the last line can be written over, as on a terminal. */
  live: boolean;
  write(text: string): void;
}

/** Standard error, where progress belongs. */
const standardError: Lines = {
  live: Deno.stderr.isTerminal(),
  write: (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
};

/** Time between two lines where they cannot be written over, ms. */
const LINE_MS = 10_000;

/**
 * {@link fetchImages} with a line of progress, several times a second on a terminal and every ten seconds
 * elsewhere. At its end come the successes, and the failures by reason.
 *
 * @param name of the dataset
 */
export async function fetchList(
  name: string,
  list: FetchList,
  options: Omit<FetchOptions, "onProgress">,
  lines: Lines = standardError,
): Promise<FetchReport> {
  let told = performance.now();
  const onProgress: FetchOptions["onProgress"] = (progress) => {
    const text = `${name}: ${fetchProgressText(progress)}`;
    if (lines.live) lines.write(`\r\x1b[K${text}`);
    else if (performance.now() - told >= LINE_MS) {
      told = performance.now();
      lines.write(`${text}\n`);
    }
  };
  try {
    const report = await fetchImages(list, { ...options, onProgress });
    lines.write(`${lines.live ? "\r\x1b[K" : ""}${name}: ${fetchReportText(report)}\n`);
    return report;
  } catch (error) {
    if (lines.live) lines.write("\n");
    throw error;
  }
}
