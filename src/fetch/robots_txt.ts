import robotsParser, { type Robot } from "robots-parser";
import { FetchFailure } from "./failure.ts";
import { ask, follow } from "./redirects.ts";
import type { Client, Head } from "./request.ts";
import { retryAfterMs } from "./retry.ts";
import type { NetworkSettings } from "./settings.ts";
import { withinTime } from "./within_time.ts";

/** Part of a robots.txt that is read, bytes; the least that RFC 9309 asks for. */
const MOST_BYTES = 500 * 1024;

/** Hosts whose rules are kept. */
const MOST_KEPT = 10_000;

/** The package's types take it for an ES module, which it is not. */
const parseRobots = robotsParser as unknown as (url: string, text: string) => Robot;

/**
 * Refuses what a host's robots.txt forbids.
 *
 * @throws FetchFailure
 */
export type RobotsCheck = (url: URL) => Promise<void>;

/**
 * Obeys robots.txt (RFC 9309): where there is none (4xx) everything is allowed; where it cannot be read (5xx, no connection) nothing
 * is, and the image fails for that reason.
 *
 * @param agent our name, as robots.txt files would have it
 */
export function makeRobotsCheck(
  client: Client,
  settings: NetworkSettings,
  agent: string,
  signal: AbortSignal,
): RobotsCheck {
  const known = new Map<string, Promise<Robot>>();
  const rulesOf = (url: URL): Promise<Robot> => {
    const found = known.get(url.origin);
    if (found) return found;
    const rules = readRules(client, new URL("/robots.txt", url), settings, signal);
    rules.catch(() => known.delete(url.origin)); // the next image asks again
    known.set(url.origin, rules);
    if (known.size > MOST_KEPT) known.delete(known.keys().next().value!);
    return rules;
  };
  return async (url) => {
    const rules = await rulesOf(url);
    if (rules.isAllowed(url.href, agent) !== false) return;
    throw new FetchFailure("robots_txt", `${url.origin}/robots.txt forbids it`);
  };
}

async function readRules(
  client: Client,
  url: URL,
  { attemptMs, redirects }: NetworkSettings,
  signal: AbortSignal,
): Promise<Robot> {
  try {
    const { status, body } = await withinTime(
      attemptMs,
      signal,
      (signal) => follow(url, redirects, (url) => ask(client, url, { accept: checkStatus, signal })),
    );
    const text = status === 200 ? new TextDecoder().decode(body.subarray(0, MOST_BYTES)) : "";
    return parseRobots(url.href, text);
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    throw new FetchFailure(error.reason, `robots.txt: ${error.detail}`, error.retryAfterMs);
  }
}

function checkStatus({ status, headers }: Head): void {
  const retryAfter = retryAfterMs(headers["retry-after"]);
  if (status >= 500) throw new FetchFailure("server_error", `status ${status}`, retryAfter);
  if (status === 429) throw new FetchFailure("rate_limited", `status ${status}`, retryAfter);
}
