/** Figure 3: the number of training images. Its figure is `accuracyAgainst` beside the paper's points. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  allHold,
  architectureOf,
  AT_CHANCE,
  type Claim,
  type ClaimOutcome,
  differenceOf,
  enoughSeeds,
  type Evidence,
  figure3,
  firstGate,
  formatDifference,
  type Gate,
  inPoints,
  isCombination,
  type NamedSeries,
  nearPrinted,
  notRun,
  onceRun,
  pAboveChance,
  pAtChance,
  seriesByName,
  type SeriesPoint,
  slopeOf,
  underFitted,
} from "../../paper/mod.ts";
import { formatPercent, pAbove, pBelow } from "../../stats/mod.ts";

const networksOfFigure3 = (records: readonly RunRecord[]) => seriesByName(figure3, records, architectureOf);

/** Both networks have to be run at two sizes or more, all with the same number of samples seen. */
const onceBothRun = onceRun(networksOfFigure3, (networks, records) => {
  const missing = networks.find(({ series }) => series.length < 2);
  if (missing) return `${missing.name} was run with ${missing.series.length} sizes of data; 2 are needed`;
  const seen = new Set(records.map(({ experiment: { recipe } }) => recipe.epochs * recipe.samplesPerEpoch));
  return seen.size > 1 ? `the runs saw different numbers of samples: ${[...seen].join(", ")}` : undefined;
});

const [least, middle, most] = figure3.rows;
/** Half of the mean gain of a tenfold of the paper's ConvNeXt, which gains 12.3 points by two. */
const SMALL_GAIN = (most.percent - least.percent) / 100 / 2 / 2;
/** Half of its gain by the last tenfold, 4.6 points. */
const SMALL_LAST_GAIN = (most.percent - middle.percent) / 100 / 2;

/** The claims of Figure 3, checked by notebook 04. */
export const dataSizeClaims: readonly Claim[] = [
  {
    id: "more-data-is-better",
    statement: "Accuracy rises with the number of training images, for ConvNeXt and AlexNet alike.",
    source: "Figure 3",
    paper: "rises for both (curve); ConvNeXt: 72.4%, 80.1%, 84.7% with 10K, 100K, 1M (Table 4)",
    test: onceBothRun(moreDataIsBetter),
  },
  {
    id: "least-data-above-chance",
    statement: "The least training data already tell the datasets apart.",
    source: "Figure 3",
    paper: "72.4% with 10K images a dataset, a hundredth of the most (Table 4)",
    test: onceBothRun(leastDataAboveChance),
  },
  {
    id: "most-data-still-helps",
    statement: "Accuracy is still rising where the data end.",
    source: "Figure 3",
    paper: "ConvNeXt gains 4.6 points from 100K to 1M (Table 4)",
    test: onceBothRun(mostDataStillHelps),
  },
  nearPrinted({
    id: "figure-3-printed",
    source: figure3.source,
    figures: figure3.rows.map(({ name, percent, imagesPerDataset }) => ({
      name: `${name} with ${imagesPerDataset.toLocaleString("en")} images`,
      percent,
      imagesPerDataset,
      isOf: ({ experiment }) =>
        isCombination("YCD", experiment.datasets) && architectureOf(experiment) === name,
    })),
  }),
];

const firstOf = ({ series }: NamedSeries) => series[0];
const lastOf = ({ series }: NamedSeries) => series[series.length - 1];
const gains = (networks: readonly NamedSeries[], from: (network: NamedSeries) => SeriesPoint) =>
  networks.map((network) => {
    const [a, b] = [from(network), lastOf(network)];
    return `${network.name} ${formatPercent(a.accuracy.value)} with ${a.x} images to ${
      formatPercent(b.accuracy.value)
    } with ${b.x}`;
  }).join(", ");

/** Networks that were able with the most images, and enough seeds of what is compared. */
function gateOf(networks: readonly NamedSeries[], compared: readonly SeriesPoint[]): Gate | undefined {
  return firstGate(
    ...networks.map((network) => underFitted(lastOf(network).runs)),
    enoughSeeds(...compared.map(({ runs }) => runs)),
  );
}

/** For both networks the ends and the slope rise. */
function moreDataIsBetter(networks: NamedSeries[]): Evidence {
  const parts = networks.map(({ name, series }) => {
    const slope = slopeOf(series);
    const whole = differenceOf(series[series.length - 1].runs, series[0].runs);
    return {
      shown: Math.max(pAbove(slope), pAbove(whole)),
      refuted: pBelow(slope, SMALL_GAIN),
      text: `${name} gains ${formatDifference(slope)} a tenfold over ${series.length} sizes, ` +
        `${formatDifference(whole)} from end to end`,
    };
  });
  return {
    ours: gains(networks, firstOf),
    ...allHold(parts),
    gate: gateOf(networks, networks.flatMap(({ series }) => series)),
    reason:
      `${
        parts.map(({ text }) => text).join("; ")
      } (paired by image); refuted by a tenfold's gain below half of ` +
      `the paper's, ${inPoints(SMALL_GAIN)}`,
  };
}

function leastDataAboveChance(networks: NamedSeries[]): Evidence {
  const parts = networks.map(firstOf).map(({ runs, chance }) => ({
    shown: pAboveChance(runs, chance),
    refuted: pAtChance(runs, chance),
  }));
  return {
    ours: networks.map((network) =>
      `${network.name} ${formatPercent(firstOf(network).accuracy.value)} with ${firstOf(network).x} images`
    )
      .join(", "),
    ...allHold(parts),
    reason: `both against chance; refuted by one that was able and is within ${
      inPoints(AT_CHANCE)
    } of chance`,
  };
}

/** Against a tenth of the most data, or the next size below a tenth. */
function mostDataStillHelps(networks: NamedSeries[]): Evidence | ClaimOutcome {
  const tenth = (network: NamedSeries) => network.series.findLast(({ x }) => 10 * x <= lastOf(network).x);
  const lacking = networks.find((network) => !tenth(network));
  if (lacking) return notRun(`${lacking.name} was not run with a tenth of ${lastOf(lacking).x} images`);
  const parts = networks.map((network) => {
    const gain = differenceOf(lastOf(network).runs, tenth(network)!.runs);
    return {
      shown: pAbove(gain),
      refuted: pBelow(gain, SMALL_LAST_GAIN),
      text: `${network.name} gains ${formatDifference(gain)}`,
    };
  });
  return {
    ours: gains(networks, (network) => tenth(network)!),
    ...allHold(parts),
    gate: gateOf(networks, networks.flatMap((network) => [lastOf(network), tenth(network)!])),
    reason:
      `${
        parts.map(({ text }) => text).join(", ")
      } by the last tenfold (paired by image); refuted by a gain below ` +
      `half of the paper's, ${inPoints(SMALL_LAST_GAIN)}`,
  };
}
