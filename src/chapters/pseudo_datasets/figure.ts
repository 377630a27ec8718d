import type { RunRecord } from "../../experiments/mod.ts";
import {
  accuracyDots,
  baseLayout,
  chanceAcross,
  COLORS,
  type Figure,
  legendBelow,
  logAxis,
  marginsWith,
  PALETTE,
  paperDots,
  percentAxis,
  type PlotlyLayout,
  type Trace,
} from "../../figures/mod.ts";
import { table6 } from "../../paper/mod.ts";
import { formatProportion, type Proportion } from "../../stats/mod.ts";
import { runsOfKind } from "./records.ts";

/** How each kind of run is drawn; what can only be memorised is warm, what can be told apart blue. */
const STYLES = {
  "pseudo": { name: "pseudo-datasets", color: PALETTE[1], symbol: "circle" },
  "pseudo, augmented": { name: "pseudo-datasets, augmented", color: PALETTE[4], symbol: "square" },
  "random labels": { name: "real datasets, random labels", color: PALETTE[3], symbol: "diamond" },
  "real": { name: "real datasets", color: PALETTE[0], symbol: "triangle-up" },
} as const;

type PseudoDatasetKind = keyof typeof STYLES;
const KINDS = Object.keys(STYLES) as PseudoDatasetKind[];

/** Each kind stands this factor beside the next, so that none hides another where all are at 100%. */
const DODGE = 1.06;

/**
 * Table 6: training accuracy (left) and validation accuracy (right) with 95% intervals against the images of
 * each set, for sets that can only be memorised beside real datasets of the same size, with the paper's
 * training accuracies. Runs that differ in their seed are drawn one by one.
 */
export function memorizationFigure(records: readonly RunRecord[]): Figure {
  const kinds = KINDS.filter((kind) => runsOfKind(records, kind).length > 0);
  const chances = [...new Set(records.map(({ result }) => result.chance))];
  const sizes = [...records.map(sizeOf), ...table6.rows.map(({ imagesPerSet }) => imagesPerSet)];
  const ends: [number, number] = [Math.min(...sizes) / 1.4, Math.max(...sizes) * 1.4];
  return {
    data: [
      ...kinds.flatMap((kind) => [
        oursTrace(kind, records, ({ training }) => training, ""),
        oursTrace(kind, records, ({ accuracy }) => accuracy, "2"),
      ]),
      ...paperTraces(),
      ...chances.flatMap((chance) =>
        ["", "2"].map((panel) => chanceAcross(chance, ends, { legendgroup: "chance", ...placed(panel) }))
      ),
    ],
    layout: {
      ...baseLayout(
        "Memorised, or told apart",
        `Accuracy with 95% intervals; the paper: ${table6.source}, other datasets`,
      ),
      grid: { rows: 1, columns: 2, pattern: "independent", xgap: 0.22 },
      xaxis: sizeAxis(ends),
      xaxis2: sizeAxis(ends),
      yaxis: percentAxis("on training images", 0, 104),
      yaxis2: percentAxis("on images never seen", 0, 104),
      height: 520,
      margin: marginsWith(140),
      legend: legendBelow(-0.2),
      annotations: paperFailures(),
    },
  };
}

const sizeOf = ({ experiment }: RunRecord) => experiment.imagesPerDataset;

function sizeAxis(ends: [number, number]): PlotlyLayout {
  return logAxis("training images per set", { range: ends.map(Math.log10) });
}

function oursTrace(
  kind: PseudoDatasetKind,
  records: readonly RunRecord[],
  accuracyOf: (result: RunRecord["result"]) => Proportion,
  panel: "" | "2",
): Trace {
  const { name, color, symbol } = STYLES[kind];
  const runs = runsOfKind(records, kind);
  const accuracies = runs.map(({ result }) => accuracyOf(result));
  return accuracyDots(accuracies, {
    name: `ours, ${name}`,
    along: "y",
    at: runs.map((run) => sizeOf(run) * DODGE ** (KINDS.indexOf(kind) - 1.5)),
    color,
    symbol,
    line: 2,
    legendgroup: kind,
    ...placed(panel),
    customdata: runs.map((run, i) => `${sizeOf(run)} images a set: ${formatProportion(accuracies[i])}`),
    hovertemplate: "%{customdata}",
  });
}

/** A trace's panel, "" or "2"; the legend names it once, in the first. */
function placed(panel: string): PlotlyLayout {
  return { showlegend: panel === "", xaxis: `x${panel}`, yaxis: `y${panel}` };
}

const COLUMNS = ["withoutAugmentation", "withAugmentation"] as const;

/** The paper's stand outside of ours. */
const paperX = (imagesPerSet: number, column: number) => imagesPerSet * DODGE ** (column ? 2.5 : -2.5);

function paperTraces(): Trace[] {
  return COLUMNS.map((column, i): Trace => {
    const rows = table6.rows.filter((row) => row[column] !== null);
    return paperDots(rows.map((row) => row[column]), {
      name: `the paper, ${i ? "augmented" : "without augmentation"}`,
      along: "y",
      at: rows.map(({ imagesPerSet }) => paperX(imagesPerSet, i)),
      size: 9,
      symbol: i ? "square" : "circle",
      hovertemplate: "%{y}% (the paper)<extra></extra>",
    });
  });
}

/** The paper prints no accuracy where training fails: words stand for it. */
function paperFailures(): PlotlyLayout[] {
  return table6.rows.flatMap((row) => {
    const failing = COLUMNS.filter((column) => row[column] === null);
    if (failing.length === 0) return [];
    const which = failing.length === COLUMNS.length ? "" : "augmented:<br>";
    return [{
      xref: "x",
      yref: "y",
      x: Math.log10(row.imagesPerSet),
      y: 1,
      yanchor: "bottom",
      text: `the paper,<br>${which}fails`,
      showarrow: false,
      font: { size: 11, color: COLORS.paper },
    }];
  });
}
