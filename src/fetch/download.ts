import { checkContentType, unpack } from "./content.ts";
import { type FailureReason, FetchFailure } from "./failure.ts";
import { optOutDirective } from "./opt_out.ts";
import { ask, follow, parseUrl } from "./redirects.ts";
import type { Client, Head } from "./request.ts";
import { retryAfterMs } from "./retry.ts";
import type { RobotsCheck } from "./robots_txt.ts";
import type { NetworkSettings } from "./settings.ts";
import { withinTime } from "./within_time.ts";

/** What an attempt works with. */
export interface DownloadContext {
  client: Client;
  /** Refuses what robots.txt forbids; undefined: not asked. */
  robots?: RobotsCheck;
  /** Our name in `X-Robots-Tag`. */
  agent: string;
  settings: NetworkSettings;
  /** Does the work when it is the host's turn. Default: at once. */
  inTurn?: <T>(host: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * One attempt at a file that should be an image. Each host that it is redirected to has a turn of its own, after that of the host before;
 * waiting for a turn does not count as time of the attempt.
 *
 * @param use what is done with the file, within the turn of the host that it came from
 * @throws FetchFailure; AbortError when `signal` ends it; as `use`
 */
export async function download<Result extends object>(
  url: string,
  { inTurn = (_, work) => work(), ...context }: DownloadContext,
  signal: AbortSignal,
  use: (file: Uint8Array) => Promise<Result>,
): Promise<Result> {
  const { attemptMs, redirects } = context.settings;
  let left = attemptMs;
  return await follow(parseUrl(url), redirects, (url) =>
    inTurn(url.host, async () => {
      const began = performance.now();
      const found = await withinTime(left, signal, (signal) => fileAt(url, context, signal));
      left -= performance.now() - began;
      return found instanceof URL ? found : await use(found);
    }));
}

/** The file at a URL, or where it redirects to. */
async function fileAt(
  url: URL,
  { client, robots, agent, settings }: DownloadContext,
  signal: AbortSignal,
): Promise<Uint8Array | URL> {
  const answer = await ask(client, url, {
    beforeEach: robots,
    accept: (head) => accept(head, settings.optOutHeaders ? agent : undefined),
    signal,
  });
  return answer instanceof URL ? answer : await unpack(answer.body, answer.headers, settings.maxBytes);
}

function accept({ status, headers, robotsTags }: Head, agent: string | undefined): void {
  if (status !== 200) {
    throw new FetchFailure(reasonOfStatus(status), `status ${status}`, retryAfterMs(headers["retry-after"]));
  }
  const directive = agent && optOutDirective(robotsTags, agent);
  if (directive) throw new FetchFailure("opted_out", directive);
  checkContentType(headers["content-type"]);
}

function reasonOfStatus(status: number): FailureReason {
  if ([404, 410, 451].includes(status)) return "gone";
  if ([401, 402, 403, 407].includes(status)) return "blocked";
  if (status === 429) return "rate_limited";
  return status === 408 || status >= 500 ? "server_error" : "unexpected_status";
}
