import type { Experiment } from "./experiment.ts";
import { checkPretraining, type Pretraining, type PretrainingRecord } from "./pretraining.ts";
import { checkProbe, type Probe, type ProbeRecord } from "./probe.ts";
import type { RunOptions } from "./progress.ts";
import type { RunRecord } from "./record.ts";
import { checkRunnable, run } from "./run.ts";
import { runPretraining } from "./run_pretraining.ts";
import { runProbe } from "./run_probe.ts";

/** Whatever can be run once and has a record. */
export type AnyExperiment = Experiment | Pretraining | Probe;

/** The record of an experiment, by its kind. */
export type RecordFor<E extends AnyExperiment> = E extends Probe ? ProbeRecord
  : E extends Pretraining ? PretrainingRecord
  : RunRecord;

/**
 * Runs experiments one after another and returns their records in the same order. Those that have been run before cost
 * nothing, so that a sweep which is edited and run again trains only what is new.
 *
 * @throws {ExperimentError} when any of them cannot be run, before the first is
 * @throws the signal's reason when aborted; finished runs and the current one's checkpoint are kept
 */
export async function sweep<E extends AnyExperiment>(
  experiments: readonly E[],
  options: RunOptions = {},
): Promise<RecordFor<E>[]> {
  experiments.forEach(check);
  const records: RecordFor<E>[] = [];
  for (const [i, experiment] of experiments.entries()) {
    const position = { index: i + 1, of: experiments.length };
    const onProgress: RunOptions["onProgress"] = (progress) =>
      options.onProgress?.({ ...progress, position });
    records.push(await runAny(experiment, { ...options, onProgress }) as RecordFor<E>);
  }
  return records;
}

function check(experiment: AnyExperiment): AnyExperiment {
  if (!("kind" in experiment)) return checkRunnable(experiment);
  return experiment.kind === "probe" ? checkProbe(experiment) : checkPretraining(experiment);
}

function runAny(experiment: AnyExperiment, options: RunOptions) {
  if (!("kind" in experiment)) return run(experiment, options);
  return experiment.kind === "probe" ? runProbe(experiment, options) : runPretraining(experiment, options);
}
