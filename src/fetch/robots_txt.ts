import robotsParser, { type Robot } from "robots-parser";
import {
  ask,
  type Client,
  follow,
  reasonOfStatus,
  RequestFailure,
  type ResponseHead,
  retryAfterMs,
  wholeBody,
  withinTime,
} from "../http/mod.ts";
import type { FailureReason } from "./failure.ts";
import type { NetworkSettings } from "./settings.ts";

/** Part of a robots.txt that is read, bytes; the least that RFC 9309 asks for. */
const MOST_BYTES = 500 * 1024;

/** Hosts whose rules are kept. */
const MOST_KEPT = 10_000;

/** The package's types take it for an ES module, which it is not. */
const parseRobots = robotsParser as unknown as (url: string, text: string) => Robot;

/**
 * Refuses what a host's robots.txt forbids.
 *
 * @throws {RequestFailure}
 */
type RobotsCheck = (url: URL) => Promise<void>;

/**
 * Obeys robots.txt (RFC 9309). Without one (4xx) everything is allowed. When it cannot be read (5xx, no
 * connection) nothing is, and the image fails for that reason.
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
    throw new RequestFailure<FailureReason>("robots_txt", `${url.origin}/robots.txt forbids it`);
  };
}

async function readRules(
  client: Client,
  url: URL,
  { attemptMs, redirects, maxBytes }: NetworkSettings,
  signal: AbortSignal,
): Promise<Robot> {
  try {
    return await withinTime(attemptMs, signal, async (signal) => {
      const answer = await follow(url, redirects, (url) => ask(client, url, { accept: checkStatus, signal }));
      const body = await wholeBody(answer, maxBytes);
      const text = answer.status === 200 ? new TextDecoder().decode(body.subarray(0, MOST_BYTES)) : "";
      return parseRobots(url.href, text);
    });
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    throw new RequestFailure(error.reason, `robots.txt: ${error.detail}`, error.retryAfterMs);
  }
}

function checkStatus({ status, headers }: ResponseHead): void {
  if (status < 500 && status !== 429) return;
  throw new RequestFailure(reasonOfStatus(status), `status ${status}`, retryAfterMs(headers["retry-after"]));
}
