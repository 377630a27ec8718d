import {
  formatAccuracy,
  type PaperRow,
  type PaperTable,
  type PooledAccuracy,
  pooledAccuracy,
} from "../paper/mod.ts";
import type { Experiment, RunRecord } from "../experiments/mod.ts";
import { accuracyDots, chanceAcross, chanceDash, paperDots, seedDots } from "./marks.ts";
import { twoPanels } from "./panels.ts";
import {
  axis,
  baseLayout,
  type Figure,
  LEGEND_BELOW,
  logAxis,
  lookOf,
  MARGINS,
  percentAxis,
  plainText,
  type PlotlyLayout,
  rangeAround,
  type Trace,
} from "./theme.ts";

/** Height without the legend, and that of a row of the legend, px. */
const PLOT = 460;
const LEGEND_ROW = 22;
/** Letters that a row of the legend holds, and those that a symbol takes. */
const LEGEND_LETTERS = 92;
const SYMBOL_LETTERS = 7;

/** Options of {@linkcode accuracyAgainst}. */
interface AgainstOptions {
  /** The question that the figure answers. Default: how accuracy changes with the field. */
  title?: string;
  /**
   * A table of the paper. Its rows stand at their field of the same name: where that is a number
   * (`imagesPerDataset`, `parameters`) with one line a name; without such a field they stand at their name.
   */
  paper?: PaperTable<PaperRow>;
  /** Where an experiment stands, for a field that is none of its own. */
  x?: (experiment: Experiment) => number | string;
  /**
   * Name of an experiment's line; the paper's line of the same name gets the same symbol. Default: told from
   * the other fields that differ, or one line where `x` is given.
   */
  line?: (experiment: Experiment) => string;
}

interface Point {
  x: number | string;
  accuracy: PooledAccuracy;
  chance: number;
  /** Accuracy of each run, [0, 1]. */
  values: number[];
}

/**
 * Validation accuracy with 95% intervals against one field of the experiment, with one line for each
 * combination of the other fields that differ among the records. Runs that differ in their seed alone are one
 * point, their mean, before the light dots of the seeds.
 *
 * Where the paper's sizes lie beyond all of ours (a million images against a thousand), one axis would join
 * what cannot be compared: the paper then has a panel at the left and ours one at the right, with one axis of
 * accuracies.
 *
 * @param field A field of the experiment, dotted where it is nested (`recipe.learningRate`), or `parameters`:
 *   the number of trainable parameters. Numbers that span a factor of ten or more get a logarithmic axis.
 * @throws {Error} when the records have no such field
 */
export function accuracyAgainst(
  field: string,
  records: readonly RunRecord[],
  options: AgainstOptions = {},
): Figure {
  const { paper, title = `How does accuracy change with ${wordsOf(field)}?` } = options;
  const lines = linesOf(field, records, options);
  const paperLines = paper ? paperLinesOf(field, paper) : [];
  const ours = [...lines.values()].flat().map(({ x }) => x);
  const printed = paperLines.flatMap(({ x }) => x);
  const isApart = lieApart(ours, printed);
  const own = isApart ? { xaxis: "x2" } : {};
  const xs = isApart ? ours : ours.concat(printed);
  const chances = [...new Set(records.map(({ result }) => result.chance))];
  const data: Trace[] = [
    ...[...lines].map(([name, points], index) => ({ ...oursTrace(name, points, index), ...own })),
    ...paperTraces(paperLines, [...lines.keys()]),
    ...chances.map((chance, place) => ({
      ...chanceTrace(chance, place, isApart ? around(ours) : xs),
      ...own,
    })),
    ...(isApart ? chances : []).map((chance, place) => ({
      ...chanceTrace(chance, place, around(printed)),
      showlegend: false,
    })),
    ...[...lines.values()].flatMap(seedsTrace).map((trace) => ({ ...trace, ...own })),
  ];
  return {
    data,
    layout: {
      ...baseLayout(plainText(title), subtitle(paper)),
      xaxis: xAxis(field, xs),
      yaxis: percentAxis("accuracy", ...rangeOf([...lines.values()].flat(), paperLines)),
      height: PLOT + LEGEND_ROW * legendRows(data),
      legend: LEGEND_BELOW,
      ...(isApart && panels(field, ours as number[], printed as number[], paper!.source)),
    },
  };
}

/** Whether both are numbers, and all of the paper's are beyond all of ours. */
function lieApart(ours: readonly (number | string)[], paper: readonly (number | string)[]): boolean {
  if (ours.length === 0 || paper.length === 0 || [...ours, ...paper].some((x) => typeof x === "string")) {
    return false;
  }
  const [a, b] = [ours as number[], paper as number[]];
  return Math.max(...a) < Math.min(...b) || Math.max(...b) < Math.min(...a);
}

/** Ends of an axis around numbers that span tens. */
function around(xs: readonly (number | string)[]): [low: number, high: number] {
  return [Math.min(...xs as number[]) / 1.6, Math.max(...xs as number[]) * 1.6];
}

/** A panel of one point needs little of the width. */
const SHARES = { one: 0.25, several: 0.44 };

/**
 * The layout of the paper at the left, ours at the right: an axis of sizes each, with a tick at every size.
 */
function panels(field: string, ours: number[], printed: number[], source: string): PlotlyLayout {
  const share = new Set(printed).size === 1 ? SHARES.one : SHARES.several;
  const { paper, ours: own, headings } = twoPanels({ paper: `The paper, ${source}`, ours: "Ours", share });
  const sizes = (xs: number[], domain: [number, number]) =>
    logAxis(wordsOf(field), {
      domain,
      anchor: "y",
      range: around(xs).map(Math.log10),
      tickvals: [...new Set(xs)].toSorted((a, b) => a - b),
    });
  return {
    xaxis: sizes(printed, paper),
    xaxis2: sizes(ours, own),
    annotations: headings,
    margin: { ...MARGINS, t: 96 },
  };
}

/** The range of the points, their intervals and seeds, chance and the paper's figures. */
function rangeOf(points: readonly Point[], paper: readonly PaperLine[]): [low: number, high: number] {
  const ours = points.flatMap((
    { accuracy, chance, values },
  ) => [accuracy.low, accuracy.high, chance, ...values]);
  const percents = [
    ...ours.map((share) => 100 * share),
    ...paper.flatMap(({ rows }) => rows.map(({ percent }) => percent)),
  ];
  return rangeAround(percents);
}

/** plotly gives all entries of a legend the room of the longest. */
function legendRows(data: readonly Trace[]): number {
  const names = data.filter(({ showlegend }) => showlegend !== false).map(({ name }) => `${name}`);
  const longest = Math.max(...names.map(({ length }) => length)) + SYMBOL_LETTERS;
  return Math.ceil(names.length / Math.max(1, Math.floor(LEGEND_LETTERS / longest)));
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

function linesOf(
  field: string,
  records: readonly RunRecord[],
  { x, line }: AgainstOptions,
): Map<string, Point[]> {
  const nameOfRecord = line
    ? ({ experiment }: RunRecord) => `ours, ${line(experiment)}`
    : x
    ? () => "ours"
    : namesByDifference(field, records);
  const groups = Map.groupBy(records, nameOfRecord);
  const at = x ? ({ experiment }: RunRecord) => x(experiment) : (record: RunRecord) => xOf(field, record);
  const place = (record: RunRecord) => placeOf(at(record));
  return new Map([...groups].map(([name, runs]) => [name, pointsOf(place, runs)]));
}

/** A place on the axis: its name is plotly's label, and no markup. */
const placeOf = (x: number | string) => typeof x === "string" ? plainText(x) : x;

/** Names a record's line by the fields, but for `field` and the seed, that differ among the records. */
function namesByDifference(field: string, records: readonly RunRecord[]): (record: RunRecord) => string {
  const settings = new Map(records.map((record) => [record, flatten(record.experiment)]));
  // The size of a network follows from its name or configuration.
  const varied = ["seed", field === "parameters" ? "model" : field];
  const differing = [...new Set([...settings.values()].flatMap((setting) => [...setting.keys()]))].filter((
    key,
  ) =>
    !varied.some((name) => key === name || key.startsWith(`${name}.`)) &&
    new Set([...settings.values()].map((setting) => setting.get(key))).size > 1
  );
  return (record) => nameOf(settings.get(record)!, differing);
}

function nameOf(setting: Map<string, unknown>, differing: string[]): string {
  if (differing.length === 0) return "ours";
  return ["ours", ...differing.flatMap((key) => settingInWords(key, setting.get(key)) ?? [])].join(", ");
}

/** "image size 64", "cnn_small", "fit first", "no corruption"; of a setting that is not there nothing. */
function settingInWords(key: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return `${wordsOf(key)} ${value}`;
  if (value === true) return wordsOf(key);
  return value === null || value === false ? `no ${wordsOf(key)}` : `${value}`;
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

function pointsOf(at: (record: RunRecord) => number | string, records: readonly RunRecord[]): Point[] {
  const groups = Map.groupBy(records, at);
  return [...groups].map(([x, runs]) => {
    const values = runs.map(({ result }) => result.accuracy.value);
    return { x, accuracy: pooledAccuracy(runs), chance: runs[0].result.chance, values };
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

interface PaperLine {
  name: string;
  x: (number | string)[];
  rows: PaperRow[];
}

function paperLinesOf(field: string, { rows }: PaperTable<PaperRow>): PaperLine[] {
  const x = (row: PaperRow) => (row as unknown as Record<string, number | string | undefined>)[field];
  const groups = Map.groupBy(rows, (row) => typeof x(row) === "number" ? row.name : "its networks");
  return [...groups].map(([name, rows]) => ({
    name,
    x: rows.map((row) => placeOf(x(row) ?? row.name)),
    rows,
  }));
}

/**
 * The paper's lines have the symbols of ours of the same names; the legend then names them once, and `meta`
 * each, for those who see no symbols.
 */
function paperTraces(lines: readonly PaperLine[], ours: readonly string[]): Trace[] {
  const same = lines.map(({ name }) => ours.indexOf(`ours, ${name}`));
  const matched = same.every((index) => index >= 0);
  // A line that ours has not must not look like one that ours has, where the symbols mean the names.
  let next = same.some((index) => index >= 0) ? ours.length : 0;
  return lines.map((line, index) => ({
    ...paperTrace(line, lookOf(same[index] < 0 ? next++ : same[index]).symbol),
    ...(matched && {
      name: "the paper, same symbols",
      meta: plainText(`the paper, ${line.name}`),
      legendgroup: "paper",
      showlegend: index === 0,
    }),
  }));
}

function xAxis(field: string, xs: readonly (number | string)[]): PlotlyLayout {
  if (xs.some((x) => typeof x === "string")) {
    return axis(wordsOf(field), { type: "category", showgrid: false });
  }
  const numbers = xs as number[];
  const logarithmic = Math.min(...numbers) > 0 && Math.max(...numbers) >= 10 * Math.min(...numbers);
  return logarithmic ? logAxis(wordsOf(field)) : axis(wordsOf(field));
}

function oursTrace(name: string, points: readonly Point[], index: number): Trace {
  const accuracies = points.map(({ accuracy }) => accuracy);
  return {
    ...accuracyDots(accuracies, {
      name: plainText(name),
      along: "y",
      at: points.map(({ x }) => x),
      ...lookOf(index),
      line: 2,
      customdata: accuracies.map(formatAccuracy),
      hovertemplate: "%{x}: %{customdata}",
    }),
    mode: points.every(({ x }) => typeof x === "number") ? "lines+markers" : "markers",
  };
}

/** The seeds of one line's points, where a point has several. */
function seedsTrace(points: readonly Point[], index: number): Trace[] {
  const several = points.filter(({ values }) => values.length > 1);
  if (several.length === 0) return [];
  return [seedDots(several.flatMap(({ values }) => values), {
    along: "y",
    at: several.flatMap(({ x, values }) => values.map(() => x)),
    ...lookOf(index),
  })];
}

function paperTrace({ name, x, rows }: PaperLine, symbol: string): Trace {
  return {
    ...paperDots(rows.map(({ percent }) => percent), {
      name: plainText(`the paper, ${name}`),
      along: "y",
      at: x,
      symbol,
      line: 1.2,
      text: rows.map(({ name }) => plainText(name)),
      hovertemplate: "%{text}: %{y}%",
    }),
    // Two printed ends of a curve say nothing about what lies between.
    mode: x.length > 2 && x.every((value) => typeof value === "number") ? "lines+markers" : "markers",
  };
}

/** @param place of this chance among those of the figure */
function chanceTrace(chance: number, place: number, xs: readonly (number | string)[]): Trace {
  const look = { dash: chanceDash(place) };
  const places = [...new Set(xs)];
  if (places.some((x) => typeof x === "string")) return chanceAcross(chance, places, look);
  // From a single size to itself there is nothing to see of a line.
  return chanceAcross(chance, places.length === 1 ? around(places) : endsOf(places as number[]), look);
}

const endsOf = (numbers: readonly number[]): [number, number] => [Math.min(...numbers), Math.max(...numbers)];
