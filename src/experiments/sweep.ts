import type { AnyExperiment, RecordFor } from "./kinds.ts";
import { checkRunnable, run } from "./run_once.ts";
import type { RunOptions } from "./session.ts";

/**
 * Runs experiments one after another and returns their records in the same order. Those that have been run
 * before cost nothing, so that a sweep which is edited and run again trains only what is new.
 *
 * @throws {ExperimentError} when any of them cannot be run, before the first is
 * @throws the signal's reason when aborted; finished runs and the current one's checkpoint are kept
 */
export async function sweep<E extends AnyExperiment>(
  experiments: readonly E[],
  options: RunOptions = {},
): Promise<RecordFor<E>[]> {
  experiments.forEach(checkRunnable);
  const records: RecordFor<E>[] = [];
  for (const [i, experiment] of experiments.entries()) {
    const position = { index: i + 1, of: experiments.length };
    const onProgress: RunOptions["onProgress"] = (progress) =>
      options.onProgress?.({ ...progress, position });
    records.push(await run(experiment, { ...options, onProgress }));
  }
  return records;
}
