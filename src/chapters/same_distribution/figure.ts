/** Figures of Appendix B: pairs that were meant to be alike, and how many images show a small effect. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  accuracyDots,
  baseLayout,
  chanceUpright,
  COLORS,
  type Figure,
  LEGEND_BELOW,
  line,
  logAxis,
  PALETTE,
  paperDots,
  percentAxis,
  plainText,
  rowAxis,
  rowEnds,
  type Trace,
} from "../../figures/mod.ts";
import { appendixB, formatAccuracy, pooledAccuracy } from "../../paper/mod.ts";
import { binomialPowers, formatPercent, sampleForPower } from "../../stats/mod.ts";
import { pairName, pairsAlike, runsAtEnd } from "./records.ts";

/** Pairs in the order of what they are alike in, and how each is called and colored. */
const LIKENESSES = [
  { likeness: "releases", name: "another release", color: PALETTE[0] },
  { likeness: "splits", name: "official split, drawn at random", color: PALETTE[2] },
  { likeness: "halves", name: "random halves", color: PALETTE[4] },
] as const;

/**
 * Appendix B: validation accuracy with its 95% interval for each pair of sets that were meant to be alike, at
 * the most training images that it was run with, over its seeds, beside the paper's pair and chance.
 */
export function alikeFigure(records: readonly RunRecord[]): Figure {
  const groups = LIKENESSES.map((group) => ({
    ...group,
    pairs: pairsAlike(records, group.likeness).map((all) => {
      const runs = runsAtEnd(all, "most");
      return { name: pairName(runs[0]), images: runs[0].experiment.imagesPerDataset, runs };
    }),
  }));
  const pairs = groups.flatMap((group) => group.pairs);
  const chances = [...new Set(pairs.flatMap(({ runs }) => runs.map(({ result }) => result.chance)))];
  const rows = [...appendixB.rows.map(({ name }) => `${name} (the paper)`), ...pairs.map(({ name }) => name)];
  const [below, above] = rowEnds(rows.length);
  return {
    data: [
      paperPair(),
      ...groups.filter(({ pairs }) => pairs.length > 0).map(({ name, color, pairs }) => {
        const accuracies = pairs.map(({ runs }) => pooledAccuracy(runs));
        return accuracyDots(accuracies, {
          name: `ours, ${name}`,
          along: "x",
          at: pairs.map(({ name }) => rows.indexOf(name)),
          color,
          labels: { text: accuracies.map(({ value }) => formatPercent(value)), position: "top center" },
          customdata: pairs.map(({ images }, i) =>
            `${formatAccuracy(accuracies[i])}<br>${images} training images each`
          ),
          hovertemplate: "%{customdata}<extra></extra>",
        });
      }),
      ...chances.map((chance) => chanceUpright(chance, [below, above])),
    ],
    layout: {
      ...baseLayout("Two sets that were meant to be alike", "Validation accuracy with 95% intervals"),
      xaxis: percentAxis("accuracy", 30, 100),
      // From above: the paper's first.
      yaxis: rowAxis(rows.map((name, at) => ({ at, text: plainText(name) })), [above, below]),
      height: 220 + 44 * rows.length,
      legend: LEGEND_BELOW,
    },
  };
}

function paperPair(): Trace {
  const { rows, source } = appendixB;
  return paperDots(rows.map(({ percent }) => percent), {
    name: `the paper, ${source}`,
    along: "x",
    at: [...rows.keys()],
    size: 9,
    labels: { text: rows.map(({ percent }) => `${percent}%`), position: "top center" },
    customdata: rows.map(({ imagesPerDataset }) => `${imagesPerDataset} training images each`),
    hovertemplate: "%{text}, %{customdata}<extra></extra>",
  });
}

/** Options of {@linkcode powerFigure}. */
interface PowerFigureOptions {
  /** Accuracy of guessing, strictly between 0 and 1. */
  chance: number;
  /** How far above chance the true accuracy is; a line each. 0.02: two points. */
  effects: readonly number[];
  /** Validation images that the reader has; drawn as a line. */
  n?: number;
  /** The power that is asked for. Default 0.8. */
  power?: number;
}

/** Points of a line, spread evenly over the logarithm of n. */
const POINTS = 160;

/**
 * The probability that an exact one-sided binomial test (5%) finds an accuracy above chance, against the
 * number of validation images; where each line stays above the power that is asked for, its number is
 * written.
 */
export function powerFigure({ chance, effects, n, power = 0.8 }: PowerFigureOptions): Figure {
  const needed = effects.map((effect) => sampleForPower({ chance, effect }, power));
  const most = Math.ceil(1.6 * Math.max(...needed, n ?? 0));
  const least = Math.max(1, Math.floor(Math.min(...needed) / 10));
  const steps = Array.from(
    { length: POINTS },
    (_, i) => Math.round(least * (most / least) ** (i / (POINTS - 1))),
  );
  const sizes = [...new Set(steps)];
  return {
    data: [
      ...effects.map((effect, i) => powerLine(effect, binomialPowers({ chance, effect }, most), sizes, i)),
      neededDots(needed, power),
      line("power asked for", {
        x: [least, most],
        y: [100 * power, 100 * power],
        dash: "dot",
        width: 1.3,
        showlegend: false,
      }),
      ...(n === undefined ? [] : [line(`here: ${n} images`, { x: [n, n], y: [0, 100], color: COLORS.text })]),
    ],
    layout: {
      ...baseLayout(
        "How many validation images show a small effect",
        `Probability that the test finds it; chance ${formatPercent(chance)}, exact binomial test at 5%`,
      ),
      xaxis: logAxis("validation images", { range: [Math.log10(least), Math.log10(most)] }),
      yaxis: percentAxis("power", 0, 104),
      legend: LEGEND_BELOW,
    },
  };
}

function points(effect: number): string {
  const count = Number((100 * effect).toFixed(1));
  return `${count} point${count === 1 ? "" : "s"}`;
}

function powerLine(effect: number, powers: Float64Array, sizes: readonly number[], index: number): Trace {
  return line(`${points(effect)} above chance`, {
    x: sizes,
    y: sizes.map((size) => 100 * powers[size]),
    color: PALETTE[index % PALETTE.length],
    width: 2,
    hovertemplate: "%{x} images: %{y:.1f}%",
  });
}

/** Where each line stays above the power that is asked for. */
function neededDots(needed: readonly number[], power: number): Trace {
  return {
    type: "scatter",
    mode: "markers+text",
    name: `from here on at least ${Math.round(100 * power)}%`,
    x: needed,
    y: needed.map(() => 100 * power),
    marker: { color: PALETTE.slice(0, needed.length), size: 9 },
    text: needed.map(String),
    textposition: "top left",
    hovertemplate: "%{x} images<extra></extra>",
  };
}
