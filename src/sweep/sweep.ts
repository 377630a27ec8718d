import type { Experiment } from "./experiment.ts";
import type { RunRecord } from "./record.ts";
import { checkRunnable, run, type RunOptions } from "./run.ts";

/**
 * Runs experiments one after another and returns their records in the same order. Those that have been run before cost
 * nothing, so that a sweep which is edited and run again trains only what is new.
 *
 * @throws {ExperimentError} when any of them cannot be run, before the first is
 * @throws the signal's reason when aborted; finished runs and the current one's checkpoint are kept
 */
export async function sweep(
  experiments: readonly Experiment[],
  options: RunOptions = {},
): Promise<RunRecord[]> {
  experiments.forEach(checkRunnable);
  const records: RunRecord[] = [];
  for (const [i, experiment] of experiments.entries()) {
    const position = { index: i + 1, of: experiments.length };
    const onProgress: RunOptions["onProgress"] = (progress) =>
      options.onProgress?.({ ...progress, position });
    records.push(await run(experiment, { ...options, onProgress }));
  }
  return records;
}
