import type { RunRecord } from "../../experiments/mod.ts";
import {
  accuracyDots,
  baseLayout,
  chanceAcross,
  COLORS,
  type Figure,
  LEGEND_BELOW,
  logAxis,
  MARGINS,
  PALETTE,
  panelHeading,
  paperDots,
  percentAxis,
  type PlotlyLayout,
  type Trace,
} from "../../figures/mod.ts";
import { table6 } from "../../paper/mod.ts";
import { formatProportion, type Proportion } from "../../stats/mod.ts";
import { type PseudoDatasetKind, type PseudoDatasetSeries, seriesOfKind } from "./records.ts";

/** How each kind of run is drawn; what can only be memorised is warm, what can be told apart blue. */
const STYLES = {
  "pseudo": { name: "pseudo-datasets", color: PALETTE[1], symbol: "circle" },
  "pseudo, augmented": { name: "pseudo-datasets, augmented", color: PALETTE[4], symbol: "square" },
  "random labels": { name: "real datasets, random labels", color: PALETTE[3], symbol: "diamond" },
  "real": { name: "real datasets", color: PALETTE[0], symbol: "triangle-up" },
} as const satisfies Record<PseudoDatasetKind, Record<string, unknown>>;

const KINDS = Object.keys(STYLES) as PseudoDatasetKind[];

/** Each series stands this factor beside the next, so that none hides another where all are at 100%. */
const DODGE = 1.06;

/** A line of the figure, or the deals of random labels. */
interface Drawn extends PseudoDatasetSeries {
  kind: PseudoDatasetKind;
  /** Its place among the sources of its kind: the second and later ones are hollow. */
  number: number;
  /** Its name, with the source where its kind has several. */
  name: string;
}

/**
 * Table 6: the paper's training accuracies (left), and our training (middle) and validation accuracies
 * (right) with 95% intervals against the images of each set, for sets that can only be memorised beside real
 * datasets of the same size. A source is a line; deals of random labels are drawn one by one. The paper's
 * sets reach a hundred thousand images, so they have an axis of their own.
 */
export function memorizationFigure(records: readonly RunRecord[]): Figure {
  const series = KINDS.flatMap((kind) => drawnOf(records, kind));
  const chances = [...new Set(records.map(({ result }) => result.chance))];
  const ends = around(records.map(sizeOf));
  const paperEnds = around(table6.rows.map(({ imagesPerSet }) => imagesPerSet));
  return {
    data: [
      ...series.flatMap((one, i) => [
        oursTrace(one, i - (series.length - 1) / 2, ({ training }) => training, "2"),
        oursTrace(one, i - (series.length - 1) / 2, ({ accuracy }) => accuracy, "3"),
      ]),
      ...paperTraces(),
      ...chances.flatMap((chance) =>
        PANELS.map((panel) =>
          chanceAcross(chance, panel === "" ? paperEnds : ends, { legendgroup: "chance", ...placed(panel) })
        )
      ),
    ],
    layout: {
      ...baseLayout(
        "Memorised, or told apart",
        `Accuracy with 95% intervals; the paper: ${table6.source}, other datasets`,
      ),
      xaxis: sizeAxis(paperEnds, table6.rows.map(({ imagesPerSet }) => imagesPerSet), { domain: DOMAINS[0] }),
      xaxis2: sizeAxis(ends, records.map(sizeOf), { domain: DOMAINS[1], anchor: "y2" }),
      xaxis3: sizeAxis(ends, records.map(sizeOf), { domain: DOMAINS[2], anchor: "y3" }),
      yaxis: percentAxis("accuracy", 0, 104),
      yaxis2: percentAxis("", 0, 104, { anchor: "x2" }),
      yaxis3: percentAxis("", 0, 104, { anchor: "x3" }),
      height: 540,
      margin: { ...MARGINS, t: 96 },
      legend: LEGEND_BELOW,
      annotations: [...DOMAINS.map((domain, i) => panelHeading(HEADINGS[i], domain)), ...paperFailures()],
    },
  };
}

const sizeOf = ({ experiment }: RunRecord) => experiment.imagesPerDataset;

/** The paper's panel, ours of training images, ours of images never seen; and their places. */
const PANELS = ["", "2", "3"] as const;
const HEADINGS = ["The paper, training images", "Ours, training images", "Ours, never seen"];
const DOMAINS: readonly [number, number][] = [[0, 0.28], [0.36, 0.64], [0.72, 1]];

/** Ends of an axis around sizes. */
const around = (sizes: readonly number[]): [number, number] => [
  Math.min(...sizes) / 1.6,
  Math.max(...sizes) * 1.6,
];

/** An axis of sizes, with a tick at each. */
function sizeAxis(ends: [number, number], sizes: readonly number[], own: PlotlyLayout): PlotlyLayout {
  const tickvals = [...new Set(sizes)].toSorted((a, b) => a - b);
  return logAxis("training images per set", { range: ends.map(Math.log10), tickvals, ...own });
}

function drawnOf(records: readonly RunRecord[], kind: PseudoDatasetKind): Drawn[] {
  const all = seriesOfKind(records, kind);
  const { name } = STYLES[kind];
  return all.map((series, number) => ({
    ...series,
    kind,
    number,
    name: all.length > 1 ? `${name} (${series.source})` : name,
  }));
}

/** @param place how many series stand to the left of it, counted from the middle */
function oursTrace(
  { kind, number, name, runs }: Drawn,
  place: number,
  accuracyOf: (result: RunRecord["result"]) => Proportion,
  panel: "2" | "3",
): Trace {
  const { color, symbol } = STYLES[kind];
  const accuracies = runs.map(({ result }) => accuracyOf(result));
  return accuracyDots(accuracies, {
    name: `ours, ${name}`,
    meta: `${HEADINGS[PANELS.indexOf(panel)]}: ${name}`, // both panels have the name
    along: "y",
    at: runs.map((run) => sizeOf(run) * DODGE ** place),
    color,
    symbol: number === 0 ? symbol : `${symbol}-open`,
    ...(kind !== "random labels" && { line: 2 }),
    legendgroup: `${kind} ${number}`,
    ...placed(panel),
    customdata: runs.map((run, i) => `${sizeOf(run)} images a set: ${formatProportion(accuracies[i])}`),
    hovertemplate: "%{customdata}",
  });
}

/** A trace's panel; the legend names it once, in the second, where ours begin. */
function placed(panel: typeof PANELS[number]): PlotlyLayout {
  return { showlegend: panel === "2", xaxis: `x${panel}`, yaxis: `y${panel}` };
}

const COLUMNS = ["withoutAugmentation", "withAugmentation"] as const;

/** The paper's two stand beside each other. */
const paperX = (imagesPerSet: number, column: number) => imagesPerSet * DODGE ** (column ? 3 : -3);

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
      text: `${which}fails`,
      showarrow: false,
      font: { size: 11, color: COLORS.paper },
    }];
  });
}
