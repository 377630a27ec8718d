import {
  type PaperRow,
  type PaperTable,
  type ProbedRecord,
  type ProbePoint,
  probePoints,
} from "../paper/mod.ts";
import { formatPercent, formatProportion } from "../stats/mod.ts";
import { accuracyDots, chanceUpright, paperDots, rowEnds, rowsLayout } from "./marks.ts";
import { type Figure, plainText } from "./theme.ts";

/** Ours stands this far above its row and the paper below, so that neither hides the other. */
const DODGE = 0.1;
/** Cut off above the uppermost row, less than usual: its label stands above it. */
const FREE = 0.2;

/** The part of the paper that stands beside ours. */
interface ProbesFigureOptions {
  paper: PaperTable<PaperRow>;
  /** Name of the paper's row that a row of ours stands beside. */
  rowOf: (point: ProbePoint) => string | undefined;
}

/** One line of the figure. */
interface ProbeRow {
  name: string;
  ours?: ProbePoint;
  paper?: PaperRow;
}

/** Tables 7 and 8: linear probes of one task with 95% intervals, beside the paper's rows. */
export function probesFigure(
  records: readonly ProbedRecord[],
  title: string,
  { paper, rowOf }: ProbesFigureOptions,
): Figure {
  const rows = rowsOf(probePoints(records), { paper, rowOf }).toReversed(); // plotly counts from below
  const ours = rows.flatMap(({ ours }, at) => ours ? [{ at, ...ours }] : []);
  const printed = rows.flatMap(({ paper }, at) => paper ? [{ at, ...paper }] : []);
  return {
    data: [
      accuracyDots(ours.map(({ accuracy }) => accuracy), {
        name: "ours, 95% interval",
        along: "x",
        at: ours.map(({ at }) => at + DODGE),
        labels: {
          text: ours.map(({ accuracy }) => formatPercent(accuracy.value)),
          position: "top center",
          size: 11,
        },
        customdata: ours.map(({ name, accuracy, layer }) =>
          `${plainText(name)}<br>${formatProportion(accuracy)}${layer ? `<br>layer: ${layer}` : ""}`
        ),
        hovertemplate: "%{customdata}<extra></extra>",
      }),
      paperDots(printed.map(({ percent }) => percent), {
        name: `the paper, ${paper.source} (other datasets)`,
        along: "x",
        at: printed.map(({ at }) => at - DODGE),
        customdata: printed.map(({ name, percent }) => `${name}: ${percent}%`),
        hovertemplate: "%{customdata} (the paper)<extra></extra>",
      }),
      chanceUpright(records[0]?.result.chance ?? 0, rowEnds(rows.length, FREE)),
    ],
    layout: rowsLayout(plainText(title), "Validation accuracy of linear probes with 95% intervals", {
      ticks: rows.map(({ name }, at) => ({ at, text: plainText(name) })),
      count: rows.length,
      rowHeight: 40,
      percents: [0, 100],
      free: FREE,
    }),
  };
}

/** Ours in their order, then what only the paper has. */
function rowsOf(points: readonly ProbePoint[], { paper, rowOf }: ProbesFigureOptions): ProbeRow[] {
  const ours = points.map((point): ProbeRow => ({
    name: point.name,
    ours: point,
    paper: paper.rows.find(({ name }) => name === rowOf(point)),
  }));
  const alone = paper.rows.filter((row) => !ours.some(({ paper }) => paper === row));
  return [...ours, ...alone.map((row) => ({ name: `${row.name} (the paper)`, paper: row }))];
}
