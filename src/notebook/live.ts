import type { RunOptions } from "../experiments/mod.ts";
import { interruptible } from "./interrupt.ts";
import { progressView } from "./progress.ts";

/**
 * Runs training with its progress shown in one updating output and with the stop button heeded:
 *
 *     const records = await live((options) => sweep(experiments, options));
 *
 * @throws {DOMException} `AbortError` when interrupted; what was done is kept.
 */
export function live<T>(
  work: (options: Pick<RunOptions, "signal" | "onProgress">) => Promise<T>,
): Promise<T> {
  const view = progressView();
  return interruptible(async (signal) => {
    let ending = "failed";
    try {
      const result = await work({ signal, onProgress: view.update });
      ending = "done";
      return result;
    } finally {
      await view.finish(signal.aborted ? "interrupted" : ending);
    }
  });
}
