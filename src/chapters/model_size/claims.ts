/** Figure 2: the size of the network. Its figure is `accuracyAgainst` beside the paper's ends. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  allHold,
  type Claim,
  differenceOf,
  enoughSeeds,
  type Evidence,
  FAR_RULE,
  farFromChance,
  figure2,
  firstGate,
  formatAccuracy,
  formatDifference,
  type Gate,
  inPoints,
  isCombination,
  nearPrinted,
  onceRun,
  repetitionsOf,
  seriesOf,
  type SeriesPoint,
  slopeOf,
  slopeWeights,
  underFitted,
} from "../../paper/mod.ts";
import { contrastOfRuns, formatPercent, pAbove, pBelow } from "../../stats/mod.ts";

/** Three sizes have no slope in each half. */
const LEAST_SIZES = 4;

/** The paper's sizes span a factor of 4,000. Over less than this, two tenfolds, a flat curve says little. */
const LEAST_FACTOR = 100;

const [smallEnd, largeEnd] = figure2.rows;
/** Half of what a tenfold of parameters gains in the paper, between the printed ends. */
const SMALL_GAIN = (largeEnd.percent - smallEnd.percent) / 100 /
  Math.log10(largeEnd.parameters / smallEnd.parameters) / 2;

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
    paper: "72.4% with 7K parameters (chance 33.3%), 0.59 of the way from chance to 100%",
    test: onceSizesRun(smallestFarAboveChance),
  },
  {
    id: "diminishing-returns",
    statement: "A tenfold of parameters gains less among the larger networks than among the smaller.",
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
  nearPrinted({
    id: "figure-2-printed",
    source: "Figure 2",
    figures: figure2.rows.map(({ percent, parameters }) => ({
      name: `${parameters.toLocaleString("en")} parameters`,
      percent,
      // The paper rounds the numbers of parameters.
      isOf: ({ experiment, result }) =>
        isCombination("YCD", experiment.datasets) && Math.abs(result.parameters / parameters - 1) < 0.15,
    })),
  }),
];

const lastOf = (series: readonly SeriesPoint[]) => series[series.length - 1];
const ends = (series: readonly SeriesPoint[]) => [series[0], lastOf(series)];
const sized = ({ x, accuracy }: SeriesPoint) =>
  `${formatPercent(accuracy.value)} with ${x.toLocaleString("en")} parameters`;

/** Enough seeds at each size, enough sizes apart, and a largest network that was able. */
function gateOf(series: readonly SeriesPoint[]): Gate | undefined {
  const factor = lastOf(series).x / series[0].x;
  const narrow: Gate | undefined = factor >= LEAST_FACTOR ? undefined : {
    verdict: "not shown at this scale",
    reason: `the sizes span a factor of ${factor.toFixed(0)}; ${LEAST_FACTOR} are needed`,
  };
  return firstGate(underFitted(lastOf(series).runs), enoughSeeds(...series.map(({ runs }) => runs)), narrow);
}

/** The ends and the slope both rise. */
function largerIsBetter(series: SeriesPoint[]): Evidence {
  const slope = slopeOf(series);
  const whole = differenceOf(lastOf(series).runs, series[0].runs);
  return {
    ours: ends(series).map(sized).join(", "),
    shown: Math.max(pAbove(slope), pAbove(whole)),
    refuted: pBelow(slope, SMALL_GAIN),
    gate: gateOf(series),
    reason: `from the smallest to the largest ${formatDifference(whole)}, and a tenfold gains ` +
      `${
        formatDifference(slope)
      } over ${series.length} sizes (paired by image); refuted by a tenfold's gain below ` +
      `half of the paper's, ${inPoints(SMALL_GAIN)}`,
  };
}

function smallestFarAboveChance([smallest]: SeriesPoint[]): Evidence {
  const { share, ...p } = farFromChance(smallest.runs, smallest.chance);
  return {
    ours: `${formatAccuracy(smallest.accuracy)}, with ${smallest.x.toLocaleString("en")} parameters`,
    ...p,
    reason: `at ${share.toFixed(2)} of the way; ${FAR_RULE}`,
  };
}

/** Compares the least-squares slopes of both halves of the sizes, which share the one in the middle. */
function diminishingReturns(series: SeriesPoint[]): Evidence {
  const middle = Math.floor((series.length - 1) / 2);
  const halves = [series.slice(0, middle + 1), series.slice(middle)];
  const [first, second] = halves.map(slopeOf);
  const [small, large] = halves.map((half) => slopeWeights(half.map(({ x }) => x)));
  const weights = series.map((_, i) => (small[i] ?? 0) - (large[i - middle] ?? 0));
  const bend = contrastOfRuns(series.map(({ runs }) => repetitionsOf(runs)), weights);
  return {
    ours: `a tenfold gains ${inPoints(first.value)} in the smaller half of the sizes, ${
      inPoints(second.value)
    } in the larger`,
    shown: Math.max(pAbove(first), pAbove(bend)),
    refuted: pBelow(bend),
    gate: gateOf(series),
    reason:
      `the smaller half rises by ${formatDifference(first)} a tenfold, and by ${
        formatDifference(bend)
      } more ` +
      "than the larger (paired by image); refuted where the larger half certainly rises more",
  };
}

/** Against each of the smaller networks, so that none is picked after the fact. */
function noOverfitting(series: SeriesPoint[]): Evidence {
  const largest = lastOf(series);
  const gaps = series.slice(0, -1).map((smaller) => {
    const gap = differenceOf(largest.runs, smaller.runs);
    return { smaller, gap, shown: pAbove(gap, -SMALL_GAIN), refuted: pBelow(gap, -SMALL_GAIN) };
  });
  const { smaller, gap } = gaps.reduce((a, b) => b.gap.value < a.gap.value ? b : a);
  return {
    ours: `${sized(largest)}; the best of the others ${sized(smaller)}`,
    ...allHold(gaps),
    gate: gateOf(series),
    reason:
      `the largest is ${
        formatDifference(gap)
      } above the best of the others (paired by image); behind means by ` +
      `more than ${inPoints(SMALL_GAIN)}, half of what a tenfold gains in the paper`,
  };
}
