import { existsSync } from "node:fs";
import {
  dataRoot,
  fetchedFolder,
  imagesIn,
  listedUrls,
  type Manifest,
  poolFolder,
  readManifest,
} from "../data/mod.ts";
import type { FetchReport } from "../fetch/mod.ts";
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
 * Fetches the images of a dataset whose manifest is a list of URLs; of other datasets there is nothing to do here. A pool that was made
 * before is removed when there are other images than it was made from.
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
  const report = await fetchList(name, () => listedUrls(manifest, source), {
    folder: fetchedFolder(root, manifest),
    images: images ?? most,
    seed: sampling?.seed ?? 0,
    network: { allowPrivateAddresses: allowPrivate },
    signal,
  }, lines);
  removeOlderPool(root, manifest, report);
  return report;
}

/** The pool's name does not tell how many images had been fetched when it was made; its time does. */
function removeOlderPool(root: string, manifest: Manifest, { lastRun }: FetchReport): void {
  const header = `${poolFolder(root, manifest)}/pool.json`;
  if (!existsSync(header)) return;
  const { builtAt } = JSON.parse(Deno.readTextFileSync(header));
  if (Date.parse(builtAt) < Date.parse(lastRun.finishedAt)) {
    Deno.removeSync(poolFolder(root, manifest), { recursive: true });
  }
}
