import type { FetchList } from "./candidates.ts";
import { FetchFolder } from "./fetch_folder.ts";
import { FetchIncompleteError, type FetchProgress, type FetchReport } from "./report.ts";
import { FetchRun } from "./run.ts";
import {
  NETWORK_DEFAULTS,
  type NetworkSettings,
  STORAGE_DEFAULTS,
  type StorageSettings,
  withDefaults,
} from "./settings.ts";

/** Options of a fetch. */
export interface FetchOptions {
  /**
   * Folder for the images: `shards/`, `index.parquet`, `report.json`, and `journal.sqlite` with the state.
   */
  folder: string;
  /** Good images that are wanted. A folder that has more already keeps them. */
  images: number;
  /** Another seed, other images of the list. Default: 0. */
  seed?: number;
  network?: Partial<NetworkSettings>;
  storage?: Partial<StorageSettings>;
  /** Ends the fetch; the same call goes on from there. */
  signal?: AbortSignal;
  /** Called at most five times a second, and at the end. */
  onProgress?: (progress: FetchProgress) => void;
}

/**
 * Fetches the first `images` good images of a list, in the order of rank of sha256(seed, key). It may be
 * ended at any moment, also by kill -9 or a power cut. When it is called again it goes on, and the files are
 * the same as if it had never been ended.
 *
 * @returns the report, also written to `report.json`; at once, when all files are there already
 * @throws {FetchIncompleteError} when the list has fewer good images (those are kept); NetworkDownError when
 * nothing can be reached; an AbortError when the signal ends it; Error for impossible settings, for another
 * list than the folder was begun with, or for a full disk
 */
export async function fetchImages(list: FetchList, options: FetchOptions): Promise<FetchReport> {
  const network = withDefaults(NETWORK_DEFAULTS, options.network);
  const storage = withDefaults(STORAGE_DEFAULTS, options.storage);
  const { images, seed } = withDefaults({ images: 1, seed: 0 }, options as { images: number; seed?: number });
  using folder = new FetchFolder(options.folder, seed, storage);
  const wanted = Math.max(images, folder.size);
  const finished = folder.finishedReport(wanted);
  if (finished) return finished;
  const run = new FetchRun(folder, wanted, network, options);
  const lastRun = await run.toTheEnd(list);
  const report = await folder.finish({ wanted, lastRun });
  if (report.images < wanted) throw new FetchIncompleteError(report, options.folder);
  return report;
}
