/** The results page, `notebooks/results.md`: what the notebooks' outputs and files of numbers say. */
import { basename } from "node:path";
import { z } from "zod";
import {
  cellsCode,
  claimsOf,
  codeCells,
  type MadeBy,
  madeBy,
  verdictCounts,
} from "~/cli/executed_notebook.ts";
import { repositoryRoot } from "~/disk/mod.ts";
import type { TestedClaim } from "~/paper/mod.ts";

export const WRITE = "deno run -A tests/made/notebooks/write_results.ts";

/** A file of `notebooks/results/`: a table of numbers that a program wrote. */
const section = z.strictObject({
  title: z.string().min(1),
  /** Paragraphs in Markdown. */
  text: z.string(),
  /** The command that made the numbers. */
  command: z.string().min(1),
  /** `resultsCode()` of the code that made them; null where it was not kept. */
  code: z.string().regex(/^[0-9a-f]{12}$/).nullable(),
  /** The day, as 2026-11-27. */
  made: z.iso.date(),
  columns: z.array(z.string().min(1)).min(1),
  /** A cell for each column. */
  rows: z.array(z.array(z.union([z.string(), z.number()]))).min(1),
}).refine(({ columns, rows }) => rows.every((row) => row.length === columns.length), {
  message: "each row has as many cells as there are columns",
  path: ["rows"],
});

type Section = z.infer<typeof section>;

/**
 * Writes `notebooks/results/NAME.json`, made today.
 *
 * @throws {z.ZodError} where a row has another number of cells than there are columns
 */
export function writeSection(name: string, numbers: Omit<Section, "made">): void {
  const whole = section.parse({ ...numbers, made: new Date().toISOString().slice(0, 10) });
  Deno.writeTextFileSync(
    `${repositoryRoot}notebooks/results/${name}.json`,
    `${JSON.stringify(whole, null, 1)}\n`,
  );
}

/** What a page is made of. */
export interface Results {
  /** Executed notebooks by their file's name, in order. */
  notebooks: Map<string, string>;
  /** Files of numbers by their name, in order. */
  numbers: Map<string, string>;
}

/** The notebooks and numbers of a checkout. */
export function readResults(folder = `${repositoryRoot}notebooks/`): Results {
  const read = (within: string, name: RegExp) => {
    const names = [...Deno.readDirSync(within)].map((entry) => entry.name).filter((each) => name.test(each));
    return new Map(names.sort().map((each) => [each, Deno.readTextFileSync(`${within}${each}`)]));
  };
  return {
    notebooks: read(folder, /^\d\d_.*\.ipynb$/),
    numbers: read(`${folder}results/`, /\.json$/),
  };
}

/**
 * The page, in Markdown. What other code than `code` made is named in its first lines, whichever code that is:
 * a page which says so stays true, however often the code changes, until the notebooks are executed anew.
 *
 * @param code `resultsCode()` of this checkout
 * @throws {Error} for a file of numbers that is not as it should be, naming the file and the field
 */
export async function resultsPage({ notebooks, numbers }: Results, code: string): Promise<string> {
  const sections = [...numbers].map(([name, text]) => [name, readSection(name, text)] as const);
  const chapters = await Promise.all([...notebooks].map(async ([name, file]) => ({
    name,
    file,
    made: madeBy(file),
    claims: await claimsOf(file),
  })));
  const all = chapters.flatMap(({ claims }) => claims);
  return [
    "# Results",
    `<!-- \`${WRITE}\` writes this page from the notebooks' outputs and from results/*.json. -->`,
    ...otherCode({ notebooks, numbers }, sections, code),
    "What the notebooks found. Every verdict is computed by the test that stands beside it. " +
    '"Not shown" means that the data allow either, or that the network learnt too little to tell.',
    ...machine(chapters[0]?.file ?? `{ "cells": [] }`),
    `${all.length} claims: ${verdictCounts(all)}.`,
    markdownTable(
      ["notebook", "claims", "preset", "executed", "code"],
      chapters.map(({ name, claims, made }) => [
        notebookLink(name),
        claims.length > 0 ? verdictCounts(claims) : "–",
        made ? presetText(made) : "–",
        made?.executedAt ?? "–",
        made?.code ?? "–",
      ]),
    ),
    ...chapters.filter(({ claims }) => claims.length > 0).flatMap(({ name, claims }) => [
      `## ${notebookLink(name)}`,
      claimsSection(claims),
    ]),
    ...sections.flatMap(([, each]) => sectionText(each)),
  ].join("\n\n") + "\n";
}

/** A picture of the README: the first figure of notebook 01, as SVG. */
export function combinationsPicture({ notebooks }: Results): string {
  const file = [...notebooks].find(([name]) => name.startsWith("01_"))?.[1];
  const pictures = codeCells(file ?? `{ "cells": [] }`).flatMap(({ outputs }) =>
    outputs.flatMap(({ data }) => data?.["image/svg+xml"] ? [[data["image/svg+xml"]].flat().join("")] : [])
  );
  if (pictures.length === 0) {
    throw new Error("notebook 01 shows no figure; execute it with `deno task reproduce`.");
  }
  return pictures[0];
}

function readSection(name: string, text: string): Section {
  const { data, error } = section.safeParse(JSON.parse(text));
  if (error) throw new Error(`notebooks/results/${name}: ${z.prettifyError(error)}`);
  return data;
}

/** The lines that say what was made by other code; none where nothing was. */
function otherCode(
  { notebooks }: Results,
  sections: readonly (readonly [name: string, section: Section])[],
  code: string,
): string[] {
  const numbersOf = (isOne: (file: string, made?: MadeBy) => boolean) =>
    [...notebooks].filter(([, file]) => isOne(file, madeBy(file))).map(([name]) => name.slice(0, 2)).join(
      ", ",
    );
  const places = [
    ["executed by other code", numbersOf((_, made) => made?.code !== code)],
    [
      "with cells that were changed since",
      numbersOf((file, made) => !!made && made.cells !== cellsCode(file)),
    ],
    [
      "that read back records of other code",
      numbersOf((file) => /\(\d+ made by other code\)/.test(shownText(file))),
    ],
  ].filter(([, names]) => names).map(([how, names]) => `> - notebooks ${how}: ${names}`);
  const stale = sections.filter(([, each]) => each.code !== code).map(([name]) => basename(name, ".json"));
  const files = stale.length > 0 ? [`> - numbers of other code: ${stale.join(", ")}`] : [];
  if (places.length + files.length === 0) return [];
  return [
    ["> **Made by other code than this checkout's:**", ">", ...places, ...files, ">"].join("\n") +
    `\n> Run \`deno task reproduce\` and commit its copies, and the command of each table of numbers, then \`${WRITE}\`.`,
  ];
}

/** The plain text of all outputs. */
function shownText(file: string): string {
  return codeCells(file).flatMap(({ outputs }) =>
    outputs.map(({ data }) => [data?.["text/plain"] ?? ""].flat().join(""))
  )
    .join("\n");
}

/** What notebook 00 says about the machine: rows of its first table. */
function machine(file: string): string[] {
  const tables = codeCells(file).flatMap(({ outputs }) =>
    outputs.map(({ data }) => [data?.["text/markdown"] ?? ""].flat().join(""))
  );
  const rows = tables.join("\n").split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const of = (what: string) => rows.find(([, name]) => name === what)?.slice(2, -1).filter((cell) => cell);
  const lines = ["preset", "training runs on", "machine"].flatMap((what) => {
    const [is, where] = of(what) ?? [];
    if (is === undefined) return [];
    return [`- ${what}: ${what === "machine" ? `${is}, ${where}` : is}`];
  });
  return lines.length > 0 ? [`Notebook 00 was executed with:\n\n${lines.join("\n")}`] : [];
}

const notebookLink = (name: string) => `[${basename(name, ".ipynb")}](${name})`;

function presetText({ preset, options }: MadeBy): string {
  return [preset, ...Object.entries(options).map(([name, value]) => `${name}=${value}`)].join(", ");
}

function claimsSection(claims: readonly TestedClaim[]): string {
  return markdownTable(
    ["the paper", "its figure", "ours", "verdict", "why"],
    claims.map(({ statement, source, paper, ours, verdict, reason }) => [
      `${statement} (${source})`,
      paper,
      ours,
      verdict === "does not hold" ? `**${verdict}**` : verdict,
      reason,
    ]),
  );
}

function sectionText({ title, text, command, code, made, columns, rows }: Section): string[] {
  return [
    `## ${title}`,
    ...(text.trim() ? [text.trim()] : []),
    `\`\`\`sh\n${command.trim()}\n\`\`\``,
    `Made on ${made} by ${code === null ? "code whose version was not kept" : `code ${code}`}.`,
    markdownTable(columns, rows),
  ];
}

/** Numbers stand right. */
function markdownTable(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => `${cell}`.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  const isNumber = (column: number) => rows.every((row) => typeof row[column] === "number");
  const rule = titles.map((_, column) => isNumber(column) ? "--:" : "---");
  return [line(titles), line(rule), ...rows.map(line)].join("\n");
}
