import { formatProportion } from "../stats/mod.ts";
import { appendixB, pairName, pairsAlike } from "../paper/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { axis, baseLayout, COLORS, type Figure, intervalBars, legendBelow, percentAxis } from "./theme.ts";
import { PALETTE, percentText, plainText, type Trace, uprightChance } from "./theme.ts";

/** Pairs in the order of what they are alike in, and how each is called and colored. */
const LIKENESSES = [
  { likeness: "releases", name: "another release", color: PALETTE[0] },
  { likeness: "splits", name: "official split, drawn at random", color: PALETTE[2] },
  { likeness: "halves", name: "random halves", color: PALETTE[4] },
] as const;

/**
 * Appendix B: validation accuracy with its 95% interval for each pair of sets that were meant to be alike, at the most training images
 * that it was run with, beside the paper's pair and chance.
 */
export function alikeFigure(records: readonly RunRecord[]): Figure {
  const groups = LIKENESSES.map((group) => ({
    ...group,
    runs: pairsAlike(records, group.likeness).map((runs) => runs[runs.length - 1]),
  }));
  const runs = groups.flatMap((group) => group.runs);
  const paper = appendixB.rows.map(({ name }) => `${name} (the paper)`);
  const chances = [...new Set(runs.map(({ result }) => result.chance))];
  const rows = [...paper, ...runs.map(pairName)];
  return {
    data: [
      paperTrace(paper),
      ...groups.filter((group) => group.runs.length > 0).map(oursTrace),
      ...chances.map((chance) => uprightChance(chance, -0.6, rows.length - 0.4)),
    ],
    layout: {
      ...baseLayout("Two sets that were meant to be alike", "Validation accuracy with 95% intervals"),
      xaxis: percentAxis("accuracy", 30, 100),
      yaxis: axis("", {
        tickvals: rows.map((_, row) => row),
        ticktext: rows.map(plainText),
        range: [rows.length - 0.4, -0.6],
        showgrid: false,
      }),
      height: 220 + 44 * rows.length,
      margin: { l: 64, r: 28, t: 72, b: 110 },
      legend: legendBelow(-0.28),
    },
  };

  function oursTrace({ name, color, runs }: typeof groups[number]): Trace {
    const accuracies = runs.map(({ result }) => result.accuracy);
    return {
      type: "scatter",
      mode: "markers+text",
      name: `ours, ${name}`,
      x: accuracies.map(({ value }) => 100 * value),
      y: runs.map((run) => rows.indexOf(pairName(run))),
      error_x: intervalBars(accuracies, color),
      marker: { color, size: 9 },
      text: accuracies.map(({ value }) => percentText(value)),
      textposition: "top center",
      textfont: { color },
      customdata: runs.map(({ experiment, result }) =>
        `${formatProportion(result.accuracy)}<br>${experiment.imagesPerDataset} training images each`
      ),
      hovertemplate: "%{customdata}<extra></extra>",
    };
  }
}

function paperTrace(names: string[]): Trace {
  const { rows } = appendixB;
  return {
    type: "scatter",
    mode: "markers+text",
    name: `the paper, ${appendixB.source}`,
    x: rows.map(({ percent }) => percent),
    y: names.map((_, row) => row),
    marker: { color: COLORS.paper, size: 9, symbol: "circle-open", line: { width: 1.6 } },
    text: rows.map(({ percent }) => `${percent}%`),
    textposition: "top center",
    textfont: { color: COLORS.paper },
    customdata: rows.map(({ imagesPerDataset }) => `${imagesPerDataset} training images each`),
    hovertemplate: "%{text}, %{customdata}<extra></extra>",
  };
}
