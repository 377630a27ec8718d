/** What to wait with that a signal must be able to end. */

/** A promise's outcome, or the signal's reason as soon as it is aborted. */
export async function orAborted<T>(promise: PromiseLike<T> | T, signal?: AbortSignal): Promise<T> {
  if (!signal) return await promise;
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The values one by one, until the signal is aborted; then its reason is thrown, also while one is being made. */
export async function* untilAborted<T>(
  values: Iterable<T> | AsyncIterable<T>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const iterator = Symbol.asyncIterator in values
    ? values[Symbol.asyncIterator]()
    : values[Symbol.iterator]();
  for (;;) {
    const { done, value } = await orAborted(iterator.next(), signal);
    if (done) return;
    yield value;
  }
}
