import { formatProportion } from "../stats/mod.ts";
import type { Experiment, RunRecord } from "../experiments/mod.ts";
import { accuracyDots, line } from "./marks.ts";
import {
  axis,
  baseLayout,
  type Figure,
  legendBelow,
  marginsWith,
  PALETTE,
  percentAxis,
  plainText,
  type PlotlyLayout,
  type Trace,
} from "./theme.ts";

/** Above this many runs a line is colored by its number of datasets, below it by its run. */
const OWN_COLOR_LIMIT = PALETTE.length;

/**
 * Figure 6: validation accuracy (above, with chance dashed and the 95% interval at the end) and training loss
 * (below) against epochs, one line a run.
 *
 * @param nameOf What a run is called. Default: by its datasets.
 */
export function learningCurvesFigure(
  records: readonly RunRecord[],
  nameOf: (experiment: Experiment) => string = ({ datasets }) => datasets.join(" + "),
): Figure {
  const counts = [...new Set(records.map(countOf))].toSorted((a, b) => a - b);
  const lastEpoch = Math.max(1, ...records.map(({ epochs }) => epochs.length));
  const traces = records.flatMap((record, index) => {
    const style = styleOf(record, index, records, counts, plainText(nameOf(record.experiment)));
    return [accuracyTrace(record, style), endTrace(record, style), lossTrace(record, style)];
  });
  return {
    data: [...traces, ...counts.map((count) => chanceTrace(count, lastEpoch))],
    layout: {
      ...baseLayout("Learning curves", `${records.length} run${records.length === 1 ? "" : "s"}`),
      height: 620,
      xaxis: axis("", { domain: [0, 1], anchor: "y", matches: "x2", showticklabels: false }),
      xaxis2: axis("epoch", {
        domain: [0, 1],
        anchor: "y2",
        range: [0.5, lastEpoch + 0.7],
        ...wholeTicks(lastEpoch),
      }),
      yaxis: percentAxis("validation accuracy", 0, 100, { domain: [0.47, 1], anchor: "x" }),
      yaxis2: axis("training loss (nats)", { domain: [0, 0.42], anchor: "x2", rangemode: "tozero" }),
      margin: marginsWith(96),
      legend: legendBelow(-0.13),
    },
  };
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
    hovertemplate: `${style.run}<br>epoch %{x}: loss %{y:.3f}<extra></extra>`,
  });
}

function curve(record: RunRecord, style: Style, y: number[], own: PlotlyLayout): Trace {
  const { name, color, width, opacity, group } = style;
  const x = record.epochs.map(({ epoch }) => epoch);
  return line(name, { x, y, color, width, opacity, legendgroup: group, ...own });
}

function chanceTrace(count: number, lastEpoch: number): Trace {
  return line(`chance, 1/${count}`, {
    x: [0.5, lastEpoch + 0.7],
    y: [100 / count, 100 / count],
    dash: "dash",
    width: 1.3,
    hovertemplate: `chance of ${count} datasets: %{y:.1f}%<extra></extra>`,
  });
}

/** Ticks at whole epochs, however few there are. */
function wholeTicks(lastEpoch: number): PlotlyLayout {
  return lastEpoch <= 12 ? { dtick: 1 } : {};
}
