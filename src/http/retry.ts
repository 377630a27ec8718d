/** How often and how long: attempts, the waits between them, and the time that one may take. */
import { setTimeout as sleep } from "node:timers/promises";
import { isTransient, RequestFailure } from "./failure.ts";

/**
 * Attempts after the first while a server says that there were too many requests: it is patience, not luck,
 * that helps.
 */
const RATE_LIMIT_RETRIES = 6;

/** Longest wait between attempts that nobody asked for, ms. */
const LONGEST_BACKOFF = 30_000;

/** How often something is tried again. */
export interface RetrySettings {
  /** Attempts after the first, where the failure may pass. */
  retries: number;
  /** Wait before the first retry, ms; it doubles from retry to retry, and a random half of it is left out. */
  backoffMs: number;
  /** Longest Retry-After that is waited for, ms; a longer one counts as failure. */
  maxRetryAfterMs: number;
}

/**
 * The wait that a header `Retry-After` asks for, ms from `now`. The header is seconds or a date; undefined
 * for anything else.
 */
export function retryAfterMs(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return 1000 * Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * Wait before retry `retry` (0 is the first): doubling, a random half of it left out so that clients do not
 * come back together.
 */
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
  settings: RetrySettings,
  attempt: () => Promise<T>,
  { onWait, signal }: { onWait?: (ms: number) => void; signal?: AbortSignal } = {},
): Promise<T> {
  for (let retry = 0;; retry++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted || !(error instanceof RequestFailure) || !isTransient(error.reason)) throw error;
      const { reason, retryAfterMs } = error;
      const most = reason === "rate_limited"
        ? Math.max(settings.retries, RATE_LIMIT_RETRIES)
        : settings.retries;
      if (retry >= most || settings.retries === 0 || (retryAfterMs ?? 0) > settings.maxRetryAfterMs) {
        throw error;
      }
      if (retryAfterMs !== undefined) onWait?.(retryAfterMs);
      await sleep(Math.max(retryAfterMs ?? 0, backoffMs(retry, settings.backoffMs)), undefined, { signal });
    }
  }
}

/**
 * Does the work with a signal that is also aborted after `ms`; what does not heed it (DNS) is left behind.
 *
 * @throws {RequestFailure} `timed_out` when it was; the reason of `signal` when that ended it; what the work
 * throws
 */
export async function withinTime<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = new AbortController();
  const end = () => limited.abort(signal!.reason);
  const timer = setTimeout(() => limited.abort(), ms);
  signal?.addEventListener("abort", end);
  try {
    signal?.throwIfAborted();
    return await Promise.race([work(limited.signal), aborted(limited.signal)]);
  } catch (error) {
    signal?.throwIfAborted();
    if (!limited.signal.aborted || error instanceof RequestFailure) throw error;
    throw new RequestFailure("timed_out", `not done after ${ms} ms`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
