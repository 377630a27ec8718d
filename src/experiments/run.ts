/** Runs experiments: each is executed once, and its record is kept. */
import { openPools, type Pool, startBatchWorkers } from "../data/mod.ts";
import { readDriver, usable } from "../nvidia/mod.ts";
import { describeEngine, isOnGpu, startEngine } from "../tensorflow/mod.ts";
import { removeCheckpoints } from "../train/mod.ts";
import { recordCode } from "./code_version.ts";
import { checkAs, hashAs, type Kind, type OfKind } from "./kind.ts";
import { type AnyExperiment, type AnyRecord, experimentKindOf } from "./kinds.ts";
import { checkKept, type FinishedRecord, RunFolder, runsFolder } from "./record/folder.ts";
import type { RunOptions } from "./session.ts";

/** The record of an experiment, by its kind. */
type RecordFor<E extends AnyExperiment> = Extract<AnyRecord, { experiment: { kind: E["kind"] } }>;

/**
 * Checks everything that can be checked without training: the description, that its datasets exist, and that
 * they are large enough. (Whether enough images are left once duplicates are kept on one side, and how many a
 * split or a part has, is known when the pools are open.)
 *
 * @returns the experiment
 * @throws {ExperimentError} for a fault of the experiment
 * @throws {Error} for a dataset or split that does not exist, listing those that do
 */
function checkRunnable(experiment: unknown): OfKind {
  const kind = experimentKindOf(experiment);
  const checked = checkAs(kind, experiment);
  kind.checkImages(checked);
  return checked;
}

/**
 * The record of an experiment: read back where it has been run before, else executed, from where an
 * interrupted execution has stopped. Experiments that it needs are run first. Two processes that ask for the
 * same experiment execute it once.
 *
 * @throws {ExperimentError} for an experiment that cannot be run, before anything is trained
 * @throws {Error} where the network of a finished experiment that it needs was removed
 * @throws the signal's reason when aborted
 */
export async function run<E extends AnyExperiment>(
  experiment: E,
  options: RunOptions = {},
): Promise<RecordFor<E>> {
  return await recordOf(experiment, options) as RecordFor<E>;
}

async function recordOf(experiment: OfKind, options: RunOptions): Promise<FinishedRecord<OfKind>> {
  const kind = experimentKindOf(experiment);
  const checked = checkRunnable(experiment);
  const root = options.runs ?? runsFolder();
  const folder = new RunFolder<FinishedRecord<OfKind>>(hashAs(kind, checked), root);
  const readBack = (record: FinishedRecord<OfKind>) => {
    const byOtherCode = record.result.code !== recordCode();
    options.onProgress?.({ phase: "record", label: kind.label(checked), done: 1, total: 1, byOtherCode });
    return record;
  };
  const known = await folder.record();
  if (known) return readBack(known);
  const needed: RunFolder[] = [];
  for (const other of kind.needs?.(checked) ?? []) {
    const { hash } = await recordOf(other, options);
    const finished = new RunFolder(hash, root);
    checkKept(finished.weights);
    needed.push(finished);
  }
  using _lock = await folder.lock(options.signal);
  const made = await folder.record(); // by another process, while this one waited
  return made ? readBack(made) : await execute(kind, checked, { folder, needed, options });
}

/** Everything that is known before an experiment is executed. */
interface Beginning {
  folder: RunFolder<FinishedRecord<OfKind>>;
  needed: RunFolder[];
  options: RunOptions;
}

async function execute(
  kind: Kind<OfKind, FinishedRecord<OfKind>>,
  experiment: OfKind,
  { folder, needed, options }: Beginning,
): Promise<FinishedRecord<OfKind>> {
  const { signal, onProgress } = options;
  // They load their program while the pools are opened and the engine starts.
  using workers = startBatchWorkers(kind.threads === false ? { workers: 0 } : { gpu: await trainsOnGpu() });
  let pools: Pool[] = [];
  try {
    pools = await openPools(kind.pools === false ? [] : kind.datasets(experiment), {
      signal,
      onProgress: (data) => onProgress?.({ phase: "data", label: data.dataset, ...data }),
    });
    const engine = describeEngine(await startEngine());
    await folder.writeExperiment(experiment);
    const label = kind.label(experiment);
    const session = { folder, workers, pools, needed, options, label };
    const { result, predictions } = await kind.execute(experiment, session);
    const finishedAt = new Date().toISOString();
    await folder.finish(predictions, { ...result, engine, finishedAt, code: recordCode() });
    await folder.removeScratch();
    await removeCheckpoints(folder.path);
    return (await folder.record())!;
  } finally {
    for (const pool of pools) pool[Symbol.dispose]();
  }
}

/** Whether the engine is on a GPU. It is started early to know that, though only where there may be one. */
async function trainsOnGpu(): Promise<boolean> {
  const driver = readDriver();
  if (!driver || !("gpu" in usable(driver))) return false;
  await startEngine();
  return isOnGpu();
}

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
