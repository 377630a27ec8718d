/**
 * Marks that figures are composed of, in the manner of Observable Plot: each is one trace of plotly.js. All
 * figures speak one language: ours in color with 95% intervals, the paper hollow and grey, trivial learners
 * small and grey, chance dashed.
 */
import { formatPercent, type Proportion } from "../stats/mod.ts";
import {
  axis,
  baseLayout,
  COLORS,
  datasetColor,
  LEGEND_BELOW,
  percentAxis,
  plainText,
  type PlotlyLayout,
  type Trace,
} from "./theme.ts";

/** How the points of a mark look; attributes that are not listed are plotly's own. */
interface PointOptions {
  /** In the legend. Default: none, for points that another mark names. */
  name?: string;
  /** The axis of the accuracies: "x" for points in rows, "y" for points over sizes. */
  along: "x" | "y";
  /** Place of each point on the other axis. */
  at: readonly (number | string)[];
  color?: string;
  /** px */
  size?: number;
  symbol?: string;
  /** Width, px, of the line that joins the points. Default: none. */
  line?: number;
  /** Texts beside the points, and where. */
  labels?: { text: readonly string[]; position: string | readonly string[]; size?: number };
  [attribute: string]: unknown;
}

function pointTrace(
  percents: readonly (number | null)[],
  options: PointOptions,
  marker: PlotlyLayout,
): Trace {
  const { name, along, at, color, line, labels, ...own } = options;
  const mode = [...(line ? ["lines"] : []), "markers", ...(labels ? ["text"] : [])].join("+");
  return {
    type: "scatter",
    mode,
    ...(name !== undefined && { name }),
    [along]: percents,
    [along === "x" ? "y" : "x"]: at,
    marker,
    ...(line && { line: { color, width: line } }),
    ...(labels && {
      text: labels.text,
      textposition: labels.position,
      textfont: { color, ...(labels.size && { size: labels.size }) },
    }),
    ...own,
  };
}

/** A share, or a difference of shares, with its interval. */
type Interval = Pick<Proportion, "value" | "low" | "high">;

/** Accuracies of ours, or their margins, as dots with their 95% intervals. */
export function accuracyDots(accuracies: readonly Interval[], options: PointOptions): Trace {
  const { color = COLORS.ours, size = 9, symbol, ...own } = options;
  const percents = accuracies.map(({ value }) => 100 * value);
  const marker = { color, size, ...(symbol && { symbol }) };
  const bars = { [`error_${own.along}`]: intervalBars(accuracies, color) };
  return pointTrace(percents, { ...own, ...bars, color }, marker);
}

/**
 * Accuracies, [0, 1], of single seeds behind the dot of their mean: small and light, without a legend entry.
 */
export function seedDots(shares: readonly number[], options: PointOptions): Trace {
  const { color = COLORS.ours, size = 5, symbol = "circle", ...own } = options;
  const marker = { color, size, symbol, opacity: 0.35 };
  return pointTrace(
    shares.map((share) => 100 * share),
    { showlegend: false, hoverinfo: "skip", ...own },
    marker,
  );
}

/** Percentages as the paper printed them: hollow and grey. `symbol` is the name of a filled one. */
export function paperDots(percents: readonly (number | null)[], options: PointOptions): Trace {
  const { color = COLORS.paper, size = 8, symbol = "circle", ...own } = options;
  const marker = { color, size, symbol: `${symbol}-open`, line: { width: 1.6 } };
  return pointTrace(percents, { ...own, color }, marker);
}

/** Accuracies of trivial learners as small grey marks, without intervals. */
export function trivialMarks(accuracies: readonly Pick<Proportion, "value">[], options: PointOptions): Trace {
  const { color = COLORS.paper, size = 6, symbol = "diamond", ...own } = options;
  const percents = accuracies.map(({ value }) => 100 * value);
  return pointTrace(percents, { ...own, color }, { color, size, symbol, opacity: 0.6 });
}

/** The 95% intervals of proportions as plotly's error bars, in percent. */
function intervalBars(proportions: readonly Interval[], color: string): PlotlyLayout {
  return {
    type: "data",
    symmetric: false,
    array: proportions.map(({ value, high }) => 100 * (high - value)),
    arrayminus: proportions.map(({ value, low }) => 100 * (value - low)),
    color,
    thickness: 1.6,
    width: 4,
  };
}

/** How a line looks; attributes that are not listed are plotly's own. */
interface LineOptions {
  x: readonly (number | string | null)[];
  y: readonly (number | null)[];
  color?: string;
  /** plotly's name of a dash. Default: none. */
  dash?: string;
  /** px */
  width?: number;
  [attribute: string]: unknown;
}

/** A line without points, such as chance. Without a `hovertemplate` it says nothing under the pointer. */
export function line(name: string, options: LineOptions): Trace {
  const { x, y, color = COLORS.chance, dash, width = 1.5, ...own } = options;
  return {
    type: "scatter",
    mode: "lines",
    name,
    x,
    y,
    line: { color, ...(dash && { dash }), width },
    ...(!own.hovertemplate && { hoverinfo: "skip" }),
    ...own,
  };
}

/** Dashes of plotly that are told apart. */
const DASHES = ["dash", "dot", "dashdot", "longdash", "longdashdot", "2px,8px"];

/**
 * The dash of one of several chances in a figure, by its place among them. Like the symbols of `lookOf` they
 * move on by one after a turn, so that no color of the palette gets the same one again.
 */
export function chanceDash(place: number): string {
  return DASHES[(place + Math.floor(place / DASHES.length)) % DASHES.length];
}

/** Chance, [0, 1], dashed across a figure whose accuracies are on its y axis. */
export function chanceAcross(
  chance: number,
  ends: readonly (number | string)[],
  own: PlotlyLayout = {},
): Trace {
  const y = ends.map(() => 100 * chance);
  return line(`chance, ${formatPercent(chance)}`, { x: ends, y, dash: "dash", ...own });
}

/** Chance, [0, 1], dashed upright through a figure of rows, from one end of its axis to the other. */
export function chanceUpright(
  chance: number,
  ends: readonly [number, number],
  own: PlotlyLayout = {},
): Trace {
  return line(`chance, ${formatPercent(chance)}`, {
    x: ends.map(() => 100 * chance),
    y: ends,
    dash: "dash",
    ...own,
  });
}

/** Upright bars `width` wide, each with its text above; attributes that are not listed are plotly's own. */
export function bars(
  name: string,
  { x, y, width, color, ...own }: { x: number[]; y: number[]; width: number; color: string } & PlotlyLayout,
): Trace {
  return {
    type: "bar",
    name,
    x,
    y,
    width,
    marker: { color, opacity: 0.55 },
    text: y.map((height) => `${height}`),
    textposition: "outside",
    cliponaxis: false,
    ...own,
  };
}

/** Ends of the axis of so many rows; `free` is what is cut off above the last. */
export function rowEnds(count: number, free = 0.4): [number, number] {
  return [-0.6, count - free];
}

/** A name at the place of its row; plotly's tags count. */
interface RowTick {
  at: number;
  text: string;
}

/** Options of {@linkcode rowsLayout}. */
interface RowsOptions {
  ticks: readonly RowTick[];
  /** Number of rows. */
  count: number;
  /** Height of one row, px. */
  rowHeight: number;
  /** Ends of the axis of accuracies, %. */
  percents: [number, number];
  /** As of {@linkcode rowEnds}. */
  free?: number;
}

/** The layout of dots in rows, the last on top: names at the left, accuracies and the legend below. */
export function rowsLayout(
  title: string,
  subtitle: string,
  { ticks, count, rowHeight, percents, free }: RowsOptions,
): PlotlyLayout {
  return {
    ...baseLayout(title, subtitle),
    height: 190 + rowHeight * count,
    xaxis: percentAxis("accuracy", ...percents),
    yaxis: rowAxis(ticks, rowEnds(count, free)),
    legend: LEGEND_BELOW,
  };
}

/** The axis of a figure of rows. */
export function rowAxis(
  ticks: readonly RowTick[],
  range: readonly number[],
  overrides: PlotlyLayout = {},
): PlotlyLayout {
  return axis("", {
    range,
    tickvals: ticks.map(({ at }) => at),
    ticktext: ticks.map(({ text }) => text),
    showgrid: false,
    ...overrides,
  });
}

/** Side of a heat map's cell, px, and the least room for its rows together. */
const CELL = 64;
const LEAST_HEIGHT = 230;

/** Cells of a heat map, row by row from the top; `null` is an empty one. */
interface HeatCells {
  values: readonly (readonly (number | null)[])[];
  /** Written into each cell. */
  texts: readonly (readonly string[])[];
  /** Shown under the pointer. */
  hovers: readonly (readonly string[])[];
}

/** Values from `least` to 1 as cells from pale to dark blue. */
export function heatCells(
  { values, texts, hovers }: HeatCells,
  { least, smallText, ...own }: { least: number; smallText: boolean } & PlotlyLayout,
): Trace {
  return {
    type: "heatmap",
    x: [...(values[0] ?? []).keys()],
    y: [...values.keys()],
    z: values,
    zmin: least,
    zmax: 1,
    colorscale: [[0, "#eef4f9"], [0.5, "#a9cde4"], [1, "#00507f"]],
    showscale: false,
    xgap: 2,
    ygap: 2,
    text: texts,
    texttemplate: "%{text}",
    textfont: { size: smallText ? 10 : 12 },
    hovertemplate: hovers,
    ...own,
  };
}

/** Height of a figure of one heat map, px. */
export function heatCellsHeight(rows: number): number {
  return 150 + Math.max(LEAST_HEIGHT, CELL * rows);
}

/** An axis of datasets, each name in its color. */
export function datasetAxis(
  title: string,
  datasets: readonly string[],
  overrides: PlotlyLayout = {},
): PlotlyLayout {
  return axis(title, {
    tickvals: [...datasets.keys()],
    ticktext: datasets.map((name) => `<span style="color:${datasetColor(name)}">${plainText(name)}</span>`),
    showgrid: false,
    ...overrides,
  });
}
