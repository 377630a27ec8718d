/** Sweeps on a Ray cluster: each experiment a task, its record the task's result. Ray does the scheduling. */
import { createHash } from "node:crypto";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { dataRoot } from "../data/mod.ts";
import { besideModule, linesOf, repositoryRoot } from "../disk/mod.ts";
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
  type RunProgress,
  runsFolder,
} from "../experiments/mod.ts";
import { findOwnPython } from "../setup/mod.ts";
import { workOf } from "./work.ts";

/** Where and how a sweep is run on Ray. */
export interface RayOptions extends RunOptions {
  /**
   * `host:port` of a head node, `ray://host:port` of its client server, or `auto`. Default: `RAY_ADDRESS`,
   * else a cluster of this machine alone, which ends with the sweep.
   */
  address?: string;
  /**
   * Whether this checkout and the folder of records lie at the same path on every node. Runs then go on from
   * their checkpoints wherever they are begun again. It is checked before anything runs. Default: false, the
   * project's files go to the nodes and records come back.
   */
  shared?: boolean;
  /** Processors of each task. Default: 1, and with a card its share of the node's. */
  cpus?: number;
  /** Told of an experiment that failed; the sweep goes on with the others. Default: its error is thrown. */
  onFailure?: (experiment: AnyExperiment, error: Error) => void;
  /** The code that nodes must have. Default: this checkout's. */
  code?: string;
}

/** A line of `ray_driver.py`. */
type RayEvent =
  | { event: "begun"; nodes: number; cpus: number }
  | { event: "progress"; hash: string; progress: RunProgress }
  | { event: "record"; hash: string; path: string | null }
  | { event: "failed"; hash: string; message: string }
  | { event: "fault"; message: string };

/** The files that decide what a run gives, and what set-up needs. */
const PROJECT = ["src", "data_manifests", "deno.json", "deno.lock", "requirements.txt"];

/** The Python that has Ray: `.venv-ray`, or the one that `NTD_RAY` names. */
function findRay(): Promise<string> {
  return findOwnPython({
    variable: "NTD_RAY",
    environment: ".venv-ray",
    module: "ray",
    packages: ["ray[client]==2.60.0"],
    takes: "a minute, about 300 MB",
  });
}

/**
 * As `sweep`, on a Ray cluster. Those that others need are tasks of their own, and come first. A task whose
 * node or process dies is begun again by Ray. If this process ends, Ray ends its tasks; asked again, it goes
 * on with what has no record.
 *
 * @returns the records in the order of the experiments; without those of experiments that failed, where
 *   `onFailure` is told of them
 * @throws {Error} for a cluster that does not answer, has no node that can run anything, or does not share
 *   what is said to be shared; and as `sweep`
 */
export async function sweepOnRay(
  experiments: readonly AnyExperiment[],
  options: RayOptions = {},
): Promise<FinishedRecord[]> {
  experiments.forEach(checkRunnable);
  const root = options.runs ?? runsFolder();
  const works = workOf(experiments);
  const open: typeof works = [];
  for (const work of works) {
    if (!await new RunFolder(hashOf(work.experiment), root).record()) open.push(work);
  }
  if (open.length > 0) {
    await Deno.mkdir(root, { recursive: true });
    await using folder = await temporaryIn(root);
    await new RaySweep(open, root, folder.path, options).run();
  }
  const records = await Promise.all(experiments.map((one) => new RunFolder(hashOf(one), root).record()));
  return records.filter((record) => record !== undefined);
}

/** A folder beside the records, on their file system. */
async function temporaryIn(root: string) {
  const path = await Deno.makeTempDir({ dir: root, prefix: ".ray-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** One sweep on its way. */
class RaySweep {
  readonly #open: ReturnType<typeof workOf>;
  readonly #root: string;
  readonly #folder: string;
  readonly #options: RayOptions;
  readonly #experiments: ReadonlyMap<string, AnyExperiment>;
  #done = 0;
  #failures: Error[] = [];

  constructor(open: ReturnType<typeof workOf>, root: string, folder: string, options: RayOptions) {
    [this.#open, this.#root, this.#folder, this.#options] = [open, root, folder, options];
    this.#experiments = new Map(open.map(({ experiment }) => [hashOf(experiment), experiment]));
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const python = await findRay();
    const token = join(this.#folder, "token");
    using lock = await Deno.open(token, { create: true, write: true });
    await lock.lock(true); // nodes that share the folder are kept out
    const job = JSON.stringify(await this.#job(token));
    const driver = new Deno.Command(python, {
      args: [besideModule(import.meta.url, "./ray_driver.py")],
      env: { PYTHONUNBUFFERED: "1", RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO: "0" },
      stdin: "piped",
      stdout: "piped",
      stderr: Deno.env.get("NTD_DEBUG") ? "inherit" : "null",
    }).spawn();
    const stop = () => driver.kill("SIGTERM");
    signal?.addEventListener("abort", stop);
    try {
      const writer = driver.stdin.getWriter();
      await writer.write(new TextEncoder().encode(job + "\n"));
      await writer.close();
      for await (const line of linesOf(driver.stdout)) await this.#take(JSON.parse(line));
      const { code, signal: by } = await driver.status;
      signal?.throwIfAborted();
      if (this.#failures.length > 0) throw this.#failures[0];
      if (code !== 0) throw new Error(`Ray's driver ended early (${by ?? `exit code ${code}`}).`);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** What the driver is told; the files of the project are copied for it, unless they are shared. */
  async #job(token: string) {
    const { address = Deno.env.get("RAY_ADDRESS"), shared = false, cpus, code = recordCode() } =
      this.#options;
    const project = join(this.#folder, "project");
    if (!shared) await copyProject(project);
    const tasks = this.#open.map(({ experiment, memory, network }) => ({
      hash: hashOf(experiment),
      label: labelOf(experiment),
      experiment,
      needs: neededBy(experiment).map((needed) => hashOf(needed)),
      cpus: cpus ?? 0,
      memory,
      network: network !== undefined,
    }));
    const held = [...new Set(tasks.flatMap(({ needs }) => needs))].filter((hash) =>
      !this.#experiments.has(hash)
    );
    return {
      address: address || null,
      token: shared ? token : null,
      checkout: repositoryRoot,
      project,
      data: dataRoot(),
      runs: this.#root,
      incoming: this.#folder,
      // The same for a driver that comes back: nodes go on from the checkpoints that they keep.
      session: createHash("sha256").update(`${Deno.hostname()} ${this.#root} ${code}`).digest("hex").slice(
        0,
        16,
      ),
      deno: Deno.execPath(),
      worker: besideModule(import.meta.url, "./worker.ts").slice(repositoryRoot.length),
      code,
      tasks,
      held: Object.fromEntries(held.map((hash) => [hash, join(this.#root, hash)])),
    };
  }

  async #take(event: RayEvent): Promise<void> {
    const { onProgress, onFailure } = this.#options;
    switch (event.event) {
      case "begun":
        return;
      case "progress":
        return onProgress?.({ ...event.progress, position: this.#position() });
      case "record": {
        if (event.path) await new RunFolder(event.hash, this.#root).adopt(event.path);
        const label = labelOf(this.#experiments.get(event.hash)!);
        onProgress?.({ phase: "train", label, done: 1, total: 1, position: this.#position() });
        this.#done++;
        return;
      }
      case "failed": {
        const error = new Error(event.message);
        if (onFailure) onFailure(this.#experiments.get(event.hash)!, error);
        else this.#failures.push(error);
        return;
      }
      case "fault":
        this.#failures.push(new Error(`Ray: ${event.message}.`));
    }
  }

  #position() {
    const of = this.#open.length;
    return { index: Math.min(this.#done + 1, of), of };
  }
}

async function copyProject(to: string): Promise<void> {
  await Deno.mkdir(to);
  for (const path of PROJECT) {
    await cp(join(repositoryRoot, path), join(to, path), { recursive: true, dereference: true });
  }
}
