/**
 * `deno task runs`: the records of experiments as a list, side by side, and as files for other programs; and
 * their removal.
 */
import { extname, resolve } from "node:path";
import { replaceFile } from "../disk/mod.ts";
import type { Column, RunFilter, RunSummary } from "../records/mod.ts";
import { ensureSetup } from "../setup/mod.ts";
import { EXIT, meant, oneOf, parseCommand, runCommand, UsageError } from "./command.ts";
import { terminalWidth } from "./terminal.ts";

const USAGE = `Usage: deno task runs [RUN…] [--kind KIND] [--dataset NAME] [--model TEXT] [--unfinished]
                      [--csv|--json|--parquet] [--out FILE] [--predictions] [--tensorboard DIR] [--delete [--yes]]
  RUN            a run under runs/ (or NTD_RUNS): its hash, the beginning of it, or the path of its folder.
                 None: a list of all runs, the latest first. One: its fields. Two or more: the fields in which they differ,
                 their accuracies, and paired tests beside the first where they were judged on the same images. Runs that
                 differ in nothing but their seed are taken together
  --kind, --dataset, --model  only runs of this kind, on this dataset, with this text in the model's name; each may be given
                 several times, and then any of them will do
  --unfinished   only runs without a result: running, stopped on their way, or damaged
  --csv, --json, --parquet    the runs as a table for other programs, with every field of the experiments; with --json and
                 RUN the comparison
  --out FILE     writes the table to a file instead of standard output; without a flag of a format its ending says it
  --predictions  of one RUN: what it said of each validation image, with the image's key and, where its source has it, its
                 path or URL; as CSV, or in one of the formats above
  --tensorboard DIR  writes the learning curves as TensorBoard's event files, a folder a run
  --delete       shows what would be deleted, and deletes it once "yes" is typed, or with --yes. Runs that are going on stay`;

const FORMATS = ["csv", "json", "parquet"] as const;
type Format = typeof FORMATS[number];

/** The runs that are meant, and what to do with them. */
export interface RunsRequest {
  /** Hashes, their beginnings, or paths; none: all runs. */
  names: string[];
  filter: RunFilter;
  action: "show" | "predictions" | "tensorboard" | "delete";
  /** Default: a text for people; of predictions CSV. */
  format?: Format;
  /** Path of the file to write; default: standard output. */
  out?: string;
  /** Folder of event files. */
  tensorboard?: string;
  /** Whether "delete" need not ask. */
  yes: boolean;
}

/**
 * Reads the command's arguments.
 *
 * @throws {UsageError} for flags that do not go together
 */
export function parseRuns(args: readonly string[]): RunsRequest {
  const flag = { type: "boolean", default: false } as const;
  const several = { type: "string", multiple: true } as const;
  const { values, positionals: names } = parseCommand(args, USAGE, {
    kind: several,
    dataset: several,
    model: several,
    unfinished: flag,
    csv: flag,
    json: flag,
    parquet: flag,
    out: { type: "string" },
    predictions: flag,
    tensorboard: { type: "string" },
    delete: flag,
    yes: flag,
  }, true);
  const { kind: kinds, dataset: datasets, model: models, unfinished, out, tensorboard, yes } = values;
  const filter = { kinds, datasets, models, unfinished };
  const asked = [
    ...(values.predictions ? ["predictions" as const] : []),
    ...(tensorboard === undefined ? [] : ["tensorboard" as const]),
    ...(values.delete ? ["delete" as const] : []),
  ];
  if (asked.length > 1) {
    throw fault(`--${asked.join(" and --")} are different things to do; ask for one of them.`);
  }
  const [action = "show"] = asked;
  const format = formatOf(FORMATS.filter((name) => values[name]), out);
  if (format && (action === "delete" || action === "tensorboard")) {
    throw fault(`--${action} writes no table; leave --${out === undefined ? format : "out"} out.`);
  }
  if (action === "predictions" && names.length !== 1) {
    throw fault(`--predictions is of one run; ${names.length} are named.`);
  }
  const isFiltered = unfinished || kinds || datasets || models;
  if (action === "predictions" && isFiltered) {
    throw fault(
      "--predictions is of the run that is named; leave --kind, --dataset, --model, --unfinished out.",
    );
  }
  if (action === "delete" && names.length === 0 && !isFiltered) {
    throw fault("--delete: name runs, or choose some by a filter.");
  }
  if (yes && action !== "delete") {
    throw fault("--yes answers the question of --delete; it asks for nothing else.");
  }
  return { names, filter, action, format, out, tensorboard, yes };
}

const fault = (message: string) => new UsageError(`${message}\n${USAGE}`);

function formatOf(flags: readonly Format[], out: string | undefined): Format | undefined {
  if (flags.length > 1) throw fault(`--${flags.join(" and --")} are different formats; ask for one of them.`);
  if (flags.length === 1 || out === undefined) return flags[0];
  return oneOf("--out, the file's ending", extname(out).slice(1), FORMATS);
}

/** Bytes to standard output. It is no fault when a reader, as `head`, has had enough. */
async function toStandardOutput(bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** A table in a format, to a file or standard output. */
async function write(
  { format = "csv", out }: Pick<RunsRequest, "format" | "out">,
  columns: () => Column[],
  objects: () => unknown,
): Promise<void> {
  const { csvOf, parquetOf } = await import("../records/mod.ts");
  if (format === "parquet" && out === undefined && Deno.stdout.isTerminal()) {
    throw new UsageError("--parquet: a Parquet file is nothing for a terminal; give --out FILE.");
  }
  const encode = (text: string) => new TextEncoder().encode(text);
  const bytes = format === "parquet"
    ? parquetOf(columns())
    : encode(format === "csv" ? csvOf(columns()) : JSON.stringify(objects(), null, 2) + "\n");
  if (out === undefined) return await toStandardOutput(bytes);
  await replaceFile(out, (temporary) => Deno.writeFile(temporary, bytes));
}

/** The list, or the named runs side by side. */
async function show(
  request: RunsRequest,
  runs: RunSummary[],
  all: RunSummary[],
  root: string,
): Promise<void> {
  const { compareRuns, runColumns, runObject } = await import("../records/mod.ts");
  const comparison = request.names.length > 0 && runs.length > 0 ? await compareRuns(runs, root) : undefined;
  const { comparisonObject, comparisonText } = await import("./runs_comparison.ts");
  if (request.format) {
    return await write(
      request,
      () => runColumns(runs),
      () => comparison ? comparisonObject(comparison) : runs.map(runObject),
    );
  }
  const { listText } = await import("./runs_list.ts");
  const text = comparison
    ? comparisonText(comparison, terminalWidth())
    : listText(runs, all, root, terminalWidth());
  await toStandardOutput(new TextEncoder().encode(text + "\n"));
}

async function exportPredictions(request: RunsRequest, run: RunSummary, root: string): Promise<void> {
  const { joinPredictions, predictionColumns } = await import("../records/mod.ts");
  const joined = await joinPredictions(run, root);
  for (const note of joined.notes) console.error(note);
  await write(request, () => predictionColumns(joined), () => joined.predictions);
}

async function exportCurves(runs: readonly RunSummary[], root: string, folder: string): Promise<number> {
  const { writeEvents } = await import("../records/mod.ts");
  let written = 0;
  for (const run of runs) {
    if (await writeEvents(run, root, folder) > 0) written++;
    else console.error(`${run.hash} is ${run.state} and has no curve.`);
  }
  console.log(`${written} of ${runs.length} runs written. Look at them: tensorboard --logdir ${folder}`);
  return written > 0 ? 0 : EXIT.failed;
}

/**
 * Asks for a "yes" at the terminal.
 *
 * @throws {UsageError} where there is none
 */
function isAllowed(question: string): boolean {
  if (Deno.stdin.isTerminal()) return prompt(question)?.trim().toLowerCase() === "yes";
  throw new UsageError(
    "Nothing was deleted: there is no terminal to ask at. Give --yes to delete these runs.",
  );
}

async function remove(
  request: RunsRequest,
  runs: RunSummary[],
  all: RunSummary[],
  root: string,
): Promise<number> {
  const { dependantsOf, removeRemains, removeRun } = await import("../records/mod.ts");
  const { deletionText } = await import("./runs_list.ts");
  const going = runs.filter(({ state }) => state !== "running");
  console.log(deletionText(runs, dependantsOf(going, all), root, terminalWidth()));
  if (going.length === 0) return runs.length === 0 ? 0 : EXIT.failed;
  if (!request.yes && !isAllowed('Delete them? Type "yes":')) {
    console.log("Nothing was deleted.");
    return EXIT.failed;
  }
  await removeRemains(root);
  let removed = 0;
  for (const run of going) {
    const reason = await removeRun(run, root);
    if (reason === undefined) removed++;
    else console.error(`${run.hash} stays: ${reason}.`);
  }
  console.log(`Deleted: ${removed} of ${runs.length} runs.`);
  return removed === runs.length ? 0 : EXIT.failed;
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const request = parseRuns(args);
    await ensureSetup({ needs: ["packages"] });
    const { runsFolder } = await import("../experiments/mod.ts");
    const { filterRuns, listRuns, namedRuns } = await import("../records/mod.ts");
    const root = runsFolder();
    const all = await listRuns(root);
    const named = request.names.length > 0 ? await meant(() => namedRuns(request.names, all, root)) : all;
    const runs = filterRuns(named, request.filter);
    switch (request.action) {
      case "show":
        await show(request, runs, all, root);
        return 0;
      case "predictions":
        await exportPredictions(request, named[0], root);
        return 0;
      case "tensorboard":
        return await exportCurves(runs, root, resolve(request.tensorboard!));
      case "delete":
        return await remove(request, runs, all, root);
    }
  });
}
