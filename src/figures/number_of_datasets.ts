import { formatProportion } from "../stats/mod.ts";
import { type Combination, growingSeries, table2Series } from "../paper/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { axis, baseLayout, COLORS, type Figure, intervalBars, legendBelow, percentAxis } from "./theme.ts";
import { percentText, plainText, type Trace } from "./theme.ts";

/** Ours stands this far left of the number of datasets and the paper this far right, so that neither hides the other. */
const DODGE = 0.05;

/**
 * Table 2, more datasets: ours with 95% intervals beside the paper's, against the number of datasets, with chance for each.
 * Ours is the largest combination among the records and its beginnings.
 */
export function numberOfDatasetsFigure(records: readonly RunRecord[]): Figure {
  const series = growingSeries(records);
  const paper = table2Series.rows.map(({ datasets, percent, name }) => ({ x: datasets, y: percent, name }));
  const counts = [...new Set([...series.map(sizeOf), ...paper.map(({ x }) => x)])].toSorted((a, b) => a - b);
  return {
    data: [oursTrace(series), paperTrace(paper, series), chanceTrace(counts)],
    layout: {
      ...baseLayout(
        "Telling more datasets apart",
        "Validation accuracy with 95% intervals",
      ),
      xaxis: axis("number of datasets", {
        range: [counts[0] - 0.5, counts[counts.length - 1] + 0.8],
        tickvals: counts,
        ticktext: counts.map((count) => tickText(count, series)),
        showgrid: false,
      }),
      yaxis: percentAxis("accuracy", 0, 100),
      height: 480,
      margin: { l: 64, r: 28, t: 72, b: 110 },
      legend: legendBelow(-0.26),
    },
  };
}

const sizeOf = ({ datasets }: Combination) => datasets.length;

/** "3" and below it our three datasets, then what each step adds. */
function tickText(count: number, series: readonly Combination[]): string {
  const position = series.findIndex((combination) => sizeOf(combination) === count);
  if (position < 0) return `${count}`;
  const before = position > 0 ? series[position - 1].datasets : [];
  const added = series[position].datasets.filter((dataset) => !before.includes(dataset));
  return `${count}<br>${position > 0 ? "+ " : ""}${plainText(added.join(", "))}`;
}

function oursTrace(series: readonly Combination[]): Trace {
  const accuracies = series.map(({ accuracy }) => accuracy);
  return {
    type: "scatter",
    mode: "lines+markers+text",
    name: "ours, 95% interval",
    x: series.map((point) => sizeOf(point) - DODGE),
    y: accuracies.map(({ value }) => 100 * value),
    error_y: intervalBars(accuracies, COLORS.ours),
    marker: { color: COLORS.ours, size: 9 },
    line: { color: COLORS.ours, width: 2 },
    text: accuracies.map(({ value }) => percentText(value)),
    textposition: series.map((point) => isAbovePaper(point) ? "top right" : "bottom left"),
    textfont: { color: COLORS.ours },
    customdata: series.map(({ datasets, accuracy }) =>
      `${plainText(datasets.join(" + "))}<br>${formatProportion(accuracy)}`
    ),
    hovertemplate: "%{customdata}<extra></extra>",
  };
}

function paperTrace(points: { x: number; y: number; name: string }[], series: readonly Combination[]): Trace {
  const below = (count: number) => series.some((point) => sizeOf(point) === count && isAbovePaper(point));
  return {
    type: "scatter",
    mode: "lines+markers+text",
    name: `the paper, ${table2Series.source} (other datasets)`,
    x: points.map(({ x }) => x + DODGE),
    y: points.map(({ y }) => y),
    marker: { color: COLORS.paper, size: 8, symbol: "circle-open", line: { width: 1.6 } },
    line: { color: COLORS.paper, width: 1.5 },
    text: points.map(({ name, y }) => `${name} ${y}%`),
    textposition: points.map(({ x }) => below(x) ? "bottom left" : "top right"),
    textfont: { color: COLORS.paper, size: 12 },
    hovertemplate: "%{text} (the paper)<extra></extra>",
  };
}

/** Labels of the upper series stand above it, those of the lower below, so that they don't meet. */
function isAbovePaper({ datasets, accuracy }: Combination): boolean {
  const paper = table2Series.rows.find((row) => row.datasets === datasets.length);
  return paper === undefined || 100 * accuracy.value >= paper.percent;
}

/** A dashed step of its own for each number of datasets. */
function chanceTrace(counts: readonly number[]): Trace {
  return {
    type: "scatter",
    mode: "lines",
    name: "chance, 1/N",
    x: counts.flatMap((count) => [count - 0.3, count + 0.3, null]),
    y: counts.flatMap((count) => [100 / count, 100 / count, null]),
    line: { color: COLORS.chance, dash: "dash", width: 1.5 },
    hovertemplate: "chance %{y:.1f}%<extra></extra>",
  };
}
