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
  INTERVALS,
  LEGEND_BELOW,
  line,
  marginRange,
  measureAxis,
  measureText,
  paperDots,
  percentAxis,
  plainText,
  type PlotlyLayout,
  pointsText,
  rangeAround,
  rowEnds,
  rowsLayout,
  type Step,
  type Trace,
  trivialMarks,
  withReadings,
  withSlider,
  zeroLine,
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
  measuresOf,
  triplesOf,
} from "./records.ts";

type Measure = ReturnType<typeof measuresOf>[number];

/** Epochs that a slider goes through, at most. */
const MOST_STEPS = 12;

/** Up to {@link MOST_STEPS} epochs, evenly spaced, the last of the longest run at their end. */
function epochsOf(combinations: readonly Combination[]): number[] {
  const lengths = combinations.flatMap(({ records }) => records.map(({ epochs }) => epochs.length));
  const last = Math.max(0, ...lengths);
  if (lengths.includes(0)) return [];
  const count = Math.min(MOST_STEPS, last);
  return Array.from({ length: count }, (_, step) => Math.round((step + 1) * last / count));
}

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
  { base }: Measure,
): Trace[] {
  const rungs = combinations.flatMap((combination, i) =>
    combination.learners.map((rung) => {
      return { rung, at: placeOf(i), value: rung.accuracy.value - base(combination) };
    })
  );
  if (rungs.length === 0) return [];
  return [trivialMarks(rungs, {
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
 * learners on the same images are small and grey. Buttons choose the measure, a slider the epoch.
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
  const measures = measuresOf(triples);
  const epochs = epochsOf(triples);
  const ours = measures.map((measure) =>
    accuracyDots(triples.map(measure.of), {
      name: "ours, 95% interval",
      along: "x",
      at: names.map(({ at }) => at),
      size: 8,
      text: triples.map(ladderText),
      customdata: names.map(({ text }) => text),
      hovertemplate: `%{text}${pointsText(measure, "x")}<extra></extra>`,
    })
  );
  const readings = measures.map((measure, m) => ({
    label: measure.name,
    data: [
      ...rungMarks(triples, "x", (row) => row + STRIP, measure),
      ours[m],
      ...(measure.isMoved ? [paperStrip(table2, measure)] : []),
      measure.zero ? zeroLine(measure.zero, "x", rowEnds(count)) : chanceUpright(1 / 3, rowEnds(count)),
    ],
    layout: {
      ...measureAxis("xaxis", measure, rangeOf(measure, triples, epochs)),
      "yaxis.range": measure.isMoved ? rowEnds(count) : [STRIP - 0.6, rowEnds(count)[1]],
    },
  }));
  const layout = rowsLayout(
    `${title}: ${triples.length} combinations`,
    INTERVALS,
    {
      ticks: [{ at: 1, text: `the paper's ${table2.rows.length}<br>(other datasets)` }, ...names],
      count,
      rowHeight: 21,
      percents: rangeOf(measures[0], triples, epochs),
    },
  );
  const earlier = epochs.slice(0, -1).map((epoch): Step => ({
    label: `${epoch}`,
    changes: measures.map((measure) => afterEpoch(triples, measure, epoch)),
  }));
  const drawn = readings.flatMap(({ data }) => data);
  return withSlider(withReadings(layout, readings), earlier, {
    traces: ours.map((trace) => drawn.indexOf(trace)),
    last: `${epochs.at(-1)}`,
    prefix: "after epoch ",
  });
}

/** The range of a measure of three datasets, the paper's among them, after every epoch that is shown. */
function rangeOf(
  measure: Measure,
  triples: readonly Combination[],
  epochs: readonly number[],
): [low: number, high: number] {
  const early = epochs.flatMap((epoch) => triples.map((triple) => measure.after(triple, epoch)));
  const ends = [...triples.map(measure.of), ...early].flatMap(({ low, high }) => [100 * low, 100 * high]);
  const rungs = triples.flatMap((triple) =>
    triple.learners.map(({ accuracy }) => 100 * (accuracy.value - measure.base(triple)))
  );
  if (!measure.zero) return [Math.min(25, rangeAround([...ends, ...rungs])[0]), 100];
  return marginRange([...ends, ...rungs, ...(measure.isMoved ? [100 - 100 / 3] : [])]);
}

/** A step of the slider to an epoch, in thousandths of a point, which keeps the notebook small. */
function afterEpoch(triples: readonly Combination[], measure: Measure, epoch: number): PlotlyLayout {
  const points = triples.map((triple) => measure.after(triple, epoch));
  const percents = (share: (point: typeof points[number]) => number) =>
    points.map((point) => Number((100 * share(point)).toFixed(3)));
  return {
    x: percents(({ value }) => value),
    "error_x.array": percents(({ value, high }) => high - value),
    "error_x.arrayminus": percents(({ value, low }) => value - low),
    "error_x.visible": measure.isMoved,
    hovertemplate: `%{customdata}<br>after epoch ${epoch}: ${
      measure.zero ? `%{x:+.1f} points from ${measure.zero}` : "%{x:.1f}%"
    }<extra></extra>`,
  };
}

/** Spread over three levels, so that equal accuracies stay visible. */
function paperStrip({ rows, source }: PaperTable<PaperRow>, measure: Measure): Trace {
  const sorted = rows.toSorted((a, b) => a.percent - b.percent);
  const last = sorted.length - 1;
  return paperDots(sorted.map(({ percent }) => measure.zero ? percent - 100 / 3 : percent), {
    name: `the paper, ${source}`,
    along: "x",
    at: sorted.map((_, index) => 0.5 + 0.5 * (index % 3)),
    size: 7,
    labels: {
      text: sorted.map(({ name }, index) => index === 0 || index === last ? name : ""),
      position: sorted.map((_, index) => index === 0 ? "middle left" : "middle right"),
      size: 11,
    },
    customdata: sorted.map(({ name, percent }) => `${name} ${percent}% (the paper)`),
    hovertemplate: `%{customdata}${pointsText(measure, "x")}<extra></extra>`,
  });
}

/** Ours stands this far to the left and the paper to the right, so that neither hides the other. */
const DODGE = 0.05;

/**
 * Table 2, more datasets: ours with 95% intervals beside the paper's, against the number of datasets, with
 * chance for each. Ours is the largest combination among the records and its beginnings. Trivial learners on
 * the same images are small and grey. Buttons choose the measure.
 */
export function numberOfDatasetsFigure(records: readonly LadderRecord[]): Figure {
  const series = growingSeries(records);
  const counts = [...new Set([...series.map(sizeOf), ...table2Series.rows.map(({ datasets }) => datasets)])]
    .toSorted((a, b) => a - b);
  const readings = measuresOf(series).map((measure) => ({
    label: measure.name,
    data: seriesTraces(series, counts, measure),
    layout: measureAxis("yaxis", measure, seriesRange(series, measure)),
  }));
  return withReadings({
    ...baseLayout("Telling more datasets apart", INTERVALS),
    xaxis: axis("number of datasets", {
      range: [counts[0] - 0.5, counts[counts.length - 1] + 0.8],
      tickvals: counts,
      ticktext: counts.map((count) => tickText(count, series)),
      showgrid: false,
    }),
    yaxis: percentAxis("accuracy", 0, 100),
    height: 480,
    legend: LEGEND_BELOW,
  }, readings);
}

/** The series by one measure, and the paper's where it has that measure. */
function seriesTraces(
  series: readonly Combination[],
  counts: readonly number[],
  measure: Measure,
): Trace[] {
  const points = series.map(measure.of);
  return [
    ...rungMarks(series, "y", (index) => sizeOf(series[index]) - DODGE, measure),
    accuracyDots(points, {
      name: "ours, 95% interval",
      along: "y",
      at: series.map((point) => sizeOf(point) - DODGE),
      line: 2,
      labels: {
        text: points.map(({ value }) => measureText(100 * value, measure)),
        position: series.map((point) => isAbovePaper(point) ? "top right" : "bottom left"),
      },
      customdata: series.map(ladderText),
      hovertemplate: `%{customdata}${pointsText(measure, "y")}<extra></extra>`,
    }),
    ...(measure.isMoved ? [paperSeries(series, measure)] : []),
    zeroOfSeries(counts, measure),
  ];
}

/** Chance as a dashed step of its own for each number of datasets; zero is the same for all. */
function zeroOfSeries(counts: readonly number[], { zero }: Measure): Trace {
  const x = counts.flatMap((count) => [count - 0.3, count + 0.3, null]);
  if (zero) return zeroLine(zero, "y", x);
  return line("chance, 1/N", {
    x,
    y: counts.flatMap((count) => [100 / count, 100 / count, null]),
    dash: "dash",
    hovertemplate: "chance %{y:.1f}%<extra></extra>",
  });
}

/** The range of a measure of the series. */
function seriesRange(series: readonly Combination[], measure: Measure): [low: number, high: number] {
  if (!measure.zero) return [0, 100];
  const ours = series.flatMap((point) => [
    ...[measure.of(point)].flatMap(({ low, high }) => [low, high]),
    ...point.learners.map(({ accuracy }) => accuracy.value - measure.base(point)),
  ]);
  const paper = measure.isMoved
    ? table2Series.rows.map(({ percent, datasets }) => percent - 100 / datasets)
    : [];
  return marginRange([...ours.map((share) => 100 * share), ...paper]);
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

function paperSeries(series: readonly Combination[], measure: Measure): Trace {
  const { rows, source } = table2Series;
  const isBelow = (count: number) => series.some((point) => sizeOf(point) === count && isAbovePaper(point));
  const values = rows.map(({ percent, datasets }) => measure.zero ? percent - 100 / datasets : percent);
  return paperDots(values, {
    name: `the paper, ${source} (other datasets)`,
    along: "y",
    at: rows.map(({ datasets }) => datasets + DODGE),
    line: 1.5,
    labels: {
      text: rows.map(({ name, percent }, i) =>
        `${name} ${measure.zero ? measureText(values[i], measure) : `${percent}%`}`
      ),
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
 * chance. The runs of a pair, and the best trivial learner, are in its hover text. Buttons choose the
 * measure.
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
  const readings = measuresOf(pairs).map((measure) => ({
    label: measure.name,
    data: [
      heatCells({
        values: each<number | null>((pair) => measure.of(pair).value, null),
        texts: each((pair) => cellText(measure.of(pair), measure), ""),
        hovers: each(hoverText, ""),
      }, {
        least: measure.zero ? 0 : 0.5,
        ...(measure.zero && { zmax: 0.5 }),
        smallText: datasets.length > 7,
        hoverongaps: false,
      }),
    ],
    layout: {
      "title.subtitle.text": measure.zero
        ? `Points of validation accuracy from ${measure.zero}, with 95% intervals`
        : PAIRS_SUBTITLE,
    },
  }));
  return withReadings({
    ...baseLayout(`Telling two datasets apart: ${pairs.length} pairs`, PAIRS_SUBTITLE),
    height: heatCellsHeight(rows.length),
    xaxis: datasetAxis("", columns, { tickangle: 0 }),
    yaxis: datasetAxis("", rows, { autorange: "reversed" }),
  }, readings);
}

const PAIRS_SUBTITLE = `${INTERVALS}; chance is 50%`;

function pairOf(pairs: readonly Combination[], a: string, b: string): Combination | undefined {
  return pairs.find(({ datasets }) => datasets.includes(a) && datasets.includes(b));
}

function cellText({ value, low, high }: ReturnType<Measure["of"]>, measure: Measure): string {
  const [least, most] = [low, high].map((share) => (100 * share).toFixed(1));
  return `${measureText(100 * value, measure)}<br>[${least}, ${most}]`;
}

const runsText = ({ runs }: Combination) => runs.map((hash) => `runs/${hash}`).join("<br>");
