import { type Figure, type PlotlyLayout, renderSvg, type Trace } from "../figures/mod.ts";
import { Displayable, escapeMarkup } from "./kernel.ts";
import { tableBundle } from "./table.ts";

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
      "application/vnd.plotly.v1+json": { ...figure, config: { responsive: true, displaylogo: false } },
      "image/svg+xml": await renderSvg(figure),
      "text/plain": figureText(figure),
    }),
    finding === undefined ? undefined : findingBundle(finding),
  );
}

function findingBundle(finding: string): Record<string, string> {
  return {
    "text/html": `<p style="max-width:60em"><b>Seen here:</b> ${escapeMarkup(finding)}</p>`,
    "text/markdown": `**Seen here:** ${finding.replaceAll(/[\\`*_<>[\]#]/g, "\\$&")}`,
    "text/plain": `Seen here: ${finding}`,
  };
}

/** A figure of more points than this is cut in its text. */
const MOST_ROWS = 60;

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
  const rows = data.filter(({ visible }) => visible !== false).flatMap((trace) =>
    trace.type === "heatmap" ? heatRows(trace, layout) : pointRows(trace, layout)
  );
  const shown = rows.slice(0, MOST_ROWS);
  const rest = rows.length > shown.length ? `\n… and ${rows.length - shown.length} more points` : "";
  const title = plain((layout.title as { text: string }).text);
  return `${title}\n${tableBundle(shown, ["series", "x", "y", "interval"])["text/plain"]}${rest}`;
}

function pointRows(trace: Trace, layout: PlotlyLayout): PointText[] {
  // Points that say nothing under the pointer are intervals of points that are listed, or their single seeds.
  if (trace.mode === "markers" && trace.hoverinfo === "skip") return [];
  const [xs, ys] = [trace.x as unknown[], trace.y as unknown[]];
  const [across, up] = [trace.xaxis ?? "x", trace.yaxis ?? "y"].map((id) =>
    layout[axisName(id)] as PlotlyLayout
  );
  const measure = layout.yaxis2 ? (up.title as { text: string }).text : ""; // else all points are of one
  const series = plain(`${trace.meta ?? trace.name}${measure && `: ${measure}`}`);
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
  if (nearest > BESIDE) return typeof value === "number" ? number(value) : `${value ?? ""}`;
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
