/** The part of a fetch that one of several machines does: some images, from the hosts that are its own. */
import { parseUrl, RequestFailure } from "../http/mod.ts";
import { rank } from "../stats/mod.ts";
import type { FetchItem } from "./candidates.ts";
import type { FailureReason } from "./failure.ts";
import { makeFetcher } from "./fetch_one.ts";
import { type ItemOutcome, Journal } from "./journal.ts";
import type { NetworkSettings, StorageSettings } from "./settings.ts";

/** An image that is still to be had. */
export interface OpenItem extends Pick<FetchItem, "key" | "url" | "sha256"> {
  /** Its place in the order in which items are tried. */
  position: number;
  /** Redirects that may be followed from this URL. */
  redirects: number;
}

/** What one machine is asked for. */
export interface FetchPart {
  items: readonly OpenItem[];
  /** The machine's share of the hosts, from 0. */
  share: number;
  shares: number;
  network: NetworkSettings;
  storage: StorageSettings;
}

/** An item has come to a host that another machine asks, by a redirect or from the start. */
class OtherHost extends Error {
  constructor(readonly url: string, readonly redirects: number) {
    super(`${url} is for another machine to ask`);
  }
}

/** Time between two writes to the journal, ms. */
const FLUSH_MS = 200;

const journalIn = (folder: string) => new Journal(`${folder}/journal.sqlite`);

/** A URL's host, with its port unless that is the usual one; empty where the URL is none. */
export function hostOf(url: string): string {
  try {
    return parseUrl(url).host;
  } catch {
    return "";
  }
}

/** The share that a host belongs to, by its hash: one machine alone asks it, and keeps its limits. */
export function shareOf(host: string, shares: number): number {
  return rank(0, host) % shares;
}

/**
 * Fetches the images of a part into a journal, `folder/journal.sqlite`. Ended at any moment, and called
 * again, it goes on; outcomes that are not of this part are forgotten.
 *
 * @returns the items that led to another share's host, with the URL that is to be asked there
 * @throws {Error} when nothing can be decoded at all, or the journal cannot be written
 */
export async function fetchPart(
  folder: string,
  { items, share, shares, network, storage }: FetchPart,
): Promise<OpenItem[]> {
  Deno.mkdirSync(folder, { recursive: true });
  using journal = journalIn(folder);
  const asked = new Map(items.map((item) => [item.position, item]));
  const isAsked = ({ position, item: { key, url } }: ItemOutcome) => {
    const { key: wanted, url: from } = asked.get(position) ?? {};
    return key === wanted && url === from;
  };
  const known = Array.from(journal.outcomes(), (one) => ({ position: one.position, keep: isAsked(one) }));
  journal.forget(known.filter(({ keep }) => !keep).map(({ position }) => position));
  for (const { position, keep } of known) if (keep) asked.delete(position);

  const stop = new AbortController();
  await using fetcher = makeFetcher(network, storage, stop.signal, ({ host, href }, redirects) => {
    if (shareOf(host, shares) !== share) throw new OtherHost(href, redirects);
  });
  const handedOn: OpenItem[] = [];
  let pending: ItemOutcome[] = [];
  const flush = () => {
    if (pending.length > 0) journal.record(pending);
    pending = [];
  };
  const get = async (open: OpenItem) => {
    const { position, key, url, sha256, redirects } = open;
    try {
      const { facts, bytes } = await fetcher.fetch({ key, url, sha256 }, { redirects });
      pending.push({ position, item: { key, url }, facts, image: bytes });
    } catch (error) {
      if (error instanceof OtherHost) {
        handedOn.push({ ...open, url: error.url, redirects: error.redirects });
      } else if (error instanceof RequestFailure) {
        const { reason, detail } = error as RequestFailure<FailureReason>;
        pending.push({ position, item: { key, url }, failure: { reason, detail } });
      } else throw error;
    }
  };
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const timer = setInterval(() => {
    try {
      flush();
    } catch (error) {
      reject(error);
    }
  }, FLUSH_MS);
  try {
    await Promise.race([Promise.all(Array.from(asked.values(), get)), failed]);
    flush();
  } finally {
    clearInterval(timer);
    stop.abort(new DOMException("the part has ended", "AbortError"));
  }
  return handedOn;
}

/** The outcomes in the folder of a part, in order. */
export function* outcomesOfPart(folder: string): Generator<ItemOutcome> {
  using journal = journalIn(folder);
  yield* journal.outcomes();
}
