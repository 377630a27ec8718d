import { formatProportion, type Proportion } from "../stats/mod.ts";
import { type PaperRow, type PaperTable, pooledAccuracy } from "../paper/mod.ts";
import type { RunRecord } from "../sweep/mod.ts";
import { axis, baseLayout, COLORS, type Figure, intervalBars, type Layout, legendBelow } from "./theme.ts";
import { PALETTE, percentAxis, plainText, type Trace } from "./theme.ts";

/** Told apart without color too. */
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "triangle-down", "x"];

/** What {@linkcode accuracyAgainst} draws beside ours. */
export interface AgainstOptions {
  /**
   * A table of the paper. Its rows stand at their field of the same name (`imagesPerDataset`, `parameters`), one line a name;
   * without such a field they stand at their name.
   */
  paper?: PaperTable<PaperRow>;
}

interface Point {
  x: number | string;
  accuracy: Proportion;
  chance: number;
}

/**
 * Validation accuracy with 95% intervals against one field of the experiment, with one line for each combination of the other
 * fields that differ among the records. Runs that differ in their seed alone are taken together.
 *
 * @param field A field of the experiment, dotted where it is nested (`recipe.learningRate`), or `parameters`: the number of
 *   trainable parameters. Numbers that span a factor of ten or more get a logarithmic axis.
 * @throws {Error} If the records have no such field.
 */
export function accuracyAgainst(
  field: string,
  records: readonly RunRecord[],
  { paper }: AgainstOptions = {},
): Figure {
  const lines = linesOf(field, records);
  const paperLines = paper ? paperLinesOf(field, paper) : [];
  const xs = [...lines.values()].flat().map(({ x }) => x).concat(paperLines.flatMap(({ x }) => x));
  const chances = [...new Set(records.map(({ result }) => result.chance))];
  return {
    data: [
      ...[...lines].map(([name, points], index) => oursTrace(name, points, index)),
      ...paperLines.map(({ name, x, y }, index) => paperTrace(`the paper, ${name}`, x, y, index)),
      ...chances.map((chance) => chanceTrace(chance, xs)),
    ],
    layout: {
      ...baseLayout(`Accuracy against ${wordsOf(field)}`, subtitle(paper)),
      xaxis: xAxis(field, xs),
      yaxis: percentAxis("accuracy", 0, 100),
      margin: { l: 64, r: 28, t: 72, b: 110 },
      height: 480 + 20 * Math.ceil((lines.size + paperLines.length) / 3),
      legend: legendBelow(-0.2),
    },
  };
}

function subtitle(paper?: PaperTable<PaperRow>): string {
  const ours = "Validation accuracy with 95% intervals";
  return paper ? `${ours}; the paper: ${paper.source}, other datasets` : ours;
}

/** "imagesPerDataset" → "images per dataset". */
function wordsOf(field: string): string {
  const last = field.split(".").at(-1) ?? field;
  return last.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function linesOf(field: string, records: readonly RunRecord[]): Map<string, Point[]> {
  const settings = records.map(({ experiment }) => flatten(experiment));
  const differing = [...new Set(settings.flatMap((setting) => [...setting.keys()]))].filter((key) =>
    key !== field && key !== "seed" && new Set(settings.map((setting) => setting.get(key))).size > 1 &&
    // The size of a network follows from its name.
    !(field === "parameters" && key === "model")
  );
  const groups = Map.groupBy(records.keys(), (index) => nameOf(settings[index], differing));
  return new Map(
    [...groups].map(([name, indices]) => [name, pointsOf(field, indices.map((i) => records[i]))]),
  );
}

function nameOf(setting: Map<string, unknown>, differing: string[]): string {
  if (differing.length === 0) return "ours";
  return "ours, " +
    differing.map((key) =>
      typeof setting.get(key) === "number" ? `${wordsOf(key)} ${setting.get(key)}` : `${setting.get(key)}`
    ).join(", ");
}

/** The leaves of a plain object by their dotted names; a list is one leaf. */
function flatten(value: object, prefix = ""): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? [...flatten(inner, `${prefix}${key}.`)]
        : [[prefix + key, Array.isArray(inner) ? inner.join(" + ") : inner]]
    ),
  );
}

function pointsOf(field: string, records: readonly RunRecord[]): Point[] {
  const groups = Map.groupBy(records, (record) => xOf(field, record));
  return [...groups].map(([x, runs]) => {
    return { x, accuracy: pooledAccuracy(runs), chance: runs[0].result.chance };
  }).toSorted((a, b) => typeof a.x === "number" && typeof b.x === "number" ? a.x - b.x : 0);
}

function xOf(field: string, { experiment, result }: RunRecord): number | string {
  if (field === "parameters") return result.parameters;
  const value = flatten(experiment).get(field);
  if (typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "boolean" || value === null) return `${value}`;
  const known = [...flatten(experiment).keys(), "parameters"].join(", ");
  throw new Error(`An experiment has no field "${field}" to draw accuracy against; it has ${known}`);
}

function paperLinesOf(field: string, { rows }: PaperTable<PaperRow>) {
  const x = (row: PaperRow) => (row as unknown as Record<string, number | undefined>)[field];
  const groups = Map.groupBy(rows, (row) => x(row) === undefined ? "" : row.name);
  return [...groups].map(([name, points]) => ({
    name: name || "its networks",
    x: points.map((row) => x(row) ?? row.name),
    y: points.map(({ percent }) => percent),
  }));
}

function xAxis(field: string, xs: readonly (number | string)[]): Layout {
  if (xs.some((x) => typeof x === "string")) {
    return axis(wordsOf(field), { type: "category", showgrid: false });
  }
  const numbers = xs as number[];
  const logarithmic = Math.min(...numbers) > 0 && Math.max(...numbers) >= 10 * Math.min(...numbers);
  return axis(wordsOf(field), logarithmic ? { type: "log", dtick: 1, exponentformat: "SI" } : {});
}

function oursTrace(name: string, points: readonly Point[], index: number): Trace {
  const color = PALETTE[index % PALETTE.length];
  const accuracies = points.map(({ accuracy }) => accuracy);
  return {
    type: "scatter",
    mode: points.every(({ x }) => typeof x === "number") ? "lines+markers" : "markers",
    name: plainText(name),
    x: points.map(({ x }) => x),
    y: accuracies.map(({ value }) => 100 * value),
    error_y: intervalBars(accuracies, color),
    marker: { color, size: 9, symbol: SYMBOLS[index % SYMBOLS.length] },
    line: { color, width: 2 },
    customdata: accuracies.map(formatProportion),
    hovertemplate: "%{x}: %{customdata}",
  };
}

function paperTrace(name: string, x: (number | string)[], y: number[], index: number): Trace {
  return {
    type: "scatter",
    // Two printed ends of a curve say nothing about what lies between.
    mode: x.length > 2 && x.every((value) => typeof value === "number") ? "lines+markers" : "markers",
    name: plainText(name),
    x,
    y,
    marker: {
      color: COLORS.paper,
      size: 8,
      symbol: `${SYMBOLS[index % SYMBOLS.length]}-open`,
      line: { width: 1.6 },
    },
    line: { color: COLORS.paper, width: 1.2 },
    hovertemplate: "%{x}: %{y}%",
  };
}

function chanceTrace(chance: number, xs: readonly (number | string)[]): Trace {
  const numbers = xs.filter((x) => typeof x === "number");
  const ends = numbers.length === xs.length ? [Math.min(...numbers), Math.max(...numbers)] : [...new Set(xs)];
  return {
    type: "scatter",
    mode: "lines",
    name: `chance, ${(100 * chance).toFixed(1)}%`,
    x: ends,
    y: ends.map(() => 100 * chance),
    line: { color: COLORS.chance, dash: "dash", width: 1.5 },
    hoverinfo: "skip",
  };
}
