import { isLocal, RequestFailure } from "../http/mod.ts";
import { type FetchItem, type FetchList, inRankOrder } from "./candidates.ts";
import { FetchFolder } from "./fetch_folder.ts";
import { FetchIncompleteError, type FetchProgress, type FetchReport, NetworkDownError } from "./report.ts";
import {
  NETWORK_DEFAULTS,
  type NetworkSettings,
  STORAGE_DEFAULTS,
  type StorageSettings,
  withDefaults,
} from "./settings.ts";
import type { FailureReason } from "./failure.ts";
import { type Fetcher, type MakeFetcher, makeFetcher } from "./fetch_one.ts";
import type { ItemOutcome } from "./journal.ts";

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
  /** Who gets the images. Default: this machine. */
  fetcher?: MakeFetcher;
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

/** Time between two writes to the journal, ms; more outcomes than so many are written at once. */
const FLUSH_MS = 200, MOST_PENDING = 64;

/** So many failures in a row that may be this machine's own mean that it has no network. */
const LOCAL_FAILURES = 64;

/**
 * Items of the list in memory: twice the wanted images and some spare, at most so many. For a while there may
 * be twice as many.
 */
const SPARE_CANDIDATES = 10_000, MOST_CANDIDATES = 500_000;

/**
 * One run of a fetch: starts downloads in the order of the candidates, keeps what comes, until there is
 * enough.
 */
class FetchRun {
  readonly #folder: FetchFolder;
  readonly #wanted: number;
  readonly #signal?: AbortSignal;
  readonly #onProgress?: (progress: FetchProgress) => void;
  readonly #stop = new AbortController();
  readonly #fetcher: Fetcher;
  readonly #began = performance.now();
  readonly #before: { ended: number; good: number };
  #pending: ItemOutcome[] = [];
  #localFailures: ItemOutcome[] = [];
  #underWay = 0;
  #changed = Promise.withResolvers<void>();
  #shards: Promise<void> | undefined;

  constructor(
    folder: FetchFolder,
    wanted: number,
    network: NetworkSettings,
    { signal, onProgress, fetcher = makeFetcher }: Pick<FetchOptions, "signal" | "onProgress" | "fetcher">,
  ) {
    this.#folder = folder;
    this.#wanted = wanted;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#fetcher = fetcher(network, folder.storage, this.#stop.signal);
    const { ended, good } = folder.selection;
    this.#before = { ended, good };
  }

  /** Fetches until there are enough images or the list has no more. */
  async toTheEnd(list: FetchList): Promise<FetchReport["lastRun"]> {
    const end = () => this.#end(this.#signal!.reason);
    this.#signal?.addEventListener("abort", end);
    const timer = setInterval(() => {
      this.#flush();
      this.#onProgress?.(this.#progress());
    }, FLUSH_MS);
    try {
      this.#signal?.throwIfAborted();
      await this.#startAll(list);
      while (this.#underWay > 0 && !this.#enough) await this.#change();
      this.#flush();
      await this.#shards;
      this.#stop.signal.throwIfAborted();
    } finally {
      clearInterval(timer);
      this.#signal?.removeEventListener("abort", end);
      await this.#wrapUp();
      this.#onProgress?.(this.#progress());
    }
    return this.#summary();
  }

  async #startAll(list: FetchList): Promise<void> {
    let position = 0;
    const capacity = Math.min(2 * this.#wanted + SPARE_CANDIDATES, MOST_CANDIDATES);
    for await (const item of inRankOrder(list, this.#folder.seed, capacity)) {
      if (this.#enough) return;
      if (!this.#isDone(position, item)) {
        while (!this.#mayStart(position)) {
          await this.#change();
          if (this.#enough) return;
        }
        this.#start(position, item);
      }
      position++;
    }
  }

  get #enough(): boolean {
    return this.#folder.selection.chosen >= this.#wanted;
  }

  /**
   * Starts no more than are likely to be needed, by the share of good images. The share is that among the
   * first items, all of which have ended; among all ended items failures would be too many, since they end
   * sooner. Items that an earlier run skipped before its last are needed in any case.
   */
  #mayStart(position: number): boolean {
    if (this.#underWay >= this.#fetcher.window) return false;
    const { good, chosen, next, last } = this.#folder.selection;
    return position < last || good + this.#underWay * (chosen + 1) / (next + 1) < this.#wanted;
  }

  #isDone(position: number, { key, url }: FetchItem): boolean {
    const done = this.#folder.journal.itemAt(position);
    if (!done) return false;
    if (done.key === key && done.url === url) return true;
    throw new Error(
      `the list is not the one that ${this.#folder.path} was begun with: "${key}" (${url}) stands where "${done.key}" (${done.url}) ` +
        `stood; use that list, or another folder`,
    );
  }

  #start(position: number, item: FetchItem): void {
    this.#underWay++;
    this.#fetcher.fetch(item, { position }).then(
      ({ facts, bytes }) => this.#keep({ position, item, facts, image: bytes }),
      (error) => {
        if (error instanceof RequestFailure) {
          const { reason, detail } = error as RequestFailure<FailureReason>;
          this.#keep({ position, item, failure: { reason, detail } });
        } else this.#end(error);
      },
    ).catch((error) => this.#end(error)).finally(() => {
      this.#underWay--;
      this.#notify();
    });
  }

  #keep(outcome: ItemOutcome): void {
    if (this.#stop.signal.aborted) return; // it may have failed because it was stopped
    const { position, failure, facts } = outcome;
    this.#pending.push(outcome);
    this.#folder.selection.add(position, { reason: failure?.reason, sha256: facts?.sha256 });
    if (failure && isLocal(failure.reason)) this.#localFailures.push(outcome);
    else this.#localFailures = [];
    if (this.#localFailures.length >= LOCAL_FAILURES) this.#noNetwork();
    else if (this.#pending.length >= MOST_PENDING) this.#flush();
  }

  #noNetwork(): void {
    this.#flush();
    this.#folder.journal.forget(this.#localFailures.map(({ position }) => position));
    this.#end(
      new NetworkDownError(
        this.#localFailures.map(({ failure }) => `${failure!.reason}, ${failure!.detail}`),
      ),
    );
  }

  #flush(): void {
    try {
      if (this.#pending.length > 0) this.#folder.record(this.#pending);
      this.#pending = [];
      this.#shards ??= this.#folder.writeFullShards(this.#wanted).catch((error) => this.#end(error))
        .finally(() => this.#shards = undefined);
    } catch (error) {
      this.#end(error);
    }
    this.#notify();
  }

  #end(reason: unknown): void {
    this.#stop.abort(reason);
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #change(): Promise<void> {
    await this.#changed.promise;
    this.#stop.signal.throwIfAborted();
  }

  /** Ends what is under way, and keeps what has come. */
  async #wrapUp(): Promise<void> {
    if (this.#pending.length > 0) this.#flush();
    this.#stop.abort(new DOMException("there are enough images", "AbortError"));
    await this.#fetcher[Symbol.asyncDispose]();
    while (this.#underWay > 0) await this.#changed.promise;
    await this.#shards;
  }

  #progress(): FetchProgress {
    const { good, ended, failures } = this.#folder.selection;
    const seconds = (performance.now() - this.#began) / 1000;
    const imagesPerSecond = (good - this.#before.good) / seconds;
    const images = Math.min(good, this.#wanted);
    return {
      images,
      wanted: this.#wanted,
      tried: ended,
      failures: { ...failures },
      underWay: this.#underWay,
      imagesPerSecond,
      secondsLeft: imagesPerSecond > 0 ? (this.#wanted - images) / imagesPerSecond : undefined,
    };
  }

  #summary(): FetchReport["lastRun"] {
    const { good, ended } = this.#folder.selection;
    const seconds = (performance.now() - this.#began) / 1000;
    return {
      seconds,
      downloads: ended - this.#before.ended,
      imagesPerSecond: (good - this.#before.good) / seconds,
      finishedAt: new Date().toISOString(),
    };
  }
}
