/** Figure 3: the number of training images. Its figure is `accuracyAgainst` beside the paper's points. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  aboveChance,
  ALPHA,
  architectureOf,
  BY_BINOMIAL,
  BY_TWO_PROPORTIONS,
  type Claim,
  type ClaimOutcome,
  compareAll,
  figure3,
  formatP,
  type NamedSeries,
  notRun,
  onceRun,
  seriesByName,
  type SeriesPoint,
  trendOf,
  verdictOf,
} from "../../paper/mod.ts";
import { formatPercent, holm } from "../../stats/mod.ts";

const networksOfFigure3 = (records: readonly RunRecord[]) => seriesByName(figure3, records, architectureOf);

/** Both networks have to be run at two sizes or more, all with the same number of samples seen. */
const onceBothRun = onceRun(networksOfFigure3, (networks, records) => {
  const missing = networks.find(({ series }) => series.length < 2);
  if (missing) return `${missing.name} was run with ${missing.series.length} sizes of data; 2 are needed`;
  const seen = new Set(records.map(({ experiment: { recipe } }) => recipe.epochs * recipe.samplesPerEpoch));
  return seen.size > 1 ? `the runs saw different numbers of samples: ${[...seen].join(", ")}` : undefined;
});

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

function moreDataIsBetter(networks: NamedSeries[]): ClaimOutcome {
  const trends = networks.map(({ series }) => trendOf(series));
  const rises = holm(trends.map(({ rises }) => rises));
  const falls = holm(trends.map(({ falls }) => falls));
  return {
    ours: gains(networks, firstOf),
    verdict: verdictOf(
      rises.every((p) => p < ALPHA),
      falls.some((p) => p < ALPHA) || trends.some(({ flat }) => flat),
    ),
    reason: "Jonckheere-Terpstra tests of a rise, Holm: " +
      networks.map(({ name, series }, i) => `${name} over ${series.length} sizes, ${formatP(rises[i])}`).join(
        "; ",
      ),
  };
}

function leastDataAboveChance(networks: NamedSeries[]): ClaimOutcome {
  const least = networks.map(firstOf);
  const { above, verdict } = aboveChance(least);
  return {
    ours: networks.map((network) =>
      `${network.name} ${formatPercent(firstOf(network).accuracy.value)} with ${firstOf(network).x} images`
    )
      .join(", "),
    verdict,
    reason: `${above} of ${networks.length} are above chance ${BY_BINOMIAL}`,
  };
}

/** Against a tenth of the most data, or the next size below a tenth. */
function mostDataStillHelps(networks: NamedSeries[]): ClaimOutcome {
  const tenth = (network: NamedSeries) => network.series.findLast(({ x }) => 10 * x <= lastOf(network).x);
  const lacking = networks.find((network) => !tenth(network));
  if (lacking) return notRun(`${lacking.name} was not run with a tenth of ${lastOf(lacking).x} images`);
  const found = compareAll(networks.map((network) => [lastOf(network).accuracy, tenth(network)!.accuracy]));
  return {
    ours: gains(networks, (network) => tenth(network)!),
    verdict: found.verdict,
    reason:
      `${found.higher} of ${networks.length} networks are certainly higher with all data and ${found.lower} lower ` +
      BY_TWO_PROPORTIONS,
  };
}
