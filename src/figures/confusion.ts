import { formatPercent, formatProportion } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { withButtons } from "./controls.ts";
import { datasetAxis, heatCells, heatCellsHeight } from "./marks.ts";
import { runNames } from "./run_names.ts";
import { baseLayout, type Figure, plainText } from "./theme.ts";

/** Each dataset's validation images by what the network called them, with counts; rows add up to 100%. */
export function confusionFigure({ experiment, result }: RunRecord): Figure {
  const { datasets } = experiment;
  const names = datasets.map(plainText);
  const values = result.confusion.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => total === 0 ? 0 : count / total);
  });
  const each = (draw: (count: number, truth: number, said: number) => string) =>
    result.confusion.map((row, truth) => row.map((count, said) => draw(count, truth, said)));
  const texts = each((count, truth, said) => `${formatPercent(values[truth][said])}<br>${count}`);
  const hovers = each((count, truth, said) =>
    `${count} images of ${names[truth]} called ${names[said]}<extra></extra>`
  );
  return {
    data: [heatCells({ values, texts, hovers }, { least: 0, smallText: datasets.length > 6 })],
    layout: {
      ...baseLayout("Which datasets are taken for which?", formatProportion(result.accuracy)),
      height: heatCellsHeight(datasets.length),
      xaxis: datasetAxis("called", datasets, { tickangle: 0 }),
      yaxis: datasetAxis("is from", datasets, { autorange: "reversed" }),
    },
  };
}

/**
 * As {@linkcode confusionFigure} for several runs, with a menu from which to choose one. A still picture
 * shows the first.
 *
 * @throws {RangeError} where there is no run
 */
export function confusionMenu(records: readonly RunRecord[]): Figure {
  if (records.length === 0) {
    throw new RangeError("There is no run whose confusions could be shown; give one or more.");
  }
  const figures = records.map(confusionFigure);
  const names = runNames(records);
  const entries = figures.map(({ data: [cells], layout: { title, xaxis, yaxis, height } }, i) => {
    const { x, y, z, text, hovertemplate } = cells;
    const changed = Object.entries({ x, y, z, text, hovertemplate }).map(([key, value]) => [key, [value]]);
    return {
      label: `${names[i]}: ${formatPercent(records[i].result.accuracy.value)}`,
      traces: Object.fromEntries(changed),
      layout: { title, xaxis, yaxis, height },
    };
  });
  return withButtons(figures[0], entries, "menu");
}
