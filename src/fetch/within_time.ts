import { FetchFailure } from "./failure.ts";

/**
 * Does the work with a signal that is also aborted after `ms`; what does not heed it (DNS) is left behind.
 *
 * @throws FetchFailure `timed_out` when it was; the reason of `signal` when that ended it; what the work throws
 */
export async function withinTime<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = new AbortController();
  const end = () => limited.abort(signal.reason);
  const timer = setTimeout(() => limited.abort(), ms);
  signal.addEventListener("abort", end);
  try {
    signal.throwIfAborted();
    return await Promise.race([work(limited.signal), aborted(limited.signal)]);
  } catch (error) {
    signal.throwIfAborted();
    if (!limited.signal.aborted || error instanceof FetchFailure) throw error;
    throw new FetchFailure("timed_out", `not done after ${ms} ms`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
