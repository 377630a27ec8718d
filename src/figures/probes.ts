import { type PaperRow, type PaperTable, type ProbedRecord, type ProbePoint } from "../paper/mod.ts";
import { probePoints, table7, table7Row, table8, table8Row } from "../paper/mod.ts";
import { formatProportion } from "../stats/mod.ts";
import { axis, baseLayout, COLORS, type Figure, intervalBars, legendBelow, percentAxis } from "./theme.ts";
import { percentText, plainText, type Trace, uprightChance } from "./theme.ts";

/** Height of one row, px. */
const ROW = 40;
/** Ours stands this far above the middle of its row and the paper as far below, so that neither hides the other. */
const DODGE = 0.1;

/** Table 7: dataset classification from features that were learnt without labels, beside full supervision and controls. */
export function selfSupervisedFigure(records: readonly ProbedRecord[]): Figure {
  return probesFigure(records, "Naming the dataset from features learnt without labels", {
    paper: table7,
    rowOf: table7Row,
  });
}

/**
 * Table 8: what the features of a dataset classifier know of semantics.
 *
 * @param records Probes of one task.
 * @param what Names the task in the title: "CIFAR-10's classes".
 */
export function semanticFigure(records: readonly ProbedRecord[], what: string): Figure {
  return probesFigure(records, `${what} from the dataset classifier's features`, {
    paper: table8,
    rowOf: table8Row,
  });
}

/** A table of the paper and which of its rows a row of ours stands beside. */
interface Beside {
  paper: PaperTable<PaperRow>;
  rowOf: (point: ProbePoint) => string | undefined;
}

/** One line of the figure. */
interface Row {
  name: string;
  ours?: ProbePoint;
  paper?: PaperRow;
}

function probesFigure(records: readonly ProbedRecord[], title: string, beside: Beside): Figure {
  const rows = rowsOf(probePoints(records), beside).toReversed(); // plotly counts from below
  const chance = records[0]?.result.chance ?? 0;
  return {
    data: [oursTrace(rows), paperTrace(rows, beside.paper), uprightChance(chance, -0.6, rows.length - 0.2)],
    layout: {
      ...baseLayout(plainText(title), "Validation accuracy of linear probes with 95% intervals"),
      height: 190 + ROW * rows.length,
      xaxis: percentAxis("accuracy", 0, 100),
      yaxis: axis("", {
        range: [-0.6, rows.length - 0.2],
        tickvals: [...rows.keys()],
        ticktext: rows.map(({ name }) => plainText(name)),
        showgrid: false,
      }),
      legend: legendBelow(-70 / (ROW * rows.length)),
    },
  };
}

/** Ours in their order, then what only the paper has. */
function rowsOf(points: readonly ProbePoint[], { paper, rowOf }: Beside): Row[] {
  const ours = points.map((point): Row => ({
    name: point.name,
    ours: point,
    paper: paper.rows.find(({ name }) => name === rowOf(point)),
  }));
  const alone = paper.rows.filter((row) => !ours.some(({ paper }) => paper === row));
  return [...ours, ...alone.map((row) => ({ name: `${row.name} (the paper)`, paper: row }))];
}

function oursTrace(rows: readonly Row[]): Trace {
  const found = [...rows.entries()].flatMap(([place, { ours }]) => ours ? [{ place, ...ours }] : []);
  const accuracies = found.map(({ accuracy }) => accuracy);
  return {
    type: "scatter",
    mode: "markers+text",
    name: "ours, 95% interval",
    x: accuracies.map(({ value }) => 100 * value),
    y: found.map(({ place }) => place + DODGE),
    error_x: intervalBars(accuracies, COLORS.ours),
    marker: { color: COLORS.ours, size: 9 },
    text: accuracies.map(({ value }) => percentText(value)),
    textposition: "top center",
    textfont: { color: COLORS.ours, size: 11 },
    customdata: found.map(({ name, accuracy, layer }) =>
      `${plainText(name)}<br>${formatProportion(accuracy)}${layer ? `<br>layer: ${layer}` : ""}`
    ),
    hovertemplate: "%{customdata}<extra></extra>",
  };
}

function paperTrace(rows: readonly Row[], { source }: PaperTable<PaperRow>): Trace {
  const found = [...rows.entries()].flatMap(([place, { paper }]) => paper ? [{ place, ...paper }] : []);
  return {
    type: "scatter",
    mode: "markers",
    name: `the paper, ${source} (other datasets)`,
    x: found.map(({ percent }) => percent),
    y: found.map(({ place }) => place - DODGE),
    marker: { color: COLORS.paper, size: 8, symbol: "circle-open", line: { width: 1.6 } },
    customdata: found.map(({ name, percent }) => `${name}: ${percent}%`),
    hovertemplate: "%{customdata} (the paper)<extra></extra>",
  };
}
