import { existsSync } from "node:fs";
import { basename } from "node:path";
import {
  dataRoot,
  fetchedFolder,
  fetchedForOthers,
  imagesIn,
  listedUrls,
  readManifest,
  wantedShorter,
} from "../data/mod.ts";
import { type FetchReport, STORAGE_DEFAULTS } from "../fetch/mod.ts";
import { UsageError } from "./command.ts";
import { fetchList, type Lines, standardError } from "./fetch_list.ts";

/** What a user may choose of a list's fetch. */
export interface ListedRequest {
  /** Good images that are wanted. Default: as many as the manifest's sample has. */
  images?: number;
  /** Whether hosts may be at private addresses. */
  allowPrivate: boolean;
}

/**
 * Fetches the images of a dataset whose manifest is a list of URLs; of other datasets there is nothing to do here. What was fetched before
 * for the same list is used whatever the manifest says of how images are stored, and pools that were made of it are removed when there are
 * other images than they were made from.
 *
 * @returns the report, undefined for other datasets
 * @throws {UsageError} when more images are wanted than the manifest has, or a number for another kind of dataset
 */
export async function fetchListed(
  name: string,
  { images, allowPrivate }: ListedRequest,
  signal?: AbortSignal,
  { root = dataRoot(), manifests, lines = standardError }: { root?: string; manifests?: URL; lines?: Lines } =
    {},
): Promise<FetchReport | undefined> {
  const manifest = readManifest(name, manifests);
  const { source, sampling } = manifest;
  if (source.type !== "urls") {
    if (images === undefined) return undefined;
    throw new UsageError(`--images: ${name} is no list of URLs; its number of images is in ${name}.json.`);
  }
  const most = imagesIn(manifest);
  if (images !== undefined && images > most) {
    throw new UsageError(`--images: ${name} has ${most} images at most, by ${name}.json.`);
  }
  const folder = fetchedFolder(root, manifest);
  const others = existsSync(folder) ? undefined : fetchedForOthers(root, manifest);
  if (others) lines.write(`${others}\n`);
  const report = await fetchList(name, () => listedUrls(manifest, source), {
    folder,
    images: images ?? most,
    seed: sampling?.seed ?? 0,
    storage: { shorterSide: Math.max(STORAGE_DEFAULTS.shorterSide, wantedShorter(manifest)) },
    network: { allowPrivateAddresses: allowPrivate },
    signal,
  }, lines);
  removeOlderPools(root, basename(folder), report);
  return report;
}

/** A pool's name does not tell how many images had been fetched when it was made; its time does. */
function removeOlderPools(root: string, fetchedInto: string, { lastRun }: FetchReport): void {
  for (const { name } of Deno.readDirSync(root)) {
    const header = `${root}/${name}/pool.json`;
    if (!existsSync(header)) continue;
    const { fetched, builtAt } = JSON.parse(Deno.readTextFileSync(header));
    if (fetched === fetchedInto && Date.parse(builtAt) < Date.parse(lastRun.finishedAt)) {
      Deno.removeSync(`${root}/${name}`, { recursive: true });
    }
  }
}
