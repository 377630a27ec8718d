import { availableParallelism } from "node:os";
import { type Decoders, ImageFailure, startDecoders } from "../images/mod.ts";
import { makeClient, makeResolver, RequestFailure, withRetries } from "../http/mod.ts";
import type { FetchItem } from "./candidates.ts";
import type { Photograph, PhotographFacts } from "./decoder/photograph.ts";
import { download } from "./download.ts";
import type { FailureReason } from "./failure.ts";
import { HostGate } from "./host_gate.ts";
import { makeRobotsCheck } from "./robots_txt.ts";
import type { NetworkSettings, StorageSettings } from "./settings.ts";

/**
 * Gets one image at a time, as many at a time as the settings allow; disposing ends connections and
 * processes.
 */
export interface Fetcher {
  /** Images that it may be asked for at once; the others would wait too long. */
  readonly window: number;
  /**
   * Downloads an image, again where that may help, and brings it into the form in which it is stored.
   *
   * @param at its place in the order in which items are tried, and redirects that are followed. Default: as
   *   the settings have it
   * @throws {RequestFailure}; AbortError when the signal ends it; Error when nothing can be decoded at all
   */
  fetch(item: FetchItem, at?: { position?: number; redirects?: number }): Promise<Photograph>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes what gets the images of one fetch; the signal ends all that is under way. */
export type MakeFetcher = (
  network: NetworkSettings,
  storage: StorageSettings,
  signal: AbortSignal,
) => Fetcher;

/** Images that are under way or wait for their host, for each that may be under way. */
const WINDOW = 16;

/** The program of the processes that decode. */
const DECODER = new URL("./decoder/process.ts", import.meta.url);

/**
 * @param signal ends everything that is under way
 * @param check called before a host is asked, with the redirects that are left; what it throws ends that
 *   download. Default: any may be asked
 */
export function makeFetcher(
  settings: NetworkSettings,
  storage: StorageSettings,
  signal: AbortSignal,
  check: (url: URL, redirects: number) => void = () => {},
): Fetcher {
  const agent = settings.userAgent.split("/")[0].trim().toLowerCase();
  const client = makeClient(settings, makeResolver(() => settings.allowPrivateAddresses));
  const robots = settings.robotsTxt ? makeRobotsCheck(client, settings, agent, signal) : undefined;
  const gate = new HostGate(settings.concurrency, settings.perHost);
  const decoders = startDecoders<PhotographFacts>(DECODER, storage, {
    // One more than cores: none idles while a file is sent by this process, which has much else to do.
    processes: availableParallelism() + 1,
    decodeMs: storage.decodeMs,
  });
  return {
    window: WINDOW * settings.concurrency,
    async fetch(item, { redirects = settings.redirects } = {}) {
      const context = { client, robots, agent, settings: { ...settings, redirects } };
      let host = ""; // that was asked last
      const decode = (file: Uint8Array) => decoded(item, file, decoders);
      const attempt = () => {
        let left = redirects;
        const inTurn = async <T>(url: URL, work: () => Promise<T>) => {
          check(url, left--);
          return await gate.run(host = url.host, work, signal);
        };
        return download(item.url, { ...context, inTurn }, signal, decode);
      };
      return await withRetries(settings, attempt, { onWait: (ms) => gate.close(host, ms), signal });
    },
    [Symbol.asyncDispose]: () => {
      client[Symbol.dispose]();
      decoders[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

async function decoded(
  { sha256 }: FetchItem,
  file: Uint8Array,
  decoders: Decoders<PhotographFacts>,
): Promise<Photograph> {
  const photograph = await decoders.decode(file).catch((error) => {
    throw error instanceof ImageFailure
      ? new RequestFailure<FailureReason>(error.reason, error.message)
      : error;
  });
  if (sha256 && photograph.facts.sha256 !== sha256.toLowerCase()) {
    throw new RequestFailure<FailureReason>("wrong_sha256", photograph.facts.sha256);
  }
  return photograph;
}
