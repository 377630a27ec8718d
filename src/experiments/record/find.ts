/** Finds the record of a run by its name. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type AnyExperiment, type AnyRecord, experimentKindOf, isKnown } from "../kinds.ts";
import { checkKept, RunFolder, runsFolder } from "./folder.ts";

/** Runs that a message lists at most. */
const LISTED = 20;

/**
 * The folder of a finished run whose network was kept.
 *
 * @param name its hash, the beginning of it where no other run begins so, or the path of its folder
 * @param root folder of the records. Default: `NTD_RUNS`, else `runs/`.
 * @throws {Error} when there is no such run (listing those that there are), several begin so, it has not
 *   finished, or it has kept no network
 */
export async function findRun(name: string, root = runsFolder()): Promise<RunFolder<AnyRecord>> {
  const folder = folderAt(name) ?? await folderOf(name, root);
  const record = await folder.record();
  if (!record) {
    const { length } = await folder.epochs();
    throw new Error(
      `The run ${folder.path} has not finished (epochs done: ${length}). Run its experiment again: it goes on from there.`,
    );
  }
  if (!isKnown(record.experiment)) {
    throw new Error(
      `The run ${folder.path} is of another version of this program. Run its experiment again.`,
    );
  }
  const kind = experimentKindOf(record.experiment);
  if (!kind.namesClasses) {
    throw new Error(
      `${folder.path} is a ${kind.kind}, not a run whose network names datasets. Name a run.`,
    );
  }
  checkKept(folder.weights);
  return folder;
}

function folderAt(path: string): RunFolder<AnyRecord> | undefined {
  if (!existsSync(resolve(path, "experiment.json"))) return undefined;
  return new RunFolder<AnyRecord>(basename(resolve(path)), dirname(resolve(path)));
}

async function folderOf(name: string, root: string): Promise<RunFolder<AnyRecord>> {
  const known = runsIn(root);
  const matches = known.filter((hash) => name !== "" && hash.startsWith(name));
  if (matches.length === 1) return new RunFolder<AnyRecord>(matches[0], root);
  if (matches.length > 1) {
    throw new Error(`${matches.length} runs begin with "${name}":\n${await listing(matches, root)}`);
  }
  throw new Error(
    known.length === 0
      ? `There is no run "${name}"; there are none in ${root} yet.`
      : `There is no run "${name}". Known runs in ${root}:\n${await listing(known, root)}`,
  );
}

/** Hashes of all runs that were begun, the latest first. */
function runsIn(root: string): string[] {
  if (!existsSync(root)) return [];
  const begun = (hash: string) => statSync(resolve(root, hash, "experiment.json")).mtimeMs;
  return [...Deno.readDirSync(root)].map(({ name }) => name)
    .filter((name) => /^[0-9a-f]{16}$/.test(name) && existsSync(resolve(root, name, "experiment.json")))
    .sort((a, b) => begun(b) - begun(a));
}

async function listing(hashes: readonly string[], root: string): Promise<string> {
  const lines = await Promise.all(
    hashes.slice(0, LISTED).map(async (hash) => {
      const record = await new RunFolder<AnyRecord>(hash, root).record();
      return `  ${hash}  ${record ? lineOf(record.experiment) : "not finished"}`;
    }),
  );
  const more = hashes.length > LISTED ? [`  and ${hashes.length - LISTED} more`] : [];
  return [...lines, ...more].join("\n");
}

/** "tabler + mdi, 64 images each, convnext_micro", "a probe, without a network of its own" */
function lineOf(experiment: AnyExperiment): string {
  if (!isKnown(experiment)) return "of another version of this program";
  const kind = experimentKindOf(experiment);
  if (!kind.namesClasses) return `a ${kind.kind}, without a network of its own`;
  const images = "imagesPerDataset" in experiment ? [`${experiment.imagesPerDataset} images each`] : [];
  const models = "model" in experiment ? [experiment.model] : [];
  const names = models.map((model) => typeof model === "string" ? model : model.family);
  return [kind.label(experiment), ...images, ...names].join(", ");
}
