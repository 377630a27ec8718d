/** Runs experiments: each is executed once, and its record is kept. */
import { setTimeout as sleep } from "node:timers/promises";
import { openPools, startBatchWorkers } from "../data/mod.ts";
import { readDriver, usable } from "../nvidia/mod.ts";
import { describeEngine, isOnGpu, startEngine } from "../tensorflow/mod.ts";
import { removeCheckpoints, timed } from "../train/mod.ts";
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
export function checkRunnable(experiment: unknown): AnyExperiment {
  const kind = experimentKindOf(experiment);
  const checked = checkAs(kind, experiment);
  kind.checkImages(checked);
  return checked as AnyExperiment;
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
  return (await recordOf(experiment, options, "wait"))! as RecordFor<E>;
}

/** @returns undefined where `held` is "pass" and another process holds it, or one that it needs */
async function recordOf(
  experiment: OfKind,
  options: RunOptions,
  held: "wait" | "pass",
): Promise<FinishedRecord<OfKind> | undefined> {
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
    const record = await recordOf(other, options, held);
    if (!record) return undefined;
    const finished = new RunFolder(record.hash, root);
    checkKept(finished.weights);
    needed.push(finished);
  }
  using lock = held === "pass" ? await folder.tryLock() : await folder.lock(options.signal);
  if (!lock) return undefined;
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
  using pools = await timed("pools", () =>
    openPools(kind.pools === false ? [] : kind.datasets(experiment), {
      signal,
      onProgress: (data) => onProgress?.({ phase: "data", label: data.dataset, ...data }),
    }));
  const engine = describeEngine(await timed("engine", startEngine));
  await folder.writeExperiment(experiment);
  const label = kind.label(experiment);
  const session = { folder, workers, pools, needed, options, label };
  const { result, predictions } = await kind.execute(experiment, session);
  const finishedAt = new Date().toISOString();
  return await timed("record", async () => {
    await folder.finish(predictions, { ...result, engine, finishedAt, code: recordCode() });
    await folder.removeScratch();
    await removeCheckpoints(folder.path);
    return (await folder.record())!;
  });
}

/** Whether the engine is on a GPU. It is started early to know that, though only where there may be one. */
async function trainsOnGpu(): Promise<boolean> {
  const driver = readDriver();
  if (!driver || !("gpu" in usable(driver))) return false;
  await startEngine();
  return isOnGpu();
}

/** How a sweep is watched and stopped, and how it meets other processes. */
export interface SweepOptions extends RunOptions {
  /**
   * Whether experiments that another process holds are passed over, and looked at again at the end: several
   * processes with the same list then share the work. Default: false, the sweep waits for them in its order.
   */
  claim?: boolean;
  /** Told of an experiment that failed; the sweep goes on with the others. Default: its error is thrown. */
  onFailure?: (experiment: AnyExperiment, error: Error) => void;
}

/** Time between two looks at experiments that other processes hold, ms. */
const HELD_MS = 500;

/**
 * Runs experiments one after another and returns their records in the same order. Those that have been run
 * before cost nothing, so that a sweep which is edited and run again trains only what is new.
 *
 * @returns the records; without those of experiments that failed, where `onFailure` is told of them
 * @throws {ExperimentError} when any of them cannot be run, before the first is
 * @throws the signal's reason when aborted; finished runs and the current one's checkpoint are kept
 */
export async function sweep<E extends AnyExperiment>(
  experiments: readonly E[],
  { claim = false, onFailure, ...options }: SweepOptions = {},
): Promise<RecordFor<E>[]> {
  experiments.forEach(checkRunnable);
  const records = new Map<number, RecordFor<E>>();
  let ended = 0;
  for (let open = [...experiments.entries()]; open.length > 0;) {
    const held: typeof open = [];
    for (const [i, experiment] of open) {
      const position = { index: ended + 1, of: experiments.length }; // not its place: held ones come later
      const onProgress: RunOptions["onProgress"] = (progress) =>
        options.onProgress?.({ ...progress, position });
      try {
        const record = await recordOf(experiment, { ...options, onProgress }, claim ? "pass" : "wait");
        if (!record) {
          held.push([i, experiment]);
          continue;
        }
        records.set(i, record as RecordFor<E>);
      } catch (error) {
        if (options.signal?.aborted || !onFailure) throw error;
        onFailure(experiment, error as Error);
      }
      ended++;
    }
    if (held.length === open.length) await sleep(HELD_MS);
    options.signal?.throwIfAborted();
    open = held;
  }
  return [...records].sort(([a], [b]) => a - b).map(([, record]) => record);
}
