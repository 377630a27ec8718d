import { setTimeout as sleep } from "node:timers/promises";
import { FetchFailure, isTransient } from "./failure.ts";
import type { NetworkSettings } from "./settings.ts";

/** Attempts after the first while a server says that there were too many requests: it is patience, not luck, that helps. */
const RATE_LIMIT_RETRIES = 6;

/** Longest wait between attempts that nobody asked for, ms. */
const LONGEST_BACKOFF = 30_000;

/** What a header `Retry-After` asks for, ms from `now`: seconds or a date; undefined when it says neither. */
export function retryAfterMs(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return 1000 * Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Wait before retry `retry` (0 is the first): doubling, a random half of it left out so that clients do not come back together. */
export function backoffMs(retry: number, first: number, random: () => number = Math.random): number {
  return Math.min(first * 2 ** retry, LONGEST_BACKOFF) * (1 - random() / 2);
}

/**
 * Calls `attempt` until it succeeds, fails for good, or has failed too often.
 *
 * @param onWait told how long a server asks to be left alone, ms
 * @throws the last attempt's error
 */
export async function withRetries<T>(
  settings: Pick<NetworkSettings, "retries" | "backoffMs" | "maxRetryAfterMs">,
  attempt: () => Promise<T>,
  { onWait, signal }: { onWait: (ms: number) => void; signal: AbortSignal },
): Promise<T> {
  for (let retry = 0;; retry++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !(error instanceof FetchFailure) || !isTransient(error.reason)) throw error;
      const { reason, retryAfterMs } = error;
      const most = reason === "rate_limited"
        ? Math.max(settings.retries, RATE_LIMIT_RETRIES)
        : settings.retries;
      if (retry >= most || settings.retries === 0 || (retryAfterMs ?? 0) > settings.maxRetryAfterMs) {
        throw error;
      }
      if (retryAfterMs !== undefined) onWait(retryAfterMs);
      await sleep(Math.max(retryAfterMs ?? 0, backoffMs(retry, settings.backoffMs)), undefined, { signal });
    }
  }
}
