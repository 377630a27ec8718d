import type { RunOptions } from "../experiments/mod.ts";
import { kernel } from "./kernel.ts";
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
  const report = async (signal: AbortSignal) => {
    let ending = "failed";
    try {
      const result = await work({ signal, onProgress: view.update });
      ending = "done";
      return result;
    } finally {
      await view.finish(signal.aborted ? "interrupted" : ending);
    }
  };
  return interruptible(report, `${work}`);
}

const MESSAGE = "Interrupted. What was done is kept; run it again to go on from there.";
const WAITED = "Interrupted with the cell before it; run it again.";

/**
 * Another cell that begins within this time after a stopped one counts as one that waited behind it, ms.
 * Deno's kernel, unlike others, goes on with the cells that wait after one has failed; those between draw
 * figures of the results of before.
 */
const WAITING_MS = 30_000;

let kernelKept = false;
/** When a cell was stopped, and the work that it did. */
let lastStop = { at: -Infinity, work: "" };

/**
 * Runs work that Jupyter's stop button, or Ctrl-C on a terminal, can stop. Without it the stop button ends
 * the whole kernel and everything in it: Deno's kernel has no handler for SIGINT.
 *
 * In a kernel a press also stops the cells that wait, and a later press with nothing to stop does nothing.
 * On a terminal the exit code becomes 130, and a second press ends the process at once.
 *
 * @param work Gets a signal that is aborted on the press; it has to heed it, between two training steps for
 *   example.
 * @param text Tells works apart: that of a stopped cell may begin again at once.
 * @throws {DOMException} `AbortError` after the press, saying that what was done is kept.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  text = `${work}`,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = () => {
    if (signal.aborted && !kernel()) Deno.exit(130);
    controller.abort(new DOMException(MESSAGE, "AbortError"));
  };
  keepKernel();
  const hasWaited = text !== lastStop.work && performance.now() - lastStop.at < WAITING_MS;
  if (kernel() && hasWaited) throw new DOMException(WAITED, "AbortError");
  lastStop = { at: -Infinity, work: "" }; // the stopped cell runs again, and those after it may
  Deno.addSignalListener("SIGINT", stop);
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted || !isAbort(error)) throw error;
    if (!kernel()) Deno.exitCode = 130;
    lastStop = { at: performance.now(), work: text };
    throw signal.reason;
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** A listener that stays and does nothing, so that a press which comes too late doesn't end the kernel. */
function keepKernel(): void {
  if (kernelKept || !kernel()) return;
  kernelKept = true;
  Deno.addSignalListener("SIGINT", () => {});
}
