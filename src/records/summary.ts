/** Folders of runs, read such that a damaged one is a line of the list and no error. */
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { RunFolder } from "../experiments/mod.ts";
import { type Described, type Facets, facetsOf, parseDescribed } from "./facets.ts";

const proportion = z.object({
  correct: z.int(),
  n: z.int(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
});

const resultSchema = z.looseObject({
  seconds: z.number(),
  engine: z.string(),
  finishedAt: z.iso.datetime(),
  code: z.string().optional(),
  accuracy: proportion.optional(),
  training: proportion.optional(),
  chance: z.number().optional(),
  perDataset: z.array(proportion).optional(),
  classes: z.array(z.string()).optional(),
  loss: z.number().optional(),
  parameters: z.int().optional(),
  inputWait: z.number().optional(),
  source: z.string().optional(),
});

/** `result.json` of any kind of experiment; which fields it has depends on the kind. */
export type AnyResult = z.infer<typeof resultSchema>;

/**
 * `finished`: it has a result. `running`: a process holds its folder. `unfinished`: no process does; running
 * its experiment again goes on from its checkpoint. `damaged`: a file is missing or cannot be read.
 */
export type RunState = "finished" | "running" | "unfinished" | "damaged";

/** One folder of the records, `<root>/<hash>`. */
export interface RunSummary extends Facets {
  /** 16 hex digits. */
  hash: string;
  state: RunState;
  /** The fault of a damaged one, naming the file. */
  fault?: string;
  /** `experiment.json`; absent where it has not been written, or cannot be read. */
  experiment?: Described;
  /** `result.json`; absent where it has not been written, or cannot be read. */
  result?: AnyResult;
  /** Epochs that were trained so far. */
  epochs: number;
  /** The end of a finished run; of others the last change of a file, ms since 1970. */
  changedAt: number;
  /** Size of all its files, bytes. */
  bytes: number;
}

/** A fault of a run's files. */
class RunFault extends Error {}

/** The runs of a folder, the latest first. Other entries of the folder are passed over. */
export async function listRuns(root: string): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for (const hash of hashesIn(root)) {
    const run = await summariseRun(hash, root);
    if (run) runs.push(run);
  }
  return runs.sort((a, b) => b.changedAt - a.changedAt || (a.hash < b.hash ? -1 : 1));
}

/** Names of the folders that a hash names. */
function hashesIn(root: string): string[] {
  return entriesOf(root).filter(({ name, isFile }) => /^[0-9a-f]{16}$/.test(name) && !isFile)
    .map(({ name }) => name);
}

/** @returns undefined where the folder has gone meanwhile */
async function summariseRun(hash: string, root: string): Promise<RunSummary | undefined> {
  const path = join(root, hash);
  if (!existsSync(path)) return undefined;
  const run: RunSummary = { hash, datasets: [], state: "unfinished", epochs: 0, changedAt: 0, bytes: 0 };
  try {
    Object.assign(run, spaceOf(path));
    run.experiment = readJson(path, "experiment.json", parseDescribed);
    if (run.experiment) Object.assign(run, facetsOf(run.experiment));
    run.result = readJson(path, "result.json", (value) => resultSchema.parse(value));
    if (run.result) run.changedAt = Date.parse(run.result.finishedAt);
    run.epochs = await epochsOf(new RunFolder(hash, root));
    if (run.result) checkWhole(run, path);
    run.state = run.result ? "finished" : isHeld(join(path, "lock")) ? "running" : "unfinished";
  } catch (error) {
    run.state = "damaged";
    run.fault = (error as Error).message;
  }
  return run;
}

/**
 * Size of a folder's files, bytes, and when the last one was changed, ms since 1970. Links are not followed,
 * and a file that goes meanwhile, as those of a run that is going on do, counts as nothing.
 */
function spaceOf(path: string): Pick<RunSummary, "bytes" | "changedAt"> {
  const space = { bytes: 0, changedAt: 0 };
  for (const { name, isDirectory } of entriesOf(path)) {
    const inside = join(path, name);
    const file = isDirectory ? undefined : lstatSync(inside, { throwIfNoEntry: false });
    const within = isDirectory ? spaceOf(inside) : { bytes: file?.size ?? 0, changedAt: file?.mtimeMs ?? 0 };
    space.bytes += within.bytes;
    space.changedAt = Math.max(space.changedAt, within.changedAt);
  }
  return space;
}

/** The entries of a folder; none where it is not there. */
function entriesOf(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * Reads a JSON file of a run.
 *
 * @returns undefined where there is none
 * @throws {RunFault} where it is empty, is not JSON, or lacks a field, naming file and field
 */
function readJson<T>(path: string, file: string, parse: (value: unknown) => T): T | undefined {
  const text = readText(join(path, file), file);
  if (text === undefined) return undefined;
  if (text.trim() === "") throw new RunFault(`${file} is empty`);
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw new RunFault(`${file} is not JSON`);
    const [{ path: field, message }] = error.issues;
    throw new RunFault(`${file}: ${[...field].join(".") || "the whole"}: ${message}`);
  }
}

function readText(path: string, file: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new RunFault(`${file} cannot be read (${(error as Error).message})`);
  }
}

async function epochsOf(folder: RunFolder): Promise<number> {
  try {
    return (await folder.epochs()).length;
  } catch {
    throw new RunFault("epochs.jsonl has a line that is not JSON");
  }
}

/**
 * Checks that a finished run has the files that its result speaks of. Predictions are not read here, since
 * there may be many: a file that was cut is told by its end.
 *
 * @throws {RunFault}
 */
function checkWhole({ experiment, result }: RunSummary, path: string): void {
  if (!experiment) throw new RunFault("experiment.json is missing");
  if (!result?.accuracy) return; // it predicts nothing
  const file = "predictions.jsonl";
  const end = lastByte(join(path, file), file);
  if (end === undefined) throw new RunFault(`${file} is missing`);
  if (end !== NEWLINE) throw new RunFault(`${file} ends within a line`);
}

const NEWLINE = 10;

/** The last byte of a file; undefined where there is no file, -1 where it is empty. */
function lastByte(path: string, name: string): number | undefined {
  try {
    using file = Deno.openSync(path);
    if (file.statSync().size === 0) return -1;
    file.seekSync(-1, Deno.SeekMode.End);
    const byte = new Uint8Array(1);
    file.readSync(byte);
    return byte[0];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new RunFault(`${name} cannot be read (${(error as Error).message})`);
  }
}

/**
 * Whether a process holds the lock of a run. A shared lock is tried, for an instant, so that the folder need
 * not be writable and two lists do not get into each other's way.
 */
function isHeld(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    return !file.tryLockSync(false);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new RunFault(`lock cannot be read (${(error as Error).message})`);
  }
}
