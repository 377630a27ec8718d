import { type Figure, type PlotlyLayout, renderSvg, type Trace } from "../figures/mod.ts";
import { Displayable, escapeMarkup, NO_FORMULAS } from "./kernel.ts";
import { tableBundle } from "./table.ts";

/** No text of ours is a formula, whatever names have between two `$`. */
const CONFIG = { responsive: true, displaylogo: false, typesetMath: false };

/**
 * A figure as a cell's output: interactive where the front end knows plotly, else an SVG, else a table. It
 * has no PNG: JupyterLab's renderer of plotly figures shows one, at its own size, until the pointer is over
 * it.
 *
 * @param finding What the figure shows, in a sentence or two: an output of its own below the figure, so that
 *   its lines break where the cell ends. Default: nothing.
 */
export function show(figure: Figure, finding?: string): Displayable {
  return new Displayable(
    async () => ({
      "application/vnd.plotly.v1+json": { ...figure, config: CONFIG },
      "image/svg+xml": await renderSvg(figure),
      "text/plain": figureText(figure),
    }),
    finding === undefined ? undefined : findingBundle(finding),
  );
}

function findingBundle(finding: string): Record<string, string> {
  return {
    "text/html": `<p ${NO_FORMULAS} style="max-width:60em"><b>Seen here:</b> ${escapeMarkup(finding)}</p>`,
    "text/markdown": `**Seen here:** ${finding.replaceAll(/[\\`*_<>[\]#]/g, "\\$&")}`,
    "text/plain": `Seen here: ${finding}`,
  };
}

/** A figure of more points than this is thinned, then cut, in its text. */
const MOST_ROWS = 60;

/** Of a figure with too many points each line keeps its ends; where these are too many, its last point. */
const THINNINGS: readonly ((line: readonly PointText[]) => readonly PointText[])[] = [
  (line) => line,
  (line) => line.length > 2 ? [line[0], line[line.length - 1]] : line,
  (line) => line.slice(-1),
];

/** Where a level line, such as chance, stands on the other axis: its ends are those of the plot. */
const EVERYWHERE = "everywhere";

/** Series that would hide each other stand this far off their tick at most; sizes in natural logarithms. */
const BESIDE = 0.2;

/** A point of a figure, in words. */
interface PointText {
  series: string;
  x: string;
  y: string;
  interval: string;
}

/** A figure's title and numbers as plain text, for those who can't or don't want to see it. */
export function figureText({ data, layout }: Figure): string {
  const seen = data.filter(({ visible }) => visible !== false);
  const levels = distinct(seen.filter(isLevel).map((trace) => levelRow(trace, layout)));
  const traces = seen.filter((trace) => !isLevel(trace)).map((trace) => ({
    rows: trace.type === "heatmap" ? heatRows(trace, layout) : pointRows(trace, layout),
    isLine: `${trace.mode}`.includes("lines"),
  }));
  const thinned = THINNINGS.map((thin) => traces.flatMap(({ rows, isLine }) => isLine ? thin(rows) : rows));
  const fitting = thinned.find(({ length }) => length <= MOST_ROWS) ?? thinned.at(-1)!;
  const shown = [...levels, ...fitting.slice(0, MOST_ROWS)];
  const more = levels.length + thinned[0].length - shown.length;
  const rest = more > 0 ? `\n… and ${more} more points` : "";
  const title = plain((layout.title as { text: string }).text);
  const columns = [
    "series" as const,
    { title: headingOf("x", layout), value: ({ x }: PointText) => x },
    { title: headingOf("y", layout), value: ({ y }: PointText) => y },
    "interval" as const,
  ];
  return `${title}\n${tableBundle(shown, columns)["text/plain"]}${rest}`;
}

/** What all axes of a letter measure, with the unit; the letter where they measure several things or none. */
function headingOf(letter: "x" | "y", layout: PlotlyLayout): string {
  const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key) && key.startsWith(letter));
  const measures = new Set(axes.map((key) => measureOf(layout[key] as PlotlyLayout)));
  measures.delete("");
  return measures.size === 1 ? [...measures][0] : letter;
}

/** "accuracy (%)". */
function measureOf({ title, ticksuffix }: PlotlyLayout): string {
  const words = plain((title as { text?: string } | undefined)?.text ?? "");
  return words && ticksuffix === "%" ? `${words} (%)` : words;
}

/** Whether a trace is a dashed line that is level or upright: one number, not a point at each of its ends. */
function isLevel({ mode, line, x, y }: Trace): boolean {
  const isDashed = (line as { dash?: string } | undefined)?.dash !== undefined;
  return mode === "lines" && isDashed && [x, y].some((values) => levelOf(values) !== undefined);
}

/** The value that all have which have any. */
function levelOf(values: unknown): unknown {
  const [first, ...others] = new Set((values as unknown[]).filter((value) => value !== null));
  return others.length === 0 ? first : undefined;
}

function levelRow(trace: Trace, layout: PlotlyLayout): PointText {
  const { series, across, up } = namesOf(trace, layout);
  const [x, y] = [levelOf(trace.x), levelOf(trace.y)];
  return y === undefined
    ? { series, x: tickText(x, across), y: EVERYWHERE, interval: "" }
    : { series, x: EVERYWHERE, y: tickText(y, up), interval: "" };
}

/** Rows without those that are there before: chance stands in both panels of a figure. */
function distinct(rows: readonly PointText[]): PointText[] {
  return [...new Map(rows.map((row) => [Object.values(row).join("\n"), row])).values()];
}

/** The axes of a trace, and its name. */
function namesOf(trace: Trace, layout: PlotlyLayout) {
  const [across, up] = [trace.xaxis ?? "x", trace.yaxis ?? "y"].map((id) =>
    layout[axisName(id)] as PlotlyLayout
  );
  const measure = layout.yaxis2 ? measureOf(up) : ""; // else all points are of one
  return { series: plain(`${trace.meta ?? trace.name}${measure && `: ${measure}`}`), across, up };
}

function pointRows(trace: Trace, layout: PlotlyLayout): PointText[] {
  // Points that say nothing under the pointer are intervals of points that are listed, or their single seeds.
  if (trace.mode === "markers" && trace.hoverinfo === "skip") return [];
  const [xs, ys] = [trace.x as unknown[], trace.y as unknown[]];
  const { series, across, up } = namesOf(trace, layout);
  return xs.map((x, i) => ({
    series,
    x: tickText(x, across),
    y: tickText(ys[i], up),
    interval: interval(x, trace.error_x, i) || interval(ys[i], trace.error_y, i),
  })).filter((_, i) => xs[i] !== null);
}

function heatRows(trace: Trace, layout: PlotlyLayout): PointText[] {
  const text = trace.text as string[][];
  return text.flatMap((row, t) =>
    row.map((cell, p) => ({
      series: "",
      x: tickText((trace.x as unknown[])[p], layout.xaxis as PlotlyLayout),
      y: tickText((trace.y as unknown[])[t], layout.yaxis as PlotlyLayout),
      interval: plain(cell),
    })).filter(({ interval }) => interval !== "")
  );
}

/** "x2" → "xaxis2". */
function axisName(id: unknown): string {
  return `${id}`.replace(/^([xy])/, "$1axis");
}

function interval(value: unknown, bars: unknown, index: number): string {
  if (!bars || typeof value !== "number") return "";
  const { array, arrayminus } = bars as { array: number[]; arrayminus: number[] };
  return `[${number(value - arrayminus[index])}, ${number(value + array[index])}]`;
}

/** The tick's own text where a point is at a tick, or beside it. */
function tickText(value: unknown, axis: PlotlyLayout | undefined): string {
  const ticks = (axis?.tickvals ?? []) as unknown[];
  const away = ticks.map((tick) => distance(value, tick, axis?.type === "log"));
  const nearest = Math.min(...away);
  if (nearest > BESIDE) return typeof value === "number" ? number(value) : plain(`${value ?? ""}`);
  const at = away.indexOf(nearest);
  return axis?.ticktext ? plain((axis.ticktext as (string | number)[])[at]) : tickText(ticks[at], undefined);
}

/** How far a point is from a tick on the axis. */
function distance(value: unknown, tick: unknown, isLog: boolean): number {
  if (value === tick) return 0;
  if (typeof value !== "number" || typeof tick !== "number") return Infinity;
  return Math.abs(isLog ? Math.log(value / tick) : value - tick);
}

function number(value: number): string {
  return Number.isInteger(value) ? `${value}` : Number(value.toPrecision(4)).toString();
}

/** Without plotly's inline tags. */
function plain(text: string | number): string {
  return `${text}`.replaceAll(/<br>/g, " ").replaceAll(/<[^>]+>/g, "")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
