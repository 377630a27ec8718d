/**
 * `deno task reproduce`: executes the notebooks headless and prints what the paper
 * claims beside what came out.
 */
import { basename, join } from "node:path";
import type { TestedClaim } from "../paper/mod.ts";
import type { Preset } from "../experiments/mod.ts";
import { besideModule, linesOf, repositoryRoot } from "../disk/mod.ts";
import { type CellFailure, NotebookProgress } from "./notebook_progress.ts";
import { ensureSetup, KERNEL_NAME, venvPython } from "../setup/mod.ts";
import {
  EXIT,
  interruption,
  meant,
  numberOf,
  oneOf,
  parseCommand,
  runCommand,
  UsageError,
} from "./command.ts";
import { onPartOfCores } from "./cores.ts";
import {
  cellsCode,
  claimsOf,
  type MadeBy,
  showingCells,
  silentCells,
  verdictCounts,
} from "./executed_notebook.ts";
import { terminalWidth, textTable } from "./terminal.ts";

const USAGE =
  `Usage: deno task reproduce [--preset smoke|laptop|paper] [--only 01,04] [--data icons|emoji|NAME,NAME,NAME]
                             [--images N] [--validation N] [--jobs N]
  --preset  how large everything is, a notebook: seconds, minutes to hours (default) or GPU-days
  --only    numbers of the notebooks to execute, with commas; default: all
  --data    a collection of datasets, or at least three: names, or paths of folders of images, tar shards or Parquet; default: each
            notebook's own
  --images, --validation  no more than so many training, validation images of each dataset: for datasets that are smaller than
            the preset asks for
  --jobs    so many notebooks at the same time, each on its part of the cores; default: 2, at paper 1`;

/** Two: the longest notebook takes about as long as all others, and a GPU holds one training of the paper. */
const USUAL_JOBS = 2;

/** The notebooks to execute, and how. */
export interface ReproduceOptions {
  preset: Preset;
  /** Numbers of notebooks ("01"). Default: all. */
  only?: readonly string[];
  /** A collection or names with commas. Default: each notebook's own. */
  data?: string;
  /** Most training images of each dataset. Default: what the preset asks for. */
  images?: number;
  /** Most validation images of each dataset. Default: what the preset asks for. */
  validation?: number;
  /** Notebooks that are executed at the same time, 1 or more. Default: 1. */
  jobs?: number;
  /** Folder of the notebooks. Default: `notebooks/`. */
  notebooks?: string;
  /** Default: standard error. */
  log?: (line: string) => void;
  /** Seconds that one cell may take. Default: no limit. */
  cellTimeout?: number;
  /** Gives what ends the execution. It is called after set-up, which Ctrl-C ends with the process. */
  interrupt?: () => AbortSignal;
}

/** The outcome of executing notebooks. */
export interface Reproduction {
  claims: TestedClaim[];
  /** Cells that failed or have shown nothing, by their notebook's name. */
  failures: ({ notebook: string } & CellFailure)[];
  /** Paths of the executed copies. */
  copies: string[];
}

/** Reads the command's arguments. */
export async function parseReproduce(args: readonly string[]): Promise<ReproduceOptions> {
  const { values } = parseCommand(args, USAGE, {
    preset: { type: "string", default: "laptop" },
    only: { type: "string" },
    data: { type: "string" },
    images: { type: "string" },
    validation: { type: "string" },
    jobs: { type: "string" },
  });
  const { presets } = await import("../experiments/mod.ts");
  const preset = oneOf("--preset", values.preset, presets);
  const data = values.data === undefined ? undefined : await dataOf(values.data);
  return {
    preset,
    only: values.only?.split(",").map((name) => name.trim()),
    data,
    images: numberOf("--images", values.images, "images"),
    validation: numberOf("--validation", values.validation, "images"),
    jobs: numberOf("--jobs", values.jobs, "notebooks") ?? (preset === "paper" ? 1 : USUAL_JOBS),
  };
}

/** A choice with the names of datasets in place of paths. */
async function dataOf(choice: string): Promise<string> {
  const { datasetsOf, withOwn } = await import("../data/mod.ts");
  const named = await meant(() => withOwn(choice));
  const datasets = await meant(() => datasetsOf(named));
  if (datasets.length >= 3) return named;
  throw new UsageError(
    `--data: "${choice}" names ${datasets.length} dataset(s); notebooks compare triples: name at least 3.`,
  );
}

/**
 * The notebooks of a folder by name, `NN_name.ipynb`.
 *
 * @throws {UsageError} when one that was asked for is not there; names those that are
 */
export function selectNotebooks(folder: string, only?: readonly string[]): string[] {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((n) =>
    /^\d\d_.*\.ipynb$/.test(n)
  )
    .sort();
  const matches = (wanted: string) => names.filter((name) => [name.slice(0, 2), name].includes(wanted));
  for (const wanted of only ?? []) {
    if (matches(wanted).length === 0) {
      throw new UsageError(
        `--only: there is no notebook "${wanted}". There are: ${
          names.join(", ")
        }; give the numbers, as in --only 01.`,
      );
    }
  }
  return names.filter((name) => !only || only.some((wanted) => matches(wanted).includes(name)));
}

/** Executes notebooks; one that fails does not keep the others from being executed. */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const { preset, data, images, validation, only, jobs = 1, log = console.error } = options;
  const folder = options.notebooks ?? join(repositoryRoot, "notebooks");
  const names = selectNotebooks(folder, only);
  await ensureSetup({ needs: ["packages", "python"], log });
  const signal = options.interrupt?.();
  const { resultsCode, runsFolder } = await import("../experiments/mod.ts");
  const copies = join(runsFolder(), "notebooks", preset);
  Deno.mkdirSync(copies, { recursive: true });
  const asked: Record<string, string> = {
    ...(data && { NTD_DATASETS: data }),
    ...(images && { NTD_IMAGES: `${images}` }),
    ...(validation && { NTD_VALIDATION: `${validation}` }),
  };
  const made = { preset, code: resultsCode(), options: choices(asked) };
  const executed = new Map<string, Reproduction>();
  const waiting = names.values();
  const lanes = Math.min(jobs, names.length);
  await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
    for (const name of waiting) {
      const [notebook, copy] = [join(folder, name), join(copies, name)];
      const env = { NTD_PRESET: preset, NTD_HEADLESS: "1", ...asked };
      const before = onPartOfCores(lane, lanes);
      executed.set(name, await reproduceOne(notebook, copy, { ...options, log, made, env, before, signal }));
    }
  }));
  const results = names.map((name) => executed.get(name)!);
  return {
    claims: results.flatMap(({ claims }) => claims),
    failures: results.flatMap(({ failures }) => failures),
    copies: results.flatMap(({ copies }) => copies),
  };
}

/** What the execution of one notebook needs beside what was asked for. */
interface Lane extends ReproduceOptions {
  log: (line: string) => void;
  made: Pick<MadeBy, "preset" | "code" | "options">;
  /** Added to the environment of the kernel. */
  env: Record<string, string>;
  /** Program and arguments before the command, see {@link onPartOfCores}. */
  before: string[];
  signal?: AbortSignal;
}

async function reproduceOne(
  notebook: string,
  copy: string,
  { log, made, env, before, cellTimeout, signal }: Lane,
): Promise<Reproduction> {
  const name = basename(notebook);
  const progress = new NotebookProgress(name, log);
  const source = await Deno.readTextFile(notebook);
  const executedAt = new Date().toISOString().slice(0, 10);
  const fault = notebookFault(source);
  const failure = fault ? unreadable(fault) : await executeNotebook(notebook, copy, {
    env,
    before,
    timeout: cellTimeout,
    signal,
    onEvent: (event) => progress.show(event),
    showing: showingCells(source),
    madeBy: { ...made, cells: cellsCode(source), executedAt },
  });
  if (failure?.cell === 0) { // what lies at the copy's place may be of another day
    progress.show({ event: "failed", ...failure });
    progress.end();
    return { claims: [], failures: [{ notebook: name, ...failure }], copies: [] };
  }
  const executed = await Deno.readTextFile(copy);
  const silent = silentCells(executed, failure ? failure.cell - 1 : undefined).map(silence);
  for (const each of silent) progress.show({ event: "failed", ...each });
  progress.end();
  const failures = [...silent, ...failure ? [failure] : []].map((each) => ({ notebook: name, ...each }));
  return { claims: await claimsOf(executed), failures, copies: [copy] };
}

/** What keeps a text from being a notebook; undefined for one that is. */
function notebookFault(text: string): string | undefined {
  try {
    return Array.isArray(JSON.parse(text)?.cells) ? undefined : "it has no list of cells";
  } catch (error) {
    return `it is no JSON (${(error as Error).message})`;
  }
}

/** The failure of a file that is no notebook. */
const unreadable = (fault: string): CellFailure => (
  { cell: 0, of: 0, source: "", name: "no notebook", reason: `${fault}; restore or remove the file` }
);

/** What is asked for beside the preset, by flags or by the environment. */
function choices(asked: Record<string, string>): Record<string, string> {
  const names = ["NTD_DATASETS", "NTD_IMAGES", "NTD_VALIDATION"];
  const all = names.map((name): [string, string] => [name, asked[name] ?? Deno.env.get(name) ?? ""]);
  return Object.fromEntries(all.filter(([, value]) => value));
}

/** The failure of a cell that was bound to show something and has not. */
function silence({ cell, of, source }: Pick<CellFailure, "cell" | "of" | "source">): CellFailure {
  const reason = "the cell ends in an expression, or has a progress bar, and has shown nothing; " +
    "where its value is undefined, end it in a declaration or in a value";
  return { cell, of, source, name: "no output", reason };
}

type NotebookEvent = Parameters<NotebookProgress["show"]>[0];

/** How a notebook is executed. */
interface NotebookOptions {
  /** Added to the environment of the kernel. */
  env?: Record<string, string>;
  /** Program and arguments before the command. */
  before: readonly string[];
  /** Seconds that one cell may take. Default: no limit. */
  timeout?: number;
  /** Ends the kernel within 2 s. */
  signal?: AbortSignal;
  /** Cells whose output is waited for, where it is late, by their number. */
  showing: readonly number[];
  /** Written into the copy's metadata. */
  madeBy: MadeBy;
  onEvent?: (event: NotebookEvent) => void;
}

const script = besideModule(import.meta.url, "./execute_notebook.py");

/**
 * Executes a notebook in its own folder and writes the executed copy, whether or not a cell failed; not where
 * the program that executes it fails.
 *
 * @param copy path of the executed copy; the kernel's own terminal output goes beside it, into `<copy>.log`
 * @returns the failure, or `undefined` where every cell succeeded
 * @throws the signal's reason when aborted
 */
async function executeNotebook(
  notebook: string,
  copy: string,
  { env, before, timeout, signal, showing, madeBy, onEvent }: NotebookOptions,
): Promise<CellFailure | undefined> {
  signal?.throwIfAborted();
  const flags = ["--shows", showing.join(), "--made-by", JSON.stringify(madeBy)];
  if (timeout) flags.push("--timeout", `${timeout}`);
  const [program, ...args] = [...before, venvPython(), script, KERNEL_NAME, notebook, copy, ...flags];
  const process = new Deno.Command(program, {
    args,
    env,
    stdin: "piped", // it ends when this closes, however this process ends
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => {
    try {
      process.kill("SIGTERM");
    } catch {
      // it has ended
    }
  };
  signal?.addEventListener("abort", stop);
  try {
    const log = Deno.open(`${copy}.log`, { create: true, write: true, truncate: true });
    const logged = process.stderr.pipeTo((await log).writable);
    let failure: CellFailure | undefined;
    for await (const line of linesOf(process.stdout)) {
      const event: NotebookEvent = JSON.parse(line);
      if (event.event === "failed") failure = event;
      onEvent?.(event);
    }
    await logged;
    const { success } = await process.status;
    signal?.throwIfAborted();
    if (success || failure) return failure;
    return { cell: 0, of: 0, source: "", name: "runner", reason: `the runner failed; see ${copy}.log` };
  } finally {
    signal?.removeEventListener("abort", stop);
    await process.stdin.close().catch(() => {}); // the process has ended: the pipe may be gone
  }
}

/**
 * Claims, the paper's figures, ours with their 95% intervals, and verdicts, in lines of at
 * most `width` characters.
 */
export function claimsTable(claims: readonly TestedClaim[], width: number): string {
  const rows = claims.map((
    { statement, source, paper, ours, verdict },
  ) => [`${statement} (${source})`, paper, ours, verdict]);
  return textTable(["claim", "the paper", "ours, with its 95% interval", "verdict"], rows, width);
}

/** Prints the outcome; returns the exit code. */
function report({ claims, failures, copies }: Reproduction): number {
  if (claims.length > 0) {
    console.log(`\n${claimsTable(claims, terminalWidth())}\n`);
    console.log(`${claims.length} claims: ${verdictCounts(claims)}.\n`);
  } else console.log("\nNo claims were tested by the notebooks that were executed.\n");
  for (const copy of copies) console.log(`Executed copy: ${copy}`);
  for (const { notebook, cell, of, name, reason, source } of failures) {
    const place = cell > 0 ? `${notebook}, code cell ${cell} of ${of}` : notebook;
    console.log(`\nFAILED: ${place}: ${name}: ${reason}`);
    if (source) console.log(source.split("\n").map((line) => `    ${line}`).join("\n"));
  }
  return failures.length === 0 ? 0 : EXIT.failed;
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    return report(await reproduce({ ...await parseReproduce(args), interrupt: interruption }));
  });
}
