/** Removing runs, without taking anything away from a process that is at it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type AnyExperiment, hashOf, RunFolder } from "../experiments/mod.ts";
import type { RunSummary } from "./summary.ts";

/** Runs that start from a run which is to be removed: they need its network. */
export interface Dependants {
  run: RunSummary;
  /** Those that stay. */
  by: RunSummary[];
}

/**
 * Of runs that are to be removed, those from whose networks others start: probes and fine-tunings. A finished
 * one keeps its record; an unfinished one has the network trained again when it goes on.
 */
export function dependantsOf(chosen: readonly RunSummary[], all: readonly RunSummary[]): Dependants[] {
  const staying = all.filter((run) => !chosen.includes(run)).map((run) => ({ run, source: sourceOf(run) }));
  return chosen.flatMap((run) => {
    const by = staying.filter(({ source }) => source === run.hash).map(({ run }) => run);
    return by.length > 0 ? [{ run, by }] : [];
  });
}

/** The hash of the run that a run starts from; undefined where there is none, or it cannot be told. */
function sourceOf({ experiment, result }: RunSummary): string | undefined {
  if (result?.source) return result.source;
  const needed = (experiment?.features ?? experiment?.start)?.experiment;
  if (!needed) return undefined;
  try {
    return hashOf(needed as AnyExperiment);
  } catch {
    return undefined; // of another version, or on a dataset whose manifest has gone
  }
}

/** The ending of a folder that is being removed. It is no run any more, whatever happens then. */
const GOING = ".deleted";

/**
 * Removes a run. Its folder is renamed first, so that no half of a run is ever there.
 *
 * @param run as it was listed
 * @param root folder of the records
 * @returns undefined where it was removed; else why it stays: a process holds its lock, or has finished it
 *   since it was listed
 */
export async function removeRun(
  { hash, state }: Pick<RunSummary, "hash" | "state">,
  root: string,
): Promise<string | undefined> {
  const folder = new RunFolder(hash, root);
  using lock = await folder.tryLock();
  if (!lock) return "a process holds it";
  // Under the lock nobody can finish it any more.
  if (state === "unfinished" && existsSync(join(folder.path, "result.json"))) {
    return "it has been finished meanwhile";
  }
  await Deno.rename(folder.path, folder.path + GOING);
  await removeGoing(folder.path + GOING);
  return undefined;
}

/** Removes what is left of runs whose removal was interrupted. */
export async function removeRemains(root: string): Promise<void> {
  for (const { name } of Deno.readDirSync(root)) {
    if (/^[0-9a-f]{16}\.deleted$/.test(name)) await removeGoing(join(root, name));
  }
}

/** Two removals at once may be at the same remains: what has gone has gone. */
async function removeGoing(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
