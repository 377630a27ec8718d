/** Sweeps on a Ray cluster: each experiment a task, its record the task's result. */
import { join } from "node:path";
import {
  type AnyExperiment,
  checkRunnable,
  type FinishedRecord,
  hashOf,
  labelOf,
  neededBy,
  recordCode,
  RunFolder,
  type RunOptions,
  runsFolder,
} from "../experiments/mod.ts";
import { Ray, type RayCluster, type RayEvent, sessionOf } from "./ray.ts";
import { type Work, workOf } from "./work.ts";

/** Where and how a sweep is run on Ray. */
export interface RayOptions extends RunOptions, RayCluster {
  /**
   * Whether this checkout and the folder of records lie at the same path on every node. Runs then go on from
   * their checkpoints wherever they are begun again. It is checked before anything runs. Default: false, the
   * project's files go to the nodes and records come back.
   */
  shared?: boolean;
  /** Told of an experiment that failed; the sweep goes on with the others. Default: its error is thrown. */
  onFailure?: (experiment: AnyExperiment, error: Error) => void;
  /** The code that nodes must have. Default: this checkout's. */
  code?: string;
}

/**
 * As `sweep`, on a Ray cluster. Those that others need are tasks of their own, and come first. A task whose
 * node or process dies is begun again by Ray. If this process ends, however it does, Ray ends its tasks;
 * asked again, it goes on with what has no record.
 *
 * @returns the records in the order of the experiments; without those of experiments that failed, where
 *   `onFailure` is told of them
 * @throws {Error} as {@link Ray.events}; and as `sweep`
 */
export async function sweepOnRay(
  experiments: readonly AnyExperiment[],
  options: RayOptions = {},
): Promise<FinishedRecord[]> {
  experiments.forEach(checkRunnable);
  const root = options.runs ?? runsFolder();
  const open: Work[] = [];
  for (const work of workOf(experiments)) {
    if (!await new RunFolder(hashOf(work.experiment), root).record()) open.push(work);
  }
  if (open.length > 0) {
    await Deno.mkdir(root, { recursive: true });
    await new RaySweep(open, root, options).run();
  }
  const records = await Promise.all(experiments.map((one) => new RunFolder(hashOf(one), root).record()));
  return records.filter((record) => record !== undefined);
}

/** One sweep on its way. */
class RaySweep {
  readonly #open: readonly Work[];
  readonly #root: string;
  readonly #options: RayOptions;
  readonly #experiments: ReadonlyMap<string, AnyExperiment>;
  /** Experiments that have ended, well or not. */
  #ended = 0;
  #failures: Error[] = [];

  constructor(open: readonly Work[], root: string, options: RayOptions) {
    [this.#open, this.#root, this.#options] = [open, root, options];
    this.#experiments = new Map(open.map(({ experiment }) => [hashOf(experiment), experiment]));
  }

  async run(): Promise<void> {
    const { signal, address, shared = false, cpus = 0, code = recordCode() } = this.#options;
    const needed = this.#open.flatMap(({ experiment }) => neededBy(experiment)).map((one) => hashOf(one));
    const held = needed.filter((hash) => !this.#experiments.has(hash));
    await using ray = await Ray.begin({
      address,
      shared,
      root: this.#root,
      session: `runs/${sessionOf(this.#root, code)}`,
      held: Object.fromEntries(held.map((hash) => [hash, join(this.#root, hash)])),
    }, signal);
    for (const { experiment, memory, network } of this.#open) {
      await ray.send({
        name: hashOf(experiment),
        label: labelOf(experiment),
        question: { experiment, code },
        needs: neededBy(experiment).map((needed) => hashOf(needed)),
        isNeeded: needed.includes(hashOf(experiment)),
        cpus,
        memory,
        network: network !== undefined,
      });
    }
    await ray.end();
    for await (const event of ray.events()) await this.#take(event);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async #take(event: RayEvent): Promise<void> {
    if (event.event === "begun") return;
    const { onProgress, onFailure } = this.#options;
    const experiment = this.#experiments.get(event.name)!;
    switch (event.event) {
      case "progress":
        return onProgress?.({ ...event.progress, position: this.#position() });
      case "done":
        if (event.path) await new RunFolder(event.name, this.#root).adopt(event.path);
        onProgress?.({
          phase: "train",
          label: labelOf(experiment),
          done: 1,
          total: 1,
          position: this.#position(),
        });
        this.#ended++;
        return;
      case "failed": {
        this.#ended++;
        const error = new Error(event.message);
        if (onFailure) onFailure(experiment, error);
        else this.#failures.push(error);
      }
    }
  }

  #position() {
    const of = this.#open.length;
    return { index: Math.min(this.#ended + 1, of), of };
  }
}
