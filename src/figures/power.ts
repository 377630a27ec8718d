import { binomialPowers, sampleForPower } from "../stats/mod.ts";
import { axis, baseLayout, type Figure, legendBelow, PALETTE, percentAxis, type Trace } from "./theme.ts";
import { COLORS, percentText } from "./theme.ts";

/** What {@linkcode powerFigure} draws. */
export interface PowerFigureOptions {
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
 * The probability that an exact one-sided binomial test (5%) finds an accuracy above chance, against the number of validation images;
 * where each line stays above the power that is asked for, its number is written.
 */
export function powerFigure({ chance, effects, n, power = 0.8 }: PowerFigureOptions): Figure {
  const needed = effects.map((effect) => sampleForPower({ chance, effect }, power));
  const most = Math.ceil(1.6 * Math.max(...needed, n ?? 0));
  const least = Math.max(1, Math.floor(Math.min(...needed) / 10));
  const sizes = [
    ...new Set(
      Array.from({ length: POINTS }, (_, i) => Math.round(least * (most / least) ** (i / (POINTS - 1)))),
    ),
  ];
  return {
    data: [
      ...effects.map((effect, i) => powerTrace(effect, binomialPowers({ chance, effect }, most), sizes, i)),
      neededTrace(needed, power, effects.length),
      asked(power, [least, most]),
      ...(n === undefined ? [] : [ownTrace(n)]),
    ],
    layout: {
      ...baseLayout(
        "How many validation images show a small effect",
        `Probability that the test finds it; chance ${percentText(chance)}, exact binomial test at 5%`,
      ),
      xaxis: axis("validation images", {
        type: "log",
        range: [Math.log10(least), Math.log10(most)],
        dtick: 1,
        exponentformat: "SI",
      }),
      yaxis: percentAxis("power", 0, 104),
      margin: { l: 64, r: 28, t: 72, b: 110 },
      legend: legendBelow(-0.24),
    },
  };
}

function points(effect: number): string {
  const count = Number((100 * effect).toFixed(1));
  return `${count} point${count === 1 ? "" : "s"}`;
}

function powerTrace(effect: number, powers: Float64Array, sizes: readonly number[], index: number): Trace {
  return {
    type: "scatter",
    mode: "lines",
    name: `${points(effect)} above chance`,
    x: sizes,
    y: sizes.map((size) => 100 * powers[size]),
    line: { color: PALETTE[index % PALETTE.length], width: 2 },
    hovertemplate: "%{x} images: %{y:.1f}%",
  };
}

function neededTrace(needed: readonly number[], power: number, effects: number): Trace {
  return {
    type: "scatter",
    mode: "markers+text",
    name: `from here on at least ${Math.round(100 * power)}%`,
    x: needed,
    y: needed.map(() => 100 * power),
    marker: { color: PALETTE.slice(0, effects), size: 9 },
    text: needed.map(String),
    textposition: "top left",
    hovertemplate: "%{x} images<extra></extra>",
  };
}

function asked(power: number, ends: [number, number]): Trace {
  return {
    type: "scatter",
    mode: "lines",
    name: "power asked for",
    showlegend: false,
    x: ends,
    y: ends.map(() => 100 * power),
    line: { color: COLORS.chance, dash: "dot", width: 1.3 },
    hoverinfo: "skip",
  };
}

function ownTrace(n: number): Trace {
  return {
    type: "scatter",
    mode: "lines",
    name: `here: ${n} images`,
    x: [n, n],
    y: [0, 100],
    line: { color: COLORS.text, width: 1.5 },
    hoverinfo: "skip",
  };
}
