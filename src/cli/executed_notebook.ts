/** Notebook files, as far as commands read them: their code, what it has shown, and what made them. */
import { createHash } from "node:crypto";
import type { TestedClaim } from "../paper/mod.ts";

/** What a cell has put out. */
export interface Output {
  output_type: string;
  /** Name of the error, of an error. */
  ename?: string;
  /** The formats of a result or a display. */
  data?: Record<string, unknown>;
}

/** A code cell. */
export interface CodeCell {
  source: string;
  outputs: Output[];
}

/** What an executed copy's metadata say about its making, as `ntd`. */
export interface MadeBy {
  preset: string;
  /** The version of the code, see `resultsCode` in `src/experiments/`. */
  code: string;
  /** The version of the notebook's own code, {@link cellsCode}. */
  cells: string;
  /** The day, as 2026-11-27. */
  executedAt: string;
  /** What else it was asked for, by the variable's name: other data, fewer images. */
  options: Record<string, string>;
}

interface NotebookFile {
  metadata?: { ntd?: MadeBy };
  cells: { cell_type?: string; source?: string | string[]; outputs?: Output[] }[];
}

/** The code of a notebook, cell by cell, with what each has put out. */
export function codeCells(notebook: string): CodeCell[] {
  const { cells } = JSON.parse(notebook) as NotebookFile;
  return cells.filter(({ cell_type }) => cell_type === "code")
    .map(({ source = "", outputs = [] }) => ({ source: [source].flat().join(""), outputs }));
}

/** What made a copy; undefined for one that says nothing about it. */
export function madeBy(notebook: string): MadeBy | undefined {
  return (JSON.parse(notebook) as NotebookFile).metadata?.ntd;
}

/** The version of a notebook's own code, whatever its outputs and its text: 12 hex digits. */
export function cellsCode(notebook: string): string {
  const sources = JSON.stringify(codeCells(notebook).map(({ source }) => source));
  return createHash("sha256").update(sources).digest("hex").slice(0, 12);
}

/** The claims in an executed notebook's outputs, in order. */
export async function claimsOf(notebook: string): Promise<TestedClaim[]> {
  const { CLAIMS_MIME } = await import("../notebook/mod.ts"); // its packages are there only after set-up
  return codeCells(notebook).flatMap(({ outputs }) =>
    outputs.flatMap(({ data }) =>
      (data?.[CLAIMS_MIME] as { claims: TestedClaim[] } | undefined)?.claims ?? []
    )
  );
}

/** How many claims have which verdict, in words: "28 hold, 6 do not hold, 14 are not shown". */
export function verdictCounts(claims: readonly Pick<TestedClaim, "verdict">[]): string {
  const count = (isOne: (verdict: string) => boolean) =>
    claims.filter(({ verdict }) => isOne(verdict)).length;
  const say = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
  return [
    say(count((verdict) => verdict === "holds"), "holds", "hold"),
    say(count((verdict) => verdict === "does not hold"), "does not hold", "do not hold"),
    // Whatever the reason is that the verdict adds.
    say(count((verdict) => verdict.startsWith("not shown")), "is not shown", "are not shown"),
  ].join(", ");
}

/** A statement that declares or decides, and has no value that the kernel would show. */
const VALUELESS =
  /^(export |declare |async )*(const|let|var|import|function|class|interface|type|enum|if|for|while|do|switch|try|throw)\b/;

/**
 * Whether a cell is bound to show something: it ends in an expression, or has a progress bar, `live(…)`.
 * Cells are formatted: a statement begins at the left, and what goes on is indented or closes a bracket.
 */
export function isShowing(source: string): boolean {
  const code = source.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*/gm, "").replaceAll(/`[^`]*`/g, "``");
  const last = code.split("\n").filter((line) => /^[\w$("'`[!-]/.test(line)).at(-1);
  return /\blive\(/.test(code) || (last !== undefined && !VALUELESS.test(last));
}

/** Numbers of the code cells with code that are bound to show something, from 1. */
export function showingCells(notebook: string): number[] {
  return numbered(notebook).filter(({ source }) => isShowing(source)).map(({ cell }) => cell);
}

/** A code cell by its number, as a failure names it. */
interface NumberedCell extends CodeCell {
  /** From 1, of those that have code. */
  cell: number;
  of: number;
}

/** Cells that were bound to show something and have put out nothing, of the first `executed` ones. */
export function silentCells(notebook: string, executed = Infinity): NumberedCell[] {
  return numbered(notebook).filter(({ cell, source, outputs }) =>
    cell <= executed && outputs.length === 0 && isShowing(source)
  );
}

/** The cells that are executed: code cells with code. */
function numbered(notebook: string): NumberedCell[] {
  const cells = codeCells(notebook).filter(({ source }) => source.trim());
  return cells.map((each, i) => ({ ...each, cell: i + 1, of: cells.length }));
}
