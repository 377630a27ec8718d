import {
  type PaperRow,
  type PaperTable,
  type ProbedRecord,
  type ProbePoint,
  probePoints,
} from "../paper/mod.ts";
import { formatPercent, formatProportion } from "../stats/mod.ts";
import { accuracyDots, chanceUpright, paperDots, rowEnds, rowsLayout } from "./marks.ts";
import { twoPanels } from "./panels.ts";
import { type Figure, percentAxis, plainText, type PlotlyLayout, rangeAround, type Trace } from "./theme.ts";

/** Ours stands this far above its row and the paper below, so that neither hides the other. */
const DODGE = 0.1;
/** Cut off above the uppermost row, less than usual: its label stands above it. */
const FREE = 0.2;

/** The part of the paper that stands beside ours. */
interface ProbesFigureOptions {
  paper: PaperTable<PaperRow>;
  /** Name of the paper's row that a row of ours stands beside. */
  rowOf: (point: ProbePoint) => string | undefined;
  /**
   * Chance of the paper's task, [0, 1]. Where ours is another, its rows have a panel of their own, at the
   * left. Default: ours, or none without records.
   */
  paperChance?: number;
}

/** One line of the figure. */
interface ProbeRow {
  name: string;
  ours?: ProbePoint;
  paper?: PaperRow;
}

/**
 * Tables 7 and 8: linear probes of one task with 95% intervals, beside the paper's rows. Where the paper's
 * task has another chance, the same accuracy means something else there: its rows stand in a panel at the
 * left.
 */
export function probesFigure(
  records: readonly ProbedRecord[],
  title: string,
  { paper, rowOf, paperChance }: ProbesFigureOptions,
): Figure {
  const rows = rowsOf(probePoints(records), { paper, rowOf }).toReversed(); // plotly counts from below
  const chance = records[0]?.result.chance ?? paperChance;
  const isApart = chance !== undefined && paperChance !== undefined && paperChance !== chance;
  const dodge = isApart ? 0 : DODGE;
  const ends = rowEnds(rows.length, FREE);
  const layout = rowsLayout(plainText(title), "Validation accuracy of linear probes with 95% intervals", {
    ticks: rows.map(({ name }, at) => ({ at, text: plainText(name) })),
    count: rows.length,
    rowHeight: 40,
    percents: [0, 100],
    free: FREE,
  });
  const ours = oursTrace(rows, dodge);
  const printed = paperTrace(rows, paper.source, dodge);
  if (!isApart) {
    return { data: [ours, printed, ...(chance === undefined ? [] : [chanceUpright(chance, ends)])], layout };
  }
  const highest = rows.flatMap(({ ours }) => ours ? [100 * ours.accuracy.high] : []);
  return {
    data: [
      { ...ours, xaxis: "x2" },
      printed,
      chanceUpright(paperChance, ends, { name: chanceName(paperChance, "the paper's task") }),
      chanceUpright(chance, ends, { xaxis: "x2", name: chanceName(chance, "ours") }),
    ],
    layout: { ...layout, ...apart(layout, paper, rangeAround([...highest, 100 * chance])[1]) },
  };
}

/** The axes of both panels: the paper's to 100%, ours to the highest of its marks; both begin at 0. */
function apart(layout: PlotlyLayout, { source }: PaperTable<PaperRow>, highest: number): PlotlyLayout {
  const { paper, ours, headings } = twoPanels({ paper: `The paper, ${source}`, ours: "Ours" });
  return {
    xaxis: percentAxis("accuracy", 0, 100, { domain: paper, dtick: 20 }),
    xaxis2: percentAxis("accuracy", 0, highest, { domain: ours, anchor: "y" }),
    annotations: headings,
    margin: { ...layout.margin as object, t: 96 },
    height: layout.height as number + 24,
  };
}

const chanceName = (chance: number, where: string) => `chance of ${where}, ${formatPercent(chance)}`;

function oursTrace(rows: readonly ProbeRow[], dodge: number): Trace {
  const ours = rows.flatMap(({ ours }, at) => ours ? [{ at, ...ours }] : []);
  return accuracyDots(ours.map(({ accuracy }) => accuracy), {
    name: "ours, 95% interval",
    along: "x",
    at: ours.map(({ at }) => at + dodge),
    labels: {
      text: ours.map(({ accuracy }) => formatPercent(accuracy.value)),
      position: "top center",
      size: 11,
    },
    customdata: ours.map(({ name, accuracy, layer }) =>
      `${plainText(name)}<br>${formatProportion(accuracy)}${layer ? `<br>layer: ${layer}` : ""}`
    ),
    hovertemplate: "%{customdata}<extra></extra>",
  });
}

function paperTrace(rows: readonly ProbeRow[], source: string, dodge: number): Trace {
  const printed = rows.flatMap(({ paper }, at) => paper ? [{ at, ...paper }] : []);
  return paperDots(printed.map(({ percent }) => percent), {
    name: `the paper, ${source} (other datasets)`,
    along: "x",
    at: printed.map(({ at }) => at - dodge),
    customdata: printed.map(({ name, percent }) => `${name}: ${percent}%`),
    hovertemplate: "%{customdata} (the paper)<extra></extra>",
  });
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
