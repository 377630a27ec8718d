import { formatProportion } from "../stats/mod.ts";
import type { Experiment, RunRecord } from "../experiments/mod.ts";
import { accuracyDots, chanceDash, line } from "./marks.ts";
import { runNames } from "./run_names.ts";
import {
  axis,
  baseLayout,
  COLORS,
  type Figure,
  LEGEND_BELOW,
  PALETTE,
  percentAxis,
  plainText,
  type PlotlyLayout,
  rangeAround,
  type Trace,
} from "./theme.ts";

/**
 * Up to this many runs each has a color of its own. Above it runs of different numbers of datasets are
 * colored by that number; of one number the hardest and the easiest are, and the others are grey.
 */
const OWN_COLOR_LIMIT = PALETTE.length;

/**
 * Figure 6: validation accuracy (above, with chance dashed and the 95% interval at the end) and training loss
 * (below) against epochs, one line a run.
 *
 * @param nameOf What a run is called; of several with one name each gets its seed. Default: by its datasets.
 */
export function learningCurvesFigure(
  records: readonly RunRecord[],
  nameOf?: (experiment: Experiment) => string,
): Figure {
  const names = runNames(records, nameOf).map(plainText);
  const counts = [...new Set(records.map(countOf))].toSorted((a, b) => a - b);
  const lastEpoch = Math.max(1, ...records.map(({ epochs }) => epochs.length));
  const ranked = records.toSorted((a, b) => a.result.accuracy.value - b.result.accuracy.value);
  const isRanked = records.length > OWN_COLOR_LIMIT && counts.length === 1;
  const isByNumber = records.length > OWN_COLOR_LIMIT && counts.length > 1;
  const styled = records.map((record, index) => {
    const run = names[index];
    const style = isRanked ? amongOthers(record, ranked, run) : styleOf(record, index, records, counts, run);
    return { record, style };
  }).toSorted((a, b) => a.style.width - b.style.width); // the widest lines lie above the others
  const traces = styled.flatMap(({ record, style }) => [
    accuracyTrace(record, style),
    endTrace(record, style),
    lossTrace(record, style),
  ]);
  return {
    data: [...traces, ...counts.map((_, place) => chanceTrace(counts, place, lastEpoch, isByNumber))],
    layout: {
      ...baseLayout(
        "How fast are the datasets told apart?",
        `Accuracy on images never seen, and training loss, of ${records.length} run${
          records.length === 1 ? "" : "s"
        }`,
      ),
      height: 620,
      xaxis: axis("", { domain: [0, 1], anchor: "y", matches: "x2", showticklabels: false }),
      xaxis2: axis("epoch", {
        domain: [0, 1],
        anchor: "y2",
        range: [0.5, lastEpoch + 0.7],
        ...wholeTicks(lastEpoch),
      }),
      yaxis: percentAxis("validation accuracy", leastPercent(records), 100, {
        domain: [0.47, 1],
        anchor: "x",
      }),
      yaxis2: axis("training loss (nats)", { domain: [0, 0.42], anchor: "x2", rangemode: "tozero" }),
      legend: LEGEND_BELOW,
    },
  };
}

/** Percent, a little below the lowest accuracy and the lowest chance. */
function leastPercent(records: readonly RunRecord[]): number {
  const shares = records.flatMap(({ epochs, result }) => [
    result.chance,
    ...epochs.map(({ validation }) => validation.low),
  ]);
  return rangeAround(shares.map((share) => 100 * share))[0];
}

interface Style {
  /** Name of the run beside the pointer. */
  run: string;
  /** Name in the legend. */
  name: string;
  color: string;
  width: number;
  opacity: number;
  group: string;
  showlegend: boolean;
}

const countOf = ({ experiment }: RunRecord) => experiment.datasets.length;

function styleOf(
  record: RunRecord,
  index: number,
  records: readonly RunRecord[],
  counts: readonly number[],
  run: string,
): Style {
  if (records.length <= OWN_COLOR_LIMIT) {
    return {
      run,
      name: run,
      color: PALETTE[index],
      width: 2,
      opacity: 1,
      group: record.hash,
      showlegend: true,
    };
  }
  const count = countOf(record);
  const same = records.filter((other) => countOf(other) === count);
  return {
    run,
    name: `${count} datasets (${same.length} run${same.length === 1 ? "" : "s"})`,
    color: PALETTE[counts.indexOf(count) % PALETTE.length],
    width: same.length > 4 ? 1.3 : 2,
    opacity: same.length > 4 ? 0.55 : 1,
    group: `${count}`,
    showlegend: same[0] === record,
  };
}

/** The hardest and the easiest of many runs in color, by their names; `ranked` from the one to the other. */
function amongOthers(record: RunRecord, ranked: readonly RunRecord[], run: string): Style {
  const end = [ranked[0], ranked[ranked.length - 1]].indexOf(record);
  if (end >= 0) {
    const name = `${["the hardest", "the easiest"][end]}, ${run}`;
    return { run, name, color: PALETTE[1 - end], width: 2.4, opacity: 1, group: name, showlegend: true };
  }
  const name = `the ${ranked.length - 2} others`;
  return {
    run,
    name,
    color: COLORS.paper,
    width: 1.1,
    opacity: 0.5,
    group: name,
    showlegend: record === ranked[1],
  };
}

function accuracyTrace(record: RunRecord, style: Style): Trace {
  return curve(record, style, record.epochs.map(({ validation }) => 100 * validation.value), {
    showlegend: style.showlegend,
    customdata: record.epochs.map(({ validation }) => formatProportion(validation)),
    hovertemplate: `${style.run}<br>epoch %{x}: %{customdata}<extra></extra>`,
  });
}

/** The interval, once, where it matters. */
function endTrace(record: RunRecord, { color, opacity, group }: Style): Trace {
  const ends = record.epochs.slice(-1);
  return accuracyDots(ends.map(({ validation }) => validation), {
    along: "y",
    at: ends.map(({ epoch }) => epoch),
    color,
    size: 6,
    opacity,
    legendgroup: group,
    showlegend: false,
    hoverinfo: "skip",
  });
}

function lossTrace(record: RunRecord, style: Style): Trace {
  return curve(record, style, record.epochs.map(({ trainLoss }) => trainLoss), {
    showlegend: false,
    xaxis: "x2",
    yaxis: "y2",
    // A line of one point is nothing to see; the accuracy has its interval's dot.
    ...(record.epochs.length === 1 && { mode: "markers", marker: { size: 6, color: style.color } }),
    hovertemplate: `${style.run}<br>epoch %{x}: loss %{y:.3f}<extra></extra>`,
  });
}

function curve(record: RunRecord, style: Style, y: number[], own: PlotlyLayout): Trace {
  const { run, name, color, width, opacity, group } = style;
  const x = record.epochs.map(({ epoch }) => epoch);
  // The legend names a group of runs once; the figure's text names each run.
  return line(name, { x, y, color, width, opacity, legendgroup: group, meta: run, ...own });
}

/** Chance of one number of datasets, in the color of its runs where they are colored by that number. */
function chanceTrace(
  counts: readonly number[],
  place: number,
  lastEpoch: number,
  isByNumber: boolean,
): Trace {
  const count = counts[place];
  return line(`chance, 1/${count}`, {
    x: [0.5, lastEpoch + 0.7],
    y: [100 / count, 100 / count],
    color: isByNumber ? PALETTE[place % PALETTE.length] : COLORS.chance,
    dash: chanceDash(place),
    width: 1.3,
    hovertemplate: `chance of ${count} datasets: %{y:.1f}%<extra></extra>`,
  });
}

/** Ticks at whole epochs, however few there are. */
function wholeTicks(lastEpoch: number): PlotlyLayout {
  return lastEpoch <= 12 ? { dtick: 1 } : {};
}
