/** Figures of Table 2: its three-way combinations, its growing series, and pairs, which it lacks. */
import {
  accuracyDots,
  axis,
  baseLayout,
  chanceUpright,
  datasetAxis,
  type Figure,
  heatCells,
  heatCellsHeight,
  legendBelow,
  line,
  marginsWith,
  paperDots,
  percentAxis,
  plainText,
  rowEnds,
  rowsLayout,
  type Trace,
  trivialMarks,
} from "../../figures/mod.ts";
import {
  formatAccuracy,
  type LadderRecord,
  type PaperRow,
  type PaperTable,
  table2,
  table2Series,
} from "../../paper/mod.ts";
import { formatPercent } from "../../stats/mod.ts";
import {
  type Combination,
  combinationName,
  combinationsOfSize,
  growingSeries,
  triplesOf,
} from "./records.ts";

/** Rows that the paper's strip takes below ours. */
const STRIP = 3;

const nameAndAccuracy = (combination: Combination) =>
  `${plainText(combinationName(combination))}<br>${formatAccuracy(combination.accuracy)}`;

/** The same, and below it the best trivial learner where any was run. */
function ladderText(combination: Combination): string {
  const [best] = combination.learners;
  if (!best) return nameAndAccuracy(combination);
  return `${nameAndAccuracy(combination)}<br>best trivial learner: ${best.learner}, ${
    formatPercent(best.accuracy.value)
  }`;
}

/** A small grey mark for each trivial learner at the place of its combination; nothing where none was run. */
function rungMarks(
  combinations: readonly Combination[],
  along: "x" | "y",
  placeOf: (index: number) => number,
): Trace[] {
  const rungs = combinations.flatMap(({ learners }, i) => learners.map((rung) => ({ rung, at: placeOf(i) })));
  if (rungs.length === 0) return [];
  return [trivialMarks(rungs.map(({ rung }) => rung.accuracy), {
    name: "trivial learners on the same images",
    along,
    at: rungs.map(({ at }) => at),
    customdata: rungs.map(({ rung }) => `${rung.learner}<br>${formatAccuracy(rung.accuracy)}`),
    hovertemplate: "%{customdata}<extra></extra>",
  })];
}

/**
 * Table 2, three-way: one row a combination of ours, the easiest on top, with its 95% interval. The paper's
 * accuracies are of other datasets, so they have a strip of their own and are paired with nothing. Trivial
 * learners on the same images are small and grey.
 *
 * @param records Runs of a sweep over three-way combinations, and trivial learners; others are left out.
 * @param title Says what is told apart; the number of combinations is added.
 */
export function combinationsFigure(
  records: readonly LadderRecord[],
  title = "Telling three datasets apart",
): Figure {
  const triples = triplesOf(records).toSorted((a, b) => a.accuracy.value - b.accuracy.value);
  const count = triples.length + STRIP;
  const names = triples.map((triple, row) => ({ at: row + STRIP, text: plainText(combinationName(triple)) }));
  return {
    data: [
      ...rungMarks(triples, "x", (row) => row + STRIP),
      accuracyDots(triples.map(({ accuracy }) => accuracy), {
        name: "ours, 95% interval",
        along: "x",
        at: names.map(({ at }) => at),
        size: 8,
        text: triples.map(ladderText),
        hovertemplate: "%{text}<extra></extra>",
      }),
      paperStrip(table2),
      chanceUpright(1 / 3, rowEnds(count)),
    ],
    layout: rowsLayout(
      `${title}: ${triples.length} combinations`,
      "Validation accuracy with 95% intervals",
      {
        ticks: [{ at: 1, text: `the paper's ${table2.rows.length}<br>(other datasets)` }, ...names],
        count,
        rowHeight: 21,
        percents: [25, 100],
      },
    ),
  };
}

/** Spread over three levels, so that equal accuracies stay visible. */
function paperStrip({ rows, source }: PaperTable<PaperRow>): Trace {
  const sorted = rows.toSorted((a, b) => a.percent - b.percent);
  const last = sorted.length - 1;
  return paperDots(sorted.map(({ percent }) => percent), {
    name: `the paper, ${source}`,
    along: "x",
    at: sorted.map((_, index) => 0.5 + 0.5 * (index % 3)),
    size: 7,
    labels: {
      text: sorted.map(({ name }, index) => index === 0 || index === last ? name : ""),
      position: sorted.map((_, index) => index === 0 ? "middle left" : "middle right"),
      size: 11,
    },
    customdata: sorted.map(({ name }) => name),
    hovertemplate: "%{customdata} %{x}% (the paper)<extra></extra>",
  });
}

/** Ours stands this far to the left and the paper to the right, so that neither hides the other. */
const DODGE = 0.05;

/**
 * Table 2, more datasets: ours with 95% intervals beside the paper's, against the number of datasets, with
 * chance for each. Ours is the largest combination among the records and its beginnings. Trivial learners on
 * the same images are small and grey.
 */
export function numberOfDatasetsFigure(records: readonly LadderRecord[]): Figure {
  const series = growingSeries(records);
  const counts = [...new Set([...series.map(sizeOf), ...table2Series.rows.map(({ datasets }) => datasets)])]
    .toSorted((a, b) => a - b);
  return {
    data: [
      ...rungMarks(series, "y", (index) => sizeOf(series[index]) - DODGE),
      accuracyDots(series.map(({ accuracy }) => accuracy), {
        name: "ours, 95% interval",
        along: "y",
        at: series.map((point) => sizeOf(point) - DODGE),
        line: 2,
        labels: {
          text: series.map(({ accuracy }) => formatPercent(accuracy.value)),
          position: series.map((point) => isAbovePaper(point) ? "top right" : "bottom left"),
        },
        customdata: series.map(ladderText),
        hovertemplate: "%{customdata}<extra></extra>",
      }),
      paperSeries(series),
      // A dashed step of its own for each number of datasets.
      line("chance, 1/N", {
        x: counts.flatMap((count) => [count - 0.3, count + 0.3, null]),
        y: counts.flatMap((count) => [100 / count, 100 / count, null]),
        dash: "dash",
        hovertemplate: "chance %{y:.1f}%<extra></extra>",
      }),
    ],
    layout: {
      ...baseLayout("Telling more datasets apart", "Validation accuracy with 95% intervals"),
      xaxis: axis("number of datasets", {
        range: [counts[0] - 0.5, counts[counts.length - 1] + 0.8],
        tickvals: counts,
        ticktext: counts.map((count) => tickText(count, series)),
        showgrid: false,
      }),
      yaxis: percentAxis("accuracy", 0, 100),
      height: 480,
      margin: marginsWith(110),
      legend: legendBelow(-0.26),
    },
  };
}

const sizeOf = ({ datasets }: Combination) => datasets.length;

/** "3" and below it our three datasets, then what each step adds. */
function tickText(count: number, series: readonly Combination[]): string {
  const position = series.findIndex((combination) => sizeOf(combination) === count);
  if (position < 0) return `${count}`;
  const before = position > 0 ? series[position - 1].datasets : [];
  const added = series[position].datasets.filter((dataset) => !before.includes(dataset));
  return `${count}<br>${position > 0 ? "+ " : ""}${plainText(added.join(", "))}`;
}

function paperSeries(series: readonly Combination[]): Trace {
  const { rows, source } = table2Series;
  const isBelow = (count: number) => series.some((point) => sizeOf(point) === count && isAbovePaper(point));
  return paperDots(rows.map(({ percent }) => percent), {
    name: `the paper, ${source} (other datasets)`,
    along: "y",
    at: rows.map(({ datasets }) => datasets + DODGE),
    line: 1.5,
    labels: {
      text: rows.map(({ name, percent }) => `${name} ${percent}%`),
      position: rows.map(({ datasets }) => isBelow(datasets) ? "bottom left" : "top right"),
      size: 12,
    },
    hovertemplate: "%{text} (the paper)<extra></extra>",
  });
}

/** Labels of the upper series stand above it, those of the lower below, so that they don't meet. */
function isAbovePaper({ datasets, accuracy }: Combination): boolean {
  const paper = table2Series.rows.find((row) => row.datasets === datasets.length);
  return paper === undefined || 100 * accuracy.value >= paper.percent;
}

/**
 * How well each two datasets are told apart, with 95% intervals: one cell a pair, the paler the closer to
 * chance. The runs of a pair, and the best trivial learner, are in its hover text.
 *
 * @param records Runs of a sweep over pairs, and trivial learners; others are left out.
 */
export function pairwiseFigure(records: readonly LadderRecord[]): Figure {
  const pairs = combinationsOfSize(records, 2);
  const hoverText = (pair: Combination) => `${ladderText(pair)}<br>${runsText(pair)}<extra></extra>`;
  const datasets = [...new Set(pairs.flatMap((pair) => pair.datasets))];
  const [columns, rows] = [datasets.slice(0, -1), datasets.slice(1)];
  const cells = rows.map((row, r) =>
    columns.map((column, c) => c <= r ? pairOf(pairs, row, column) : undefined)
  );
  const each = <T>(draw: (pair: Combination) => T, none: T) =>
    cells.map((row) => row.map((pair) => pair ? draw(pair) : none));
  const values = each<number | null>(({ accuracy }) => accuracy.value, null);
  return {
    data: [
      heatCells({ values, texts: each(cellText, ""), hovers: each(hoverText, "") }, {
        least: 0.5,
        smallText: datasets.length > 7,
        hoverongaps: false,
      }),
    ],
    layout: {
      ...baseLayout(
        `Telling two datasets apart: ${pairs.length} pairs`,
        "Validation accuracy with 95% intervals; chance is 50%",
      ),
      height: heatCellsHeight(rows.length),
      xaxis: datasetAxis("", columns, { tickangle: 0 }),
      yaxis: datasetAxis("", rows, { autorange: "reversed" }),
    },
  };
}

function pairOf(pairs: readonly Combination[], a: string, b: string): Combination | undefined {
  return pairs.find(({ datasets }) => datasets.includes(a) && datasets.includes(b));
}

function cellText({ accuracy: { value, low, high } }: Combination): string {
  return `${formatPercent(value)}<br>[${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
}

const runsText = ({ runs }: Combination) => runs.map((hash) => `runs/${hash}`).join("<br>");
