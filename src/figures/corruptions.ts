import { type Corruption, corruptionName, corruptionSizes, scaleCorruption } from "../images/mod.ts";
import { type Corrupted, corruptedOf, table5 } from "../paper/mod.ts";
import { formatProportion } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { axis, baseLayout, COLORS, type Figure, intervalBars, legendBelow, percentAxis } from "./theme.ts";
import { plainText, type Trace, uprightChance } from "./theme.ts";

/** Height of a corruption's row, px. */
const ROW = 42;
/** Ours stands this far above a row's middle and the paper this far below, so that neither hides the other. */
const DODGE = 0.14;

/** A line of the figure: a corruption of ours, of the paper, or the same of both. */
interface Row {
  name: string;
  ours?: Corrupted;
  /** Accuracy, %. */
  paper?: number;
}

/**
 * Table 5: accuracy under each corruption with its 95% interval beside the paper's, which is of other datasets. Corruptions that are
 * not the paper's stand below without one.
 *
 * @param records Runs of a sweep over corruptions; without one: the images as they are.
 * @param side Side of the stored images, px: the paper's sizes are scaled to it (`scaleCorruption`).
 */
export function corruptionsFigure(records: readonly RunRecord[], { side }: { side: number }): Figure {
  const rows = rowsOf(corruptedOf(records), side).toReversed();
  const positions = rows.map((_, index) => index);
  const chances = [...new Set(records.map(({ result }) => result.chance))];
  return {
    data: [
      oursTrace(rows),
      paperTrace(rows),
      ...chances.map((chance) => uprightChance(chance, -0.6, rows.length - 0.4)),
    ],
    layout: {
      ...baseLayout("Telling corrupted datasets apart", "Validation accuracy with 95% intervals"),
      height: 190 + ROW * rows.length,
      xaxis: percentAxis("accuracy", Math.min(25, ...chances.map((chance) => 100 * chance - 5)), 100),
      yaxis: axis("", {
        range: [-0.6, rows.length - 0.4],
        tickvals: positions,
        ticktext: rows.map(({ name }) => name),
        showgrid: false,
      }),
      legend: legendBelow(-70 / (ROW * rows.length)),
    },
  };
}

function rowsOf(ours: readonly Corrupted[], side: number): Row[] {
  const scaled = (corruption: Corruption | null) => corruption && scaleCorruption(corruption, side);
  const found = new Set<Corrupted>();
  const table = table5.rows.map(({ name, percent, corruption }) => {
    const here = corruptionName(scaled(corruption));
    const run = ours.find((candidate) => corruptionName(candidate.corruption) === here);
    if (run) found.add(run);
    return { name: plainText(name) + sizeHere(scaled(corruption), side), ours: run, paper: percent };
  });
  const others = ours.filter((run) => !found.has(run));
  return [...table, ...others.map((run) => ({ name: plainText(corruptionName(run.corruption)), ours: run }))];
}

/** What a size of the paper is for our images. */
function sizeHere(corruption: Corruption | null, side: number): string {
  const sizes = corruption ? Object.values(corruptionSizes(corruption)) : [];
  return sizes.map((size) => `<br>(here ${size} px of ${side})`).join("");
}

function oursTrace(rows: readonly Row[]): Trace {
  const points = rows.flatMap(({ ours, name }, at) => ours ? [{ ...ours, name, at }] : []);
  const accuracies = points.map(({ accuracy }) => accuracy);
  return {
    type: "scatter",
    mode: "markers",
    name: "ours, 95% interval",
    x: accuracies.map(({ value }) => 100 * value),
    y: points.map(({ at }) => at + DODGE),
    error_x: intervalBars(accuracies, COLORS.ours),
    marker: { color: COLORS.ours, size: 9 },
    customdata: points.map(({ name, accuracy }) => `${name}<br>${formatProportion(accuracy)}`),
    hovertemplate: "%{customdata}<extra></extra>",
  };
}

function paperTrace(rows: readonly Row[]): Trace {
  const points = rows.flatMap(({ paper, name }, at) => paper === undefined ? [] : [{ paper, name, at }]);
  return {
    type: "scatter",
    mode: "markers",
    name: `the paper, ${table5.source} (other datasets)`,
    x: points.map(({ paper }) => paper),
    y: points.map(({ at }) => at - DODGE),
    marker: { color: COLORS.paper, size: 8, symbol: "circle-open", line: { width: 1.6 } },
    customdata: points.map(({ name, paper }) => `${name}<br>${paper}% (the paper)`),
    hovertemplate: "%{customdata}<extra></extra>",
  };
}
