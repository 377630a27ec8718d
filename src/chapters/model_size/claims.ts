/** Figure 2: the size of the network. Its figure is `accuracyAgainst` beside the paper's ends. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  ALPHA,
  type Claim,
  type ClaimOutcome,
  farAboveChance,
  formatDifference,
  formatP,
  inPoints,
  NEGLIGIBLE,
  onceRun,
  seriesOf,
  type SeriesPoint,
  trendOf,
  verdictOf,
} from "../../paper/mod.ts";
import { contrast, formatPercent, formatProportion } from "../../stats/mod.ts";

/** Three sizes rise by chance in one of six orders, and have no slope in each half. */
const LEAST_SIZES = 4;

const onceSizesRun = onceRun(
  (records: readonly RunRecord[]) => seriesOf(records, ({ result }) => result.parameters),
  ({ length }) =>
    length < LEAST_SIZES ? `${length} sizes of network were run; ${LEAST_SIZES} are needed` : undefined,
);

/** The claims of Figure 2, checked by notebook 03. */
export const modelSizeClaims: readonly Claim[] = [
  {
    id: "larger-is-better",
    statement: "Accuracy rises with the size of the network.",
    source: "Figure 2",
    paper: "72.4% with 7K parameters to 84.7% with 27M",
    test: onceSizesRun(largerIsBetter),
  },
  {
    id: "smallest-far-above-chance",
    statement: "A network of a few thousand parameters is already far above chance.",
    source: "Figure 2",
    paper: "72.4% with 7K parameters (chance 33.3%)",
    test: onceSizesRun(smallestFarAboveChance),
  },
  {
    id: "diminishing-returns",
    statement: "Each tenfold of parameters gains less than the one before.",
    source: "Figure 2",
    paper: "the curve flattens towards 27M parameters (curve)",
    test: onceSizesRun(diminishingReturns),
  },
  {
    id: "no-overfitting",
    statement: "The largest network does not fall behind smaller ones.",
    source: "Figure 2",
    paper: "no overfitting up to the largest network (curve)",
    test: onceSizesRun(noOverfitting),
  },
];

const ends = (series: readonly SeriesPoint[]) => [series[0], series[series.length - 1]];
const sized = ({ x, accuracy }: SeriesPoint) =>
  `${formatPercent(accuracy.value)} with ${x.toLocaleString("en")} parameters`;

function largerIsBetter(series: SeriesPoint[]): ClaimOutcome {
  const { rises, falls, flat } = trendOf(series);
  return {
    ours: ends(series).map(sized).join(", "),
    verdict: verdictOf(rises < ALPHA, falls < ALPHA || flat),
    reason: `Jonckheere-Terpstra test of a rise over ${series.length} sizes, ${formatP(rises)}`,
  };
}

function smallestFarAboveChance([smallest]: SeriesPoint[]): ClaimOutcome {
  const ours = `${formatProportion(smallest.accuracy)}, with ${smallest.x.toLocaleString("en")} parameters`;
  return { ...farAboveChance([smallest]), ours };
}

/** Compares least-squares slopes against the logarithm of the parameters in both halves of the sizes. */
function diminishingReturns(series: SeriesPoint[]): ClaimOutcome {
  const samples = series.map(({ accuracy }) => accuracy);
  const middle = Math.floor((series.length - 1) / 2);
  const decades = series.map(({ x }) => Math.log10(x));
  const small = slopeWeights(decades, 0, middle);
  const large = slopeWeights(decades, middle, series.length - 1);
  const [first, second] = [contrast(samples, small), contrast(samples, large)];
  const bend = small.map((weight, i) => weight - large[i]);
  const [falls, grows] = [contrast(samples, bend), contrast(samples, bend, "less")];
  return {
    ours: `a tenfold gains ${inPoints(first.value)} in the smaller half of the sizes, ${
      inPoints(second.value)
    } in the larger`,
    verdict: verdictOf(first.p < ALPHA && falls.p < ALPHA, grows.p < ALPHA),
    reason: `the smaller half rises, ${formatP(first.p)}, and rises more steeply than the larger, ` +
      `${formatP(falls.p)} (contrasts of proportions)`,
  };
}

/** Weights that make a least-squares slope of the values from one index to another; zero elsewhere. */
function slopeWeights(x: readonly number[], from: number, to: number): number[] {
  const part = x.slice(from, to + 1);
  const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
  const spread = part.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return x.map((value, i) => i < from || i > to ? 0 : (value - mean) / spread);
}

/** The best of the smaller networks is picked after the fact, which makes the test cautious. */
function noOverfitting(series: SeriesPoint[]): ClaimOutcome {
  const largest = series[series.length - 1];
  const best = series.slice(0, -1).reduce((a, b) => b.accuracy.value > a.accuracy.value ? b : a);
  const difference = contrast([largest.accuracy, best.accuracy], [1, -1]);
  const { low, high } = difference;
  return {
    ours: `${sized(largest)}; the best of the others ${sized(best)}`,
    verdict: verdictOf(low > -NEGLIGIBLE && high >= 0, high < 0),
    reason:
      `the largest is ${
        formatDifference(difference)
      } above the best of the others; it must not be certainly below, ` +
      `nor possibly by ${inPoints(NEGLIGIBLE)}`,
  };
}
