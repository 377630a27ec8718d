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

/** What is fetched, where to, and how. */
export interface FetchOptions {
  /** Folder of the pool: `shards/`, `index.parquet`, `report.json`, and `journal.sqlite` with the state. */
  folder: string;
  /** Good images that are wanted. A pool that has more already keeps them. */
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
 * Fetches the first `images` good images of a list, in the order of rank of sha256(seed, key). It may be ended at any moment (also by
 * kill -9 or a power cut) and called again: it goes on, and the pool is the same as if it had never been ended.
 *
 * @returns the report, also written to `report.json`; at once, when the pool is there already
 * @throws {FetchIncompleteError} when the list has fewer good images (those are kept), NetworkDownError when nothing can be reached,
 * AbortError when the signal ends it, Error for settings that cannot be, a list that is not the one that the folder was begun
 * with, a full disk
 */
export async function fetchImages(list: FetchList, options: FetchOptions): Promise<FetchReport> {
  const network = withDefaults(NETWORK_DEFAULTS, options.network);
  const storage = withDefaults(STORAGE_DEFAULTS, options.storage);
  const { images, seed } = withDefaults({ images: 1, seed: 0 }, options as { images: number; seed?: number });
  using pool = new FetchFolder(options.folder, seed, storage);
  const wanted = Math.max(images, pool.size);
  const finished = pool.finishedReport(wanted);
  if (finished) return finished;
  const run = new FetchRun(pool, wanted, network, options);
  const lastRun = await run.toTheEnd(list);
  const report = await pool.finish({ wanted, lastRun });
  if (report.images < wanted) throw new FetchIncompleteError(report, options.folder);
  return report;
}
