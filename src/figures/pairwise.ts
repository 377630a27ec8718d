import { type Combination, combinationsOfSize } from "../paper/mod.ts";
import { formatProportion } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { axis, baseLayout, datasetColor, type Figure, percentText, plainText } from "./theme.ts";

/** Height of a cell, px, and the least room for the rows together. */
const CELL = 64;
const LEAST = 230;

/**
 * How well each two datasets are told apart, with 95% intervals: one cell a pair, the paler the closer to chance. The runs of a pair
 * are in its hover text.
 *
 * @param records Runs of a sweep over pairs; others are left out.
 */
export function pairwiseFigure(records: readonly RunRecord[]): Figure {
  const pairs = combinationsOfSize(records, 2);
  const datasets = [...new Set(pairs.flatMap((pair) => pair.datasets))];
  const [columns, rows] = [datasets.slice(0, -1), datasets.slice(1)];
  const cells = rows.map((row, r) =>
    columns.map((column, c) => c <= r ? pairOf(pairs, row, column) : undefined)
  );
  const each = <T>(draw: (pair: Combination) => T, none: T) =>
    cells.map((row) => row.map((pair) => pair ? draw(pair) : none));
  return {
    data: [{
      type: "heatmap",
      x: columns.map((_, index) => index),
      y: rows.map((_, index) => index),
      z: each<number | null>(({ accuracy }) => accuracy.value, null),
      zmin: 0.5,
      zmax: 1,
      colorscale: [[0, "#eef4f9"], [0.5, "#a9cde4"], [1, "#00507f"]],
      showscale: false,
      hoverongaps: false,
      xgap: 2,
      ygap: 2,
      text: each(cellText, ""),
      texttemplate: "%{text}",
      textfont: { size: datasets.length > 7 ? 10 : 12 },
      hovertemplate: each(hoverText, ""),
    }],
    layout: {
      ...baseLayout(
        `Telling two datasets apart: ${pairs.length} pairs`,
        "Validation accuracy with 95% intervals; chance is 50%",
      ),
      height: 150 + Math.max(LEAST, CELL * rows.length),
      xaxis: datasetAxis(columns, { tickangle: 0 }),
      yaxis: datasetAxis(rows, { autorange: "reversed" }),
    },
  };
}

function pairOf(pairs: readonly Combination[], a: string, b: string): Combination | undefined {
  return pairs.find(({ datasets }) => datasets.includes(a) && datasets.includes(b));
}

function cellText({ accuracy: { value, low, high } }: Combination): string {
  return `${percentText(value)}<br>[${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
}

function hoverText({ datasets, accuracy, runs }: Combination): string {
  const folders = runs.map((hash) => `runs/${hash}`).join("<br>");
  return `${plainText(datasets.join(" + "))}<br>${formatProportion(accuracy)}<br>${folders}<extra></extra>`;
}

function datasetAxis(datasets: readonly string[], overrides: Record<string, unknown>) {
  return axis("", {
    tickvals: datasets.map((_, index) => index),
    ticktext: datasets.map((name) => `<span style="color:${datasetColor(name)}">${plainText(name)}</span>`),
    showgrid: false,
    ...overrides,
  });
}
