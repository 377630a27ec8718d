/** The list of `deno task runs`, and what a deletion would take. */
import type { Dependants, RunSummary } from "../records/mod.ts";
import { formatPercent } from "../stats/mod.ts";
import { accuracyText, codeText, dash, faultLines, shortHashes, sizeText, stateText } from "./runs_cells.ts";
import { textTable } from "./terminal.ts";

/** "resnet_tiny", "mae_vit_micro (pretraining)", "pixels". */
function modelText({ model, startsFrom }: RunSummary): string {
  if (!startsFrom || startsFrom === "end-to-end") return model ?? dash;
  return model ? `${model} (${startsFrom})` : startsFrom;
}

/** Training images: "3 x 900", or those of all datasets together. */
function imagesText({ images, imagesPerDataset, datasets }: RunSummary): string {
  return imagesPerDataset ? `${datasets.length} x ${imagesPerDataset}` : `${images ?? dash}`;
}

/** A column of the list. */
interface ListColumn {
  name: string;
  cell: (run: RunSummary) => string;
  /** Whether its cells may be broken into lines. */
  breaks?: boolean;
}

function listColumns(runs: readonly RunSummary[]): ListColumn[] {
  return [
    { name: "run", cell: shortHashes(runs) },
    { name: "kind", cell: ({ kind }) => kind ?? dash },
    { name: "datasets", cell: ({ datasets }) => datasets.join(" + ") || dash, breaks: true },
    { name: "model", cell: modelText, breaks: true },
    { name: "seed", cell: ({ seed }) => `${seed ?? dash}` },
    { name: "images", cell: imagesText },
    { name: "accuracy", cell: accuracyText },
    {
      name: "chance",
      cell: ({ result }) => result?.chance === undefined ? dash : formatPercent(result.chance),
    },
    { name: "seconds", cell: ({ result }) => result ? result.seconds.toFixed(0) : dash },
    { name: "finished", cell: stateText },
    { name: "code", cell: codeText },
  ];
}

/**
 * Columns that a narrow terminal goes without, the first first; before them those that say one thing of all.
 */
const LEFT_OUT = ["code", "seconds", "images", "chance", "kind", "seed"];

/** The columns that a width has room for, and a sentence about the others. */
function fitting(
  columns: readonly ListColumn[],
  runs: readonly RunSummary[],
  width: number,
): { shown: readonly ListColumn[]; notes: string[] } {
  const widthOf = ({ name, cell }: ListColumn) =>
    Math.max(name.length, ...runs.map((run) => cell(run).length));
  const needed = (shown: readonly ListColumn[]) => {
    const widest = Math.max(...shown.filter(({ breaks }) => !breaks).map(widthOf)); // a table takes from wider ones first
    return shown.reduce(
      (sum, each) => sum + 2 + Math.min(widthOf(each), each.breaks ? widest : Infinity),
      -2,
    );
  };
  const valueOf = ({ cell }: ListColumn) => {
    const values = new Set(runs.map(cell));
    return runs.length > 1 && values.size === 1 ? [...values][0] : undefined;
  };
  const candidates = LEFT_OUT.map((name) => columns.find((column) => column.name === name)!);
  const order = [
    ...candidates.filter((column) => valueOf(column) !== undefined),
    ...candidates.filter((column) => valueOf(column) === undefined),
  ];
  let shown = columns;
  for (const column of order) {
    if (needed(shown) <= width) break;
    shown = shown.filter((other) => other !== column);
  }
  const missing = columns.filter((column) => !shown.includes(column));
  const told = missing.filter((column) => valueOf(column) !== undefined).map((column) =>
    `${column.name} ${valueOf(column)}`
  );
  const untold = missing.filter((column) => valueOf(column) === undefined).map(({ name }) => name);
  return {
    shown,
    notes: [
      ...(told.length > 0 ? [`Of all of them: ${told.join(", ")}.`] : []),
      ...(untold.length > 0
        ? [`Not shown for want of width: ${untold.join(", ")}. --csv has everything.`]
        : []),
    ],
  };
}

/**
 * The list of runs.
 *
 * @param all runs of the folder, of which `runs` are shown
 * @param width of the terminal, characters
 */
export function listText(
  runs: readonly RunSummary[],
  all: readonly RunSummary[],
  root: string,
  width: number,
): string {
  if (all.length === 0) return `There are no runs in ${root} yet.`;
  if (runs.length === 0) {
    const known = (name: string, values: (run: RunSummary) => (string | undefined)[]) =>
      `${name}: ${[...new Set(all.flatMap(values).filter(Boolean))].sort().join(", ")}`;
    return [
      `None of the ${all.length} runs in ${root} is like that. There are:`,
      known("kinds", ({ kind }) => [kind]),
      known("datasets", ({ datasets }) => datasets),
      known("models", ({ model }) => [model]),
    ].join("\n");
  }
  const { shown, notes } = fitting(listColumns(runs), runs, width);
  const table = textTable(
    shown.map(({ name }) => name),
    runs.map((run) => shown.map(({ cell }) => cell(run))),
    width,
  );
  const isCurrent = (run: RunSummary) => codeText(run).endsWith("*");
  const star = shown.some(({ name }) => name === "code") && runs.some(isCurrent)
    ? ["* this checkout's code"]
    : [];
  return [table, "", ...faultLines(runs), countText(runs, root), ...notes, ...star].join("\n");
}

/** "11 runs in runs: 10 finished, 1 unfinished; 3.1 MB." */
function countText(runs: readonly RunSummary[], root: string): string {
  const states = ["finished", "running", "unfinished", "damaged"] as const;
  const counts = states.map((state) => [state, runs.filter((run) => run.state === state).length] as const);
  const told = counts.filter(([, count]) => count > 0).map(([state, count]) => `${count} ${state}`).join(
    ", ",
  );
  return `${countedRuns(runs.length)} in ${root}: ${told}; ${sizeText(sizeOf(runs))}.`;
}

const countedRuns = (count: number) => count === 1 ? "1 run" : `${count} runs`;

const sizeOf = (runs: readonly RunSummary[]) => runs.reduce((sum, { bytes }) => sum + bytes, 0);

/** What a deletion would take, and from whom. */
export function deletionText(
  runs: readonly RunSummary[],
  dependants: readonly Dependants[],
  root: string,
  width: number,
): string {
  if (runs.length === 0) return `None of the runs in ${root} is like that.`;
  const short = shortHashes(runs);
  const going = runs.filter(({ state }) => state !== "running");
  const table = textTable(
    ["run", "kind", "datasets", "model", "seed", "state", "size"],
    runs.map((run) => [
      short(run),
      run.kind ?? dash,
      run.datasets.join(" + ") || dash,
      modelText(run),
      `${run.seed ?? dash}`,
      run.state === "running" ? "running: it stays" : run.state,
      sizeText(run.bytes),
    ]),
    width,
  );
  const needed = dependants.map(({ run, by }) =>
    `${short(run)} is needed by ${
      by.map(({ hash, kind, state }) => `${hash.slice(0, 8)} (${kind}, ${state})`).join(", ")
    }: ` +
    "a finished one keeps its record, an unfinished one will train it again."
  );
  return [
    table,
    "",
    ...needed,
    `${countedRuns(going.length)}, ${sizeText(sizeOf(going))}, would be deleted from ${root}.`,
  ]
    .join("\n");
}
