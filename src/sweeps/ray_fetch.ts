/** Fetches on a Ray cluster: each worker asks the hosts that are its own, for one part after another. */
import {
  type Fetcher,
  type FetchPart,
  hostOf,
  type MakeFetcher,
  type OpenItem,
  outcomesOfPart,
  shareOf,
} from "../fetch/mod.ts";
import { RequestFailure } from "../http/mod.ts";
import { Ray, type RayCluster, type RayEvent, sessionOf } from "./ray.ts";

/** Where a fetch is done. */
interface RayFetchOptions extends RayCluster {
  /** Folder that the images go to. */
  folder: string;
  /** Told how far the cluster can help. */
  log: (line: string) => void;
}

/** Images of a part. A worker has one part at a time, and what it has comes back with the part. */
const PART = 200;

/** Time in which the first images gather, ms: a part of few would take as long. */
const GATHER_MS = 100;

/** Bytes that a worker may take: its program, and a decoder a processor. */
const memoryOf = (cpus: number) => 1e9 + 0.3e9 * cpus;

type Settings = Pick<FetchPart, "network" | "storage">;
type Photograph = Awaited<ReturnType<Fetcher["fetch"]>>;

/** An image that somebody waits for. */
interface Waiting {
  open: OpenItem;
  resolve: (photograph: Photograph) => void;
  reject: (error: unknown) => void;
}

/**
 * Gets the images of a fetch on a Ray cluster. Hosts are dealt out to workers by their hash, so that each is
 * asked by one worker alone, which keeps its limits, `Retry-After` and robots.txt; a redirect to another
 * worker's host is handed on to that one. A worker has a journal of its own, by which it goes on where it was
 * ended; the part whose node dies is done again by Ray. What came back is in this machine's journal, and
 * nothing about it depends on who fetched it.
 */
export function fetchOnRay(options: RayFetchOptions): MakeFetcher {
  return (network, storage, signal) => new RayFetcher(options, { network, storage }, signal);
}

class RayFetcher implements Fetcher {
  readonly #options: RayFetchOptions;
  readonly #settings: Settings;
  readonly #ended: Promise<void>;
  #ray?: Ray;
  #failure: unknown;
  #cpus = 1;
  /** Of each share: those that wait for their part. */
  #queues: Waiting[][] | undefined;
  /** Of each share that has a part under way: those in it. */
  readonly #parts = new Map<number, Waiting[]>();
  /** Those that wait for the cluster. */
  #first: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RayFetchOptions, settings: Settings, signal: AbortSignal) {
    [this.#options, this.#settings] = [options, settings];
    this.#ended = this.#run(signal);
  }

  get window(): number {
    return 2 * PART * (this.#queues?.length ?? 1);
  }

  async fetch(
    { key, url, sha256 }: Parameters<Fetcher["fetch"]>[0],
    { position = 0, redirects = this.#settings.network.redirects } = {},
  ): Promise<Photograph> {
    if (this.#failure) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<Photograph>();
    this.#add({ open: { position, key, url, sha256, redirects }, resolve, reject });
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { address, folder } = this.#options;
    try {
      await using ray = await Ray.begin({
        address,
        shared: false,
        root: folder,
        session: `fetched/${sessionOf(folder, JSON.stringify(this.#settings.storage))}`,
        held: {},
      }, signal);
      this.#ray = ray;
      for await (const event of ray.events()) this.#take(event);
    } catch (error) {
      this.#fail(error);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  #take(event: RayEvent): void {
    if (event.event === "begun") return this.#begin(event.cpus);
    if (event.event === "progress") return;
    const share = parseInt(event.name) - 1;
    if (event.event === "failed") throw new Error(`a worker failed: ${event.message}`);
    const waiting = new Map(this.#parts.get(share)!.map((one) => [one.open.position, one]));
    for (const { position, facts, image, failure } of outcomesOfPart(event.path!)) {
      const { resolve, reject } = waiting.get(position)!;
      waiting.delete(position);
      if (failure) reject(new RequestFailure<string>(failure.reason, failure.detail));
      else resolve({ facts: facts!, bytes: image! });
    }
    Deno.removeSync(event.path!, { recursive: true });
    for (const open of event.said.handedOn as OpenItem[]) {
      const { resolve, reject } = waiting.get(open.position)!;
      waiting.delete(open.position);
      this.#add({ open, resolve, reject });
    }
    if (waiting.size > 0) throw new Error(`a worker's part came back without ${waiting.size} of its images`);
    this.#parts.delete(share);
    this.#deal();
  }

  /** A worker has the processors of the smallest node, unless the user says how many. */
  #begin(cpus: number[]): void {
    this.#cpus = this.#options.cpus ?? Math.min(...cpus);
    const shares = cpus.reduce((sum, count) => sum + Math.floor(count / this.#cpus), 0);
    this.#queues = Array.from({ length: Math.max(1, shares) }, () => []);
    this.#options.log(reachText(this.#first.map(({ open }) => hostOf(open.url)), this.#queues.length));
    this.#first.splice(0).forEach((one) => this.#add(one));
  }

  #add(one: Waiting): void {
    if (!this.#queues) this.#first.push(one);
    else {
      this.#queues[shareOf(hostOf(one.open.url), this.#queues.length)].push(one);
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#deal();
      }, GATHER_MS);
    }
  }

  /** Gives a part to each worker that has none. */
  #deal(): void {
    for (const [share, queue] of this.#queues!.entries()) {
      if (queue.length === 0 || this.#parts.has(share)) continue;
      const part = queue.splice(0, PART);
      this.#parts.set(share, part);
      const shares = this.#queues!.length;
      const name = `${share + 1}-of-${shares}`;
      const items = part.map(({ open }) => open);
      this.#ray!.send({
        name,
        label: `fetch, hosts ${name}`,
        question: { part: { ...this.#settings, items, share, shares } },
        needs: [],
        isNeeded: false,
        cpus: this.#cpus,
        memory: memoryOf(this.#cpus),
        network: false,
      });
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    const all = [this.#first, ...this.#queues ?? [], ...this.#parts.values()];
    for (const { reject } of all.flatMap((waiting) => waiting.splice(0))) reject(this.#failure);
  }
}

/**
 * How far several workers can help.
 *
 * @param hosts of the first images, one each; none where the cluster is there before the list has been read
 */
export function reachText(hosts: readonly string[], workers: number): string {
  const count = `${workers} worker${workers === 1 ? "" : "s"}`;
  if (hosts.length === 0) return `${count}; no URL has been read yet. A host is asked by one worker alone.`;
  const distinct = new Set(hosts);
  const shares = Map.groupBy(hosts, (host) => shareOf(host, workers));
  const most = Math.max(...Array.from(shares.values(), ({ length }) => length));
  const few = `${count}; the first ${hosts.length} URLs`;
  if (distinct.size === 1 && workers > 1) {
    const [host] = distinct;
    return `${few} are all of ${host}. A host is asked by one worker alone: this is no faster than one machine.`;
  }
  const times = (hosts.length / most).toFixed(1);
  return `${few} are of ${distinct.size} hosts. A host is asked by one worker alone: at most ${times} times as fast as one machine.`;
}
