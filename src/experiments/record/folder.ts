/** The record of an experiment on disk: `runs/<hash>/`, plain files that a person and pandas can read. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { replaceFile, repositoryRoot } from "../../disk/mod.ts";
import type { Outcomes } from "../../stats/mod.ts";
import { outcomesOf, type Prediction } from "./outcomes.ts";

/** The fields of every `result.json`. */
export interface FinishedResult {
  /** Wall time in seconds. */
  seconds: number;
  /** The engine that it ran on, for example "TensorFlow 2.21.0, CPU". */
  engine: string;
  /** ISO 8601. */
  finishedAt: string;
  /** The version of the code that made it, see `recordCode`. Records of before it was kept have none. */
  code?: string;
}

/** Everything that a finished experiment of any kind leaves behind, read back from `runs/<hash>/`. */
export interface FinishedRecord<
  Experiment = unknown,
  Line = unknown,
  Result extends FinishedResult = FinishedResult,
> {
  /** Identity of the experiment: the first 16 hex digits of the sha256 of its canonical JSON. */
  hash: string;
  experiment: Experiment;
  /** The lines of `epochs.jsonl`; none for what is not trained in epochs. */
  epochs: Line[];
  /** `result.json` */
  result: Result;
  /** What it got right, image by image, from `predictions.jsonl`; empty for what predicts nothing. */
  outcomes: Outcomes;
}

/** Time between two tries to lock a folder that another process holds, ms. */
const LOCK_MS = 200;

/**
 * Folder of all records: `NTD_RUNS` (a relative path starts at the root of the repository: notebooks run in a
 * folder of their own), else `runs/` in the repository.
 */
export function runsFolder(): string {
  return resolve(repositoryRoot, Deno.env.get("NTD_RUNS") || "runs");
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** JSON lines; a torn last line, as a kill in the middle of an append leaves it, is dropped. */
function parseLines<T>(text: string): T[] {
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

function writeAtomically(path: string, text: string): Promise<void> {
  return replaceFile(path, (temporary) => Deno.writeTextFile(temporary, text));
}

/**
 * Checks that a finished experiment's network is there.
 *
 * @param weights {@link RunFolder.weights}
 * @throws {Error} naming the folder where it is not
 */
export function checkKept(weights: string): void {
  if (existsSync(weights)) return;
  throw new Error(
    `The run ${dirname(weights)} has kept no network: ${basename(weights)} is missing. ` +
      "Remove the folder and run its experiment again.",
  );
}

/** One experiment's folder, `<root>/<hash>`; `R` is the record that it will hold. */
export class RunFolder<R extends FinishedRecord = FinishedRecord> {
  readonly path: string;

  constructor(readonly hash: string, root = runsFolder()) {
    this.path = join(root, hash);
  }

  /** A folder for whatever is needed only until the experiment is finished: a probe's features. */
  get scratch(): string {
    return this.#file("scratch");
  }

  /** The file of the finished network's weights. */
  get weights(): string {
    return this.#file("model.safetensors");
  }

  #file(name: string): string {
    return join(this.path, name);
  }

  /** The record of a finished run; `undefined` while there is none. */
  async record(): Promise<R | undefined> {
    const result = await readText(this.#file("result.json"));
    const experiment = await readText(this.#file("experiment.json"));
    if (!result || !experiment) return undefined;
    const described = JSON.parse(experiment);
    return {
      hash: this.hash,
      experiment: described,
      epochs: await this.epochs(),
      result: JSON.parse(result),
      outcomes: outcomesOf(described, await this.predictions()),
    } as R;
  }

  /** The epochs that have been written so far. */
  async epochs(): Promise<R["epochs"]> {
    return parseLines(await readText(this.#file("epochs.jsonl")) ?? "");
  }

  /** The prediction for each validation image. */
  async predictions(): Promise<Prediction[]> {
    return parseLines<Prediction>(await readText(this.#file("predictions.jsonl")) ?? "");
  }

  /**
   * Holds the folder for one process until it is disposed; another one waits. The lock goes with the process,
   * however it ends.
   *
   * @throws the signal's reason when aborted while it waits
   */
  async lock(signal?: AbortSignal): Promise<{ [Symbol.dispose](): void }> {
    for (;;) {
      signal?.throwIfAborted();
      const lock = await this.tryLock();
      if (lock) return lock;
      await sleep(LOCK_MS, undefined, { signal }).catch(() => {}); // its error is that of the signal
    }
  }

  /** As {@link lock}; undefined where another process holds the folder. */
  async tryLock(): Promise<{ [Symbol.dispose](): void } | undefined> {
    await Deno.mkdir(this.path, { recursive: true });
    const file = await Deno.open(this.#file("lock"), { create: true, write: true });
    let isLocked = false;
    try {
      isLocked = await file.tryLock(true);
    } finally {
      if (!isLocked) file.close();
    }
    return isLocked ? { [Symbol.dispose]: () => file.close() } : undefined;
  }

  async writeExperiment(experiment: R["experiment"]): Promise<void> {
    await writeAtomically(this.#file("experiment.json"), JSON.stringify(experiment, null, 2) + "\n");
  }

  /** Keeps the first `count` epochs: those that the checkpoint holds. */
  async keepEpochs(count: number): Promise<R["epochs"]> {
    const kept = (await this.epochs()).slice(0, count);
    await writeAtomically(
      this.#file("epochs.jsonl"),
      kept.map((line) => JSON.stringify(line) + "\n").join(""),
    );
    return kept;
  }

  async appendEpoch(line: R["epochs"][number]): Promise<void> {
    await Deno.writeTextFile(this.#file("epochs.jsonl"), JSON.stringify(line) + "\n", { append: true });
  }

  /**
   * Writes the outcome; the result last, since its presence says that the run is finished.
   *
   * @param predictions `undefined` for what predicts nothing
   */
  async finish(predictions: Prediction[] | undefined, result: R["result"]): Promise<void> {
    const lines = predictions?.map((prediction) => JSON.stringify(prediction) + "\n").join("");
    if (lines !== undefined) await writeAtomically(this.#file("predictions.jsonl"), lines);
    await writeAtomically(this.#file("result.json"), JSON.stringify(result, null, 2) + "\n");
  }

  /**
   * Takes the files of a finished run that was made elsewhere; the result last, since its presence says that
   * the run is finished. A record that is there already stays.
   *
   * @param from folder on the same file system, which is emptied
   */
  async adopt(from: string): Promise<void> {
    using _lock = await this.lock();
    if (await this.record()) return;
    const names = [...Deno.readDirSync(from)].map(({ name }) => name).filter((name) =>
      name !== "result.json"
    );
    for (const name of [...names, "result.json"]) await Deno.rename(join(from, name), this.#file(name));
  }

  /** Removes {@link RunFolder.scratch}. */
  async removeScratch(): Promise<void> {
    await Deno.remove(this.scratch, { recursive: true }).catch(() => {});
  }
}
