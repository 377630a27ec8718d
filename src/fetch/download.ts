import { checkContentType, unpack } from "./content.ts";
import { type FailureReason, FetchFailure } from "./failure.ts";
import { optOutDirective } from "./opt_out.ts";
import { follow, parseUrl } from "./redirects.ts";
import type { Client, Head } from "./request.ts";
import { retryAfterMs } from "./retry.ts";
import type { RobotsCheck } from "./robots_txt.ts";
import type { NetworkSettings } from "./settings.ts";
import { withinTime } from "./within_time.ts";

/**
 * One attempt at a file that should be an image.
 *
 * @param robots refuses what robots.txt forbids; undefined: not asked
 * @param agent our name in `X-Robots-Tag`
 * @throws FetchFailure; AbortError when `signal` ends it
 */
export async function download(
  url: string,
  { client, robots, agent, settings }: {
    client: Client;
    robots?: RobotsCheck;
    agent: string;
    settings: NetworkSettings;
  },
  signal: AbortSignal,
): Promise<Uint8Array> {
  return await withinTime(settings.attemptMs, signal, async (signal) => {
    const { body, headers } = await follow(client, parseUrl(url), {
      redirects: settings.redirects,
      beforeEach: robots,
      accept: (head) => accept(head, settings.optOutHeaders ? agent : undefined),
      signal,
    });
    return await unpack(body, headers, settings.maxBytes);
  });
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
