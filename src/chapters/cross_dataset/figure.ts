import {
  baseLayout,
  datasetAxis,
  type Figure,
  heatCells,
  heatCellsHeight,
  plainText,
} from "../../figures/mod.ts";
import type { ProbeRecord } from "../../experiments/mod.ts";
import { type Estimate, formatPercent } from "../../stats/mod.ts";
import { generalisationOf, type Row, rowsOf } from "./records.ts";

/**
 * What images show, learnt on one dataset and tested on all: a row a training dataset, its own images on the
 * diagonal. The last columns are Torralba & Efros's: the mean of the others, and the drop in per cent.
 *
 * @throws {RangeError} where a dataset has no network, or fewer than another
 */
export function crossDatasetFigure(records: readonly ProbeRecord[]): Figure {
  const generalisation = generalisationOf(records);
  if (!generalisation) {
    throw new RangeError("crossDatasetFigure: give a network of each dataset, for the same seeds");
  }
  const { datasets, chance } = generalisation;
  const rows = rowsOf(generalisation);
  const each = <T>(draw: (row: Row) => T[], others: (row: Row) => T, drop: (row: Row) => T) =>
    rows.map((row) => [...draw(row), others(row), drop(row)]);
  const cells = {
    values: each<number | null>(
      (row) => row.cells.map(({ value }) => value),
      ({ others }) => others,
      () => null,
    ),
    texts: each(
      ({ trainedOn, cells }) => cells.map((cell, i) => cellText(cell, datasets[i] === trainedOn)),
      ({ others }) => formatPercent(others),
      ({ drop }) => `${drop > 0 ? "−" : "+"}${Math.round(100 * Math.abs(drop))}%`,
    ),
    hovers: each(
      ({ trainedOn, cells }) => cells.map((cell, i) => hoverText(trainedOn, datasets[i], cell)),
      ({ trainedOn }) => `trained on ${plainText(trainedOn)}, mean of the others<extra></extra>`,
      ({ trainedOn }) =>
        `what ${plainText(trainedOn)}'s network loses elsewhere, of its own accuracy<extra></extra>`,
    ),
  };
  return {
    data: [heatCells(cells, { least: 0, smallText: datasets.length > 5 })],
    layout: {
      ...baseLayout(
        "What an image shows, learnt on one dataset and tested on all",
        `Accuracy with 95% intervals; chance is ${formatPercent(chance)}`,
      ),
      height: heatCellsHeight(datasets.length),
      xaxis: datasetAxis("tested on", [...datasets, "others", "drop"], { tickangle: 0 }),
      yaxis: datasetAxis("trained on", datasets, { autorange: "reversed" }),
    },
  };
}

function cellText({ value, low, high }: Estimate, isOwn: boolean): string {
  const accuracy = isOwn ? `<b>${formatPercent(value)}</b>` : formatPercent(value);
  return `${accuracy}<br>[${(100 * low).toFixed(0)}, ${(100 * high).toFixed(0)}]`;
}

function hoverText(trainedOn: string, testedOn: string, { value, n, seeds }: Estimate): string {
  const counts = `${n} images, ${seeds} ${seeds === 1 ? "seed" : "seeds"}`;
  return `trained on ${plainText(trainedOn)}, tested on ${plainText(testedOn)}: ${
    formatPercent(value)
  }, ${counts}<extra></extra>`;
}
