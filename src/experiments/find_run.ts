import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { RunFolder, runsFolder } from "./store.ts";

/** Runs that a message lists at most. */
const LISTED = 20;

/**
 * The folder of a finished run whose network was kept.
 *
 * @param name its hash, the beginning of it where no other run begins so, or the path of its folder
 * @param root folder of the records. Default: `NTD_RUNS`, else `runs/`.
 * @throws {Error} when there is no such run (listing those that there are), several begin so, it has not finished, or it has
 *   kept no network
 */
export async function findRun(name: string, root = runsFolder()): Promise<RunFolder> {
  const folder = folderAt(name) ?? await folderOf(name, root);
  const record = await folder.record();
  if (!record) {
    const { length } = await folder.epochs();
    throw new Error(
      `The run ${folder.path} has not finished (epochs done: ${length}). Run its experiment again: it goes on from there.`,
    );
  }
  if ("kind" in record.experiment) {
    throw new Error(
      `${folder.path} is a ${record.experiment.kind}, not a run whose network names datasets. Name a run.`,
    );
  }
  if (!existsSync(folder.weights)) {
    throw new Error(
      `The run ${folder.path} has kept no network: ${
        basename(folder.weights)
      } is missing. Remove the folder and run its ` +
        "experiment again.",
    );
  }
  return folder;
}

function folderAt(path: string): RunFolder | undefined {
  if (!existsSync(resolve(path, "experiment.json"))) return undefined;
  return new RunFolder(basename(resolve(path)), dirname(resolve(path)));
}

async function folderOf(name: string, root: string): Promise<RunFolder> {
  const known = runsIn(root);
  const matches = known.filter((hash) => name !== "" && hash.startsWith(name));
  if (matches.length === 1) return new RunFolder(matches[0], root);
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
      const record = await new RunFolder(hash, root).record();
      if (!record) return `  ${hash}  not finished`;
      if ("kind" in record.experiment) {
        return `  ${hash}  a ${record.experiment.kind}, without a network of its own`;
      }
      const { datasets, model, imagesPerDataset } = record.experiment;
      const name = typeof model === "string" ? model : model.family;
      return `  ${hash}  ${datasets.join(" + ")}, ${imagesPerDataset} images each, ${name}`;
    }),
  );
  const more = hashes.length > LISTED ? [`  and ${hashes.length - LISTED} more`] : [];
  return [...lines, ...more].join("\n");
}
