import { formatProportion } from "../stats/mod.ts";
import { type Combination, type PaperRow, type PaperTable, table2, triplesOf } from "../paper/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { axis, baseLayout, COLORS, type Figure, intervalBars, legendBelow, percentAxis } from "./theme.ts";
import { plainText, type Trace, uprightChance } from "./theme.ts";

/** Height of one combination's row, px. */
const ROW = 21;
/** Rows that the paper's strip takes below ours. */
const STRIP = 3;

/**
 * Table 2, three-way: one row a combination of ours, the easiest on top, with its 95% interval. The paper's accuracies are
 * of other datasets, so they have a strip of their own and are paired with nothing.
 *
 * @param records Runs of a sweep over three-way combinations; others are left out.
 */
export function combinationsFigure(
  records: readonly RunRecord[],
  paper: PaperTable<PaperRow> = table2,
): Figure {
  const triples = triplesOf(records).toSorted((a, b) => a.accuracy.value - b.accuracy.value);
  const rows = triples.map((_, index) => index + STRIP);
  return {
    data: [
      oursTrace(triples, rows),
      paperTrace(paper),
      uprightChance(1 / 3, -0.6, triples.length + STRIP - 0.4),
    ],
    layout: {
      ...baseLayout(
        `Telling three datasets apart: ${triples.length} combinations`,
        "Validation accuracy with 95% intervals",
      ),
      height: 190 + ROW * (triples.length + STRIP),
      xaxis: percentAxis("accuracy", 25, 100),
      yaxis: axis("", {
        range: [-0.6, triples.length + STRIP - 0.4],
        tickvals: [1, ...rows],
        ticktext: [
          `the paper's ${paper.rows.length}<br>(other datasets)`,
          ...triples.map(({ datasets }) => plainText(datasets.join(" + "))),
        ],
        showgrid: false,
      }),
      legend: legendBelow(-70 / (ROW * (triples.length + STRIP))),
    },
  };
}

function oursTrace(triples: readonly Combination[], rows: number[]): Trace {
  const accuracies = triples.map(({ accuracy }) => accuracy);
  return {
    type: "scatter",
    mode: "markers",
    name: "ours, 95% interval",
    x: accuracies.map(({ value }) => 100 * value),
    y: rows,
    error_x: intervalBars(accuracies, COLORS.ours),
    marker: { color: COLORS.ours, size: 8 },
    text: triples.map(({ datasets, accuracy }) =>
      `${plainText(datasets.join(" + "))}<br>${formatProportion(accuracy)}`
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}

/** Spread over three levels, so that equal accuracies stay visible. */
function paperTrace({ rows, source }: PaperTable<PaperRow>): Trace {
  const sorted = rows.toSorted((a, b) => a.percent - b.percent);
  return {
    type: "scatter",
    mode: "markers+text",
    name: `the paper, ${source}`,
    x: sorted.map(({ percent }) => percent),
    y: sorted.map((_, index) => 0.5 + 0.5 * (index % 3)),
    marker: { color: COLORS.paper, size: 7, symbol: "circle-open", line: { width: 1.6 } },
    text: sorted.map(({ name }, index) => index === 0 || index === sorted.length - 1 ? name : ""),
    textposition: sorted.map((_, index) => index === 0 ? "middle left" : "middle right"),
    textfont: { color: COLORS.paper, size: 11 },
    customdata: sorted.map(({ name }) => name),
    hovertemplate: "%{customdata} %{x}% (the paper)<extra></extra>",
  };
}
