import { formatPercent, formatProportion } from "../stats/mod.ts";
import { evidenceOf } from "../evidence/mod.ts";
import {
  type AuditRecord,
  conclusionInWords,
  headlineInWords,
  isFound,
  type ProbeRecord,
  pText,
  type RunRecord,
} from "../experiments/mod.ts";
import {
  featuresName,
  formatDifference,
  type LadderRecord,
  leastRecall,
  type ProbedRecord,
  type Rung,
  rungsAmong,
  runsAmong,
  type TestedClaim,
  type Verdict,
} from "../paper/mod.ts";
import { Displayable, escapeMarkup, NO_FORMULAS } from "./kernel.ts";

/** A column of a table. */
export interface Column<Row> {
  /** The header. */
  title: string;
  /** The cell of a row; numbers stand right. */
  value: (row: Row) => string | number;
}

/** In a notebook a table of more rows is folded. */
const LONG = 15;

/**
 * Rows as a table, in HTML, Markdown and plain text; a long one is folded behind its number of rows.
 *
 * @param columns Fields of the rows, or titles with functions of a row. Default: all fields of the first row.
 */
export function table<Row extends object>(
  rows: readonly Row[],
  columns: readonly ((keyof Row & string) | Column<Row>)[] = Object.keys(
    rows[0] ?? {},
  ) as (keyof Row & string)[],
): Displayable {
  return new Displayable(() => tableBundle(rows, columns));
}

/** What stands where a table has neither rows nor columns: an empty one shows nothing at all. */
const NO_ROWS = "No rows.";

/** The table's output, for views that add formats to it. */
export function tableBundle<Row extends object>(
  rows: readonly Row[],
  columns: readonly ((keyof Row & string) | Column<Row>)[],
) {
  const full = columns.map((column): Column<Row> =>
    typeof column === "string"
      ? { title: column, value: (row) => asText(row[column as keyof Row & string]) }
      : column
  );
  if (full.length === 0) {
    return { "text/html": `<p>${NO_ROWS}</p>`, "text/markdown": NO_ROWS, "text/plain": NO_ROWS };
  }
  const titles = full.map(({ title }) => title);
  const cells = rows.map((row) => full.map(({ value }) => value(row)));
  return {
    "text/html": asHtml(titles, cells),
    "text/markdown": asMarkdown(titles, cells),
    "text/plain": asPlain(titles, cells),
  };
}

type Cells = readonly (readonly (string | number)[])[];

function asText(value: unknown): string | number {
  if (typeof value === "number") return value;
  return Array.isArray(value) ? value.join(", ") : `${value ?? ""}`;
}

function asHtml(titles: readonly string[], cells: Cells): string {
  const align = (cell: string | number) =>
    `style="text-align:${typeof cell === "number" ? "right" : "left"}"`;
  const head = titles.map((title, i) => `<th ${align(cells[0]?.[i] ?? "")}>${escapeMarkup(title)}</th>`);
  const body = cells.map((row) =>
    `<tr>${row.map((cell) => `<td ${align(cell)}>${escapeMarkup(`${cell}`)}</td>`).join("")}</tr>`
  );
  const whole = `<table ${NO_FORMULAS}><thead><tr>${head.join("")}</tr></thead><tbody>${
    body.join("")
  }</tbody></table>`;
  if (cells.length <= LONG) return whole;
  return `<details><summary>Table of ${cells.length} rows</summary>${whole}</details>`;
}

function asMarkdown(titles: readonly string[], cells: Cells): string {
  const line = (row: readonly (string | number)[]) =>
    `| ${
      row.map((cell) => escapeMarkup(`${cell}`).replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")
    } |`;
  const rule = titles.map((_, i) => typeof cells[0]?.[i] === "number" ? "--:" : "---");
  return [line(titles), line(rule), ...cells.map(line)].join("\n");
}

function asPlain(titles: readonly string[], cells: Cells): string {
  const rows = [titles, ...cells].map((row) => row.map(String));
  const widths = titles.map((_, i) => Math.max(...rows.map((row) => [...row[i]].length)));
  return rows.map((row, at) =>
    row.map((cell, i) => {
      const right = at > 0 && typeof cells[at - 1][i] === "number";
      return right ? cell.padStart(widths[i]) : cell.padEnd(widths[i]);
    }).join("  ").trimEnd()
  ).join("\n");
}

/**
 * The outcome of each run: its seed where there are several, accuracy with interval and n, chance, what it
 * took. Where trivial learners are among the records, also the best that was run on its images, by how much
 * it is above that, and its least recall.
 *
 * @param what Columns that tell the runs apart. Default: the datasets.
 */
export function accuracyTable(
  records: readonly LadderRecord[],
  what: readonly Column<RunRecord>[] = [
    { title: "datasets", value: ({ experiment }) => experiment.datasets.join(" + ") },
  ],
): Displayable {
  const runs = runsAmong(records);
  const seeds = new Set(runs.map(({ experiment }) => experiment.seed));
  return table(runs, [
    ...what,
    ...(seeds.size > 1 ? [{ title: "seed", value: ({ experiment }: RunRecord) => experiment.seed }] : []),
    { title: "accuracy [95% interval]", value: ({ result }) => formatProportion(result.accuracy) },
    { title: "on training images", value: ({ result }) => formatPercent(result.training.value) },
    { title: "chance", value: ({ result }) => formatPercent(result.chance) },
    ...(records.length > runs.length ? ladderColumns(runs, records) : []),
    { title: "training images each", value: ({ experiment }) => experiment.imagesPerDataset },
    { title: "parameters", value: ({ result }) => result.parameters },
    { title: "seconds", value: ({ result }) => Math.round(result.seconds) },
    { title: "record", value: ({ hash }) => `runs/${hash}` },
  ]);
}

/** Runs beside the best of the trivial learners among the records. */
function ladderColumns(runs: readonly RunRecord[], records: readonly LadderRecord[]): Column<RunRecord>[] {
  const beside = rungsAmong(records);
  const best = new Map(runs.map((run) => [run, beside([run]).at(0)]));
  return [
    { title: "best trivial learner", value: (run) => rungText(best.get(run)) },
    {
      title: "above it [95% interval]",
      value: (run) => {
        const rung = best.get(run);
        return rung ? formatDifference(rung.margin) : "–";
      },
    },
    {
      title: "least recall",
      value: (run) => {
        const { dataset, recall } = leastRecall([run]);
        return `${formatPercent(recall.value)} (${dataset})`;
      },
    },
  ];
}

const rungText = (rung: Rung | undefined) =>
  rung ? `${formatProportion(rung.accuracy)}, ${rung.learner}` : "–";

/** The part of an outcome that only probes have: the run of a whole network chooses no layer. */
const chosen = ({ result }: ProbedRecord): Partial<ProbeRecord["result"]> =>
  "classes" in result ? result : {};

/** The outcome of each probe: accuracy, chance, and the setting that was best on held-out training images. */
export function probeTable(records: readonly ProbedRecord[]): Displayable {
  return table(records, [
    { title: "features", value: featuresName },
    { title: "seed", value: ({ experiment }) => experiment.seed },
    { title: "accuracy [95% interval]", value: ({ result }) => formatProportion(result.accuracy) },
    { title: "chance", value: ({ result }) => formatPercent(result.chance) },
    { title: "layer", value: (record) => chosen(record).layer ?? "–" },
    { title: "learning rate", value: (record) => chosen(record).baseLearningRate ?? "–" },
    { title: "seconds", value: ({ result }) => Math.round(result.seconds) },
    { title: "record", value: ({ hash }) => `runs/${hash}` },
  ]);
}

/** Format of the claims in an executed notebook: `{ claims: TestedClaim[] }`. */
export const CLAIMS_MIME = "application/vnd.name-that-dataset.claims+json";

const MARKS: Record<Verdict, string> = {
  "holds": "✓",
  "does not hold": "✗",
  "not shown at this scale": "?",
  "not shown: under-fitted": "?",
};

/** The claims as a table, and as data for whoever collects them from the executed notebook. */
export function showClaims(claims: readonly TestedClaim[]): Displayable {
  return new Displayable(() => ({
    ...tableBundle(claims, [
      { title: "the paper", value: ({ statement, source }) => `${statement} (${source})` },
      { title: "its figure", value: ({ paper }) => paper },
      { title: "ours", value: ({ ours }) => ours },
      { title: "verdict", value: ({ verdict }) => `${MARKS[verdict]} ${verdict}` },
      { title: "why", value: ({ reason }) => reason },
    ]),
    [CLAIMS_MIME]: { claims },
  }));
}

/** Every test of an audit: a kind of evidence, the pairs of images that it names rightly, the p-values. */
export function auditTable({ result }: AuditRecord): Displayable {
  const several = result.pairs.length > 1;
  const rows = result.pairs.flatMap((pair) =>
    pair.tests.map((test) => ({
      ...(several && { datasets: pair.datasets.map((d) => result.datasets[d].title).join(" + ") }),
      evidence: evidenceOf(test.evidence).title,
      about: evidenceOf(test.evidence).about,
      "pairs named rightly": formatPercent(test.area.value),
      "95%": `${(100 * test.area.low).toFixed(1)} to ${(100 * test.area.high).toFixed(1)}`,
      accuracy: formatPercent(test.accuracy.value),
      p: pText(test.p),
      corrected: pText(test.adjusted),
      "would be found from": formatPercent(test.visible),
      verdict: isFound(test) ? "told apart" : "",
    }))
  );
  const words = result.pairs.flatMap((pair) => [headlineInWords(pair, result), conclusionInWords(pair)]);
  return new Displayable(() => {
    const { "text/html": html, "text/markdown": markdown, "text/plain": plain } = tableBundle(
      rows,
      Object.keys(rows[0] ?? {}) as (keyof typeof rows[number] & string)[],
    );
    const shown = rows.length > 0;
    return {
      "text/html": words.map((text) =>
        `<p ${NO_FORMULAS} style="max-width:60em">${escapeMarkup(text)}</p>`
      ).join("") +
        (shown ? html : ""),
      "text/markdown": [...words.map(escapeMarkup), ...(shown ? [markdown] : [])].join("\n\n"),
      "text/plain": [...words, ...(shown ? [plain] : [])].join("\n\n"),
    };
  });
}
