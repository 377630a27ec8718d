import { formatProportion } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { axis, baseLayout, datasetColor, type Figure, percentText, plainText } from "./theme.ts";

/** Side of a cell, px, and the least room for the rows together. */
const CELL = 64;
const LEAST = 230;

/** The validation images of each dataset (rows, which add up to 100%) by what the network called them, with counts. */
export function confusionFigure({ experiment, result }: RunRecord): Figure {
  const { datasets } = experiment;
  const shares = result.confusion.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => total === 0 ? 0 : count / total);
  });
  const positions = datasets.map((_, index) => index);
  const names = datasets.map((name) => `<span style="color:${datasetColor(name)}">${plainText(name)}</span>`);
  return {
    data: [{
      type: "heatmap",
      x: positions,
      y: positions,
      z: shares,
      zmin: 0,
      zmax: 1,
      colorscale: [[0, "#eef4f9"], [0.5, "#a9cde4"], [1, "#00507f"]],
      showscale: false,
      xgap: 2,
      ygap: 2,
      text: result.confusion.map((row, t) =>
        row.map((count, p) => `${percentText(shares[t][p])}<br>${count}`)
      ),
      texttemplate: "%{text}",
      textfont: { size: datasets.length > 6 ? 10 : 12 },
      hovertemplate: result.confusion.map((row, t) =>
        row.map((count, p) =>
          `${count} images of ${plainText(datasets[t])} called ${plainText(datasets[p])}<extra></extra>`
        )
      ),
    }],
    layout: {
      ...baseLayout("What the network calls each dataset's images", formatProportion(result.accuracy)),
      height: 150 + Math.max(LEAST, CELL * datasets.length),
      xaxis: axis("called", { tickvals: positions, ticktext: names, showgrid: false, tickangle: 0 }),
      yaxis: axis("is from", {
        tickvals: positions,
        ticktext: names,
        showgrid: false,
        autorange: "reversed",
      }),
    },
  };
}
