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
interface Fetcher {
  /**
   * Downloads an image, again where that may help, and brings it into the form in which it is stored.
   *
   * @throws {RequestFailure}; AbortError when the signal ends it; Error when nothing can be decoded at all
   */
  fetch(item: FetchItem): Promise<Photograph>;
  [Symbol.dispose](): void;
}

/** The program of the processes that decode. */
const DECODER = new URL("./decoder/process.ts", import.meta.url);

/** @param signal ends everything that is under way */
export function makeFetcher(
  settings: NetworkSettings,
  storage: StorageSettings,
  signal: AbortSignal,
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
  const context = { client, robots, agent, settings };
  return {
    async fetch(item) {
      let host = ""; // that was asked last
      const inTurn = <T>(next: string, work: () => Promise<T>) => gate.run(host = next, work, signal);
      const decode = (file: Uint8Array) => decoded(item, file, decoders);
      return await withRetries(settings, () => download(item.url, { ...context, inTurn }, signal, decode), {
        onWait: (ms) => gate.close(host, ms),
        signal,
      });
    },
    [Symbol.dispose]: () => {
      client[Symbol.dispose]();
      decoders[Symbol.dispose]();
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
