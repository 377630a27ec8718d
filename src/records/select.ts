/** Which runs are meant: by the beginnings of their hashes, and by what they are. */
import { basename, dirname, resolve } from "node:path";
import { parseReference } from "../data/mod.ts";
import type { RunSummary } from "./summary.ts";

/** The runs that are wanted; those that fit every filter. Default of each: all. */
export interface RunFilter {
  /** Names of kinds: "classifier", "probe". */
  kinds?: readonly string[];
  /** Names of datasets. A part or a split of a dataset (`cifar10@test`) counts as the dataset. */
  datasets?: readonly string[];
  /** Texts that the model's name has: "convnext" means all ConvNeXts. */
  models?: readonly string[];
  /** Whether only those without a result are wanted. */
  unfinished?: boolean;
}

/** A wish that no run meets, or that several do. */
export class SelectionError extends Error {
  override name = "SelectionError";
}

/** The runs that a filter lets through, in their order. */
export function filterRuns(
  runs: readonly RunSummary[],
  { kinds, datasets, models, unfinished }: RunFilter,
): RunSummary[] {
  return runs.filter((run) =>
    (!kinds || kinds.includes(run.kind ?? "")) &&
    (!datasets || run.datasets.some((name) => datasetsIn(name).some((each) => datasets.includes(each)))) &&
    (!models || models.some((text) => run.model?.includes(text))) &&
    (!unfinished || run.state !== "finished")
  );
}

/** A reference, and the names of the datasets that it takes images from. */
function datasetsIn(reference: string): string[] {
  try {
    return [reference, ...parseReference(reference).datasets];
  } catch {
    return [reference]; // a record may have been changed by hand
  }
}

/** Runs that a message lists at most. */
const LISTED = 20;

/**
 * The runs that are named, each once, in the order of their names.
 *
 * @param names hashes, their beginnings, or paths of folders in `root`
 * @throws {SelectionError} for a name that no run has, or several have, listing those that there are
 */
export function namedRuns(
  names: readonly string[],
  runs: readonly RunSummary[],
  root: string,
): RunSummary[] {
  return [...new Set(names.map((name) => namedRun(name, runs, root)))];
}

function namedRun(name: string, runs: readonly RunSummary[], root: string): RunSummary {
  const beginning = (name.includes("/") ? hashIn(name, root) : name).toLowerCase();
  const matches = runs.filter(({ hash }) => beginning !== "" && hash.startsWith(beginning));
  if (matches.length === 1) return matches[0];
  if (matches.length > 1) {
    throw new SelectionError(
      `${matches.length} runs begin with "${name}". Give more digits:\n${listing(matches)}`,
    );
  }
  throw new SelectionError(
    runs.length === 0
      ? `There is no run "${name}"; there are none in ${root} yet.`
      : `There is no run "${name}". Known runs in ${root}:\n${listing(runs)}`,
  );
}

/** The last part of a path, where it lies in the folder of the records. */
function hashIn(path: string, root: string): string {
  const whole = resolve(path);
  if (dirname(whole) === resolve(root)) return basename(whole);
  throw new SelectionError(
    `${path} does not lie in the folder of the records, ${root}. Name that folder in NTD_RUNS, or give a hash.`,
  );
}

function listing(runs: readonly RunSummary[]): string {
  const lines = runs.slice(0, LISTED).map((run) => `  ${run.hash}  ${lineOf(run)}`);
  const more = runs.length > LISTED ? [`  and ${runs.length - LISTED} more`] : [];
  return [...lines, ...more].join("\n");
}

/** A run in one line: "classifier, tabler + mdi, resnet_tiny, seed 1, finished". */
function lineOf({ kind, datasets, model, seed, state }: RunSummary): string {
  const named = [kind ?? "of another version", datasets.join(" + "), model];
  const numbered = seed === undefined ? [] : [`seed ${seed}`];
  return [...named.filter(Boolean), ...numbered, state].join(", ");
}
