import { holm } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { architectureOf } from "./architectures.ts";
import { type Claim, notRun, type Outcome } from "./claims.ts";
import { seriesOf, type SeriesPoint, trendOf } from "./series.ts";
import { figure3 } from "./tables.ts";
import { ALPHA, compareAll, countAboveChance, formatP, NEGLIGIBLE, percent, verdictOf } from "./verdict.ts";

/** The claims of Figure 3, checked by notebook 04. */
export const dataSizeClaims: readonly Claim[] = [
  {
    id: "more-data-is-better",
    statement: "Accuracy rises with the number of training images, for ConvNeXt and AlexNet alike.",
    source: "Figure 3",
    paper: "rises for both (curve); ConvNeXt: 72.4%, 80.1%, 84.7% with 10K, 100K, 1M (Table 4)",
    test: ofBoth(moreDataIsBetter),
  },
  {
    id: "least-data-above-chance",
    statement: "The least training data already tell the datasets apart.",
    source: "Figure 3",
    paper: "72.4% with 10K images a dataset, a hundredth of the most (Table 4)",
    test: ofBoth(leastDataAboveChance),
  },
  {
    id: "most-data-still-helps",
    statement: "Accuracy is still rising where the data end.",
    source: "Figure 3",
    paper: "ConvNeXt gains 4.6 points from 100K to 1M (Table 4)",
    test: ofBoth(mostDataStillHelps),
  },
];

/** Outcomes of one network by number of training images. */
interface Line {
  name: string;
  series: SeriesPoint[];
}

/** Tests Figure 3's two networks once both were run at two sizes or more, all with the same number of samples seen. */
function ofBoth(test: (lines: Line[]) => Outcome): Claim["test"] {
  return (records: readonly RunRecord[]) => {
    const runs = Map.groupBy(records, ({ experiment }) => architectureOf(experiment));
    const lines = [...new Set(figure3.rows.map(({ name }) => name))].map((name) => ({
      name,
      series: seriesOf(runs.get(name) ?? [], ({ experiment }) => experiment.imagesPerDataset),
    }));
    const missing = lines.find(({ series }) => series.length < 2);
    if (missing) {
      return notRun(`${missing.name} was run with ${missing.series.length} sizes of data; 2 are needed`);
    }
    const seen = new Set(records.map(({ experiment: { recipe } }) => recipe.epochs * recipe.samplesPerEpoch));
    if (seen.size > 1) return notRun(`the runs saw different numbers of samples: ${[...seen].join(", ")}`);
    return test(lines);
  };
}

const firstOf = ({ series }: Line) => series[0];
const lastOf = ({ series }: Line) => series[series.length - 1];
const gains = (lines: readonly Line[], from: (line: Line) => SeriesPoint) =>
  lines.map((line) => {
    const [a, b] = [from(line), lastOf(line)];
    return `${line.name} ${percent(a.accuracy.value)} with ${a.x} images to ${
      percent(b.accuracy.value)
    } with ${b.x}`;
  }).join(", ");

function moreDataIsBetter(lines: Line[]): Outcome {
  const trends = lines.map(({ series }) => trendOf(series));
  const rises = holm(trends.map(({ rises }) => rises));
  const falls = holm(trends.map(({ falls }) => falls));
  return {
    ours: gains(lines, firstOf),
    verdict: verdictOf(
      rises.every((p) => p < ALPHA),
      falls.some((p) => p < ALPHA) || trends.some(({ flat }) => flat),
    ),
    reason: "Jonckheere-Terpstra tests of a rise, Holm: " +
      lines.map(({ name, series }, i) => `${name} over ${series.length} sizes, ${formatP(rises[i])}`).join(
        "; ",
      ),
  };
}

function leastDataAboveChance(lines: Line[]): Outcome {
  const least = lines.map(firstOf);
  const above = countAboveChance(least);
  const atChance = least.some(({ accuracy, chance }) => accuracy.high < chance + NEGLIGIBLE);
  return {
    ours: lines.map((line) =>
      `${line.name} ${percent(firstOf(line).accuracy.value)} with ${firstOf(line).x} images`
    )
      .join(", "),
    verdict: verdictOf(above === lines.length, atChance),
    reason: `${above} of ${lines.length} are above chance (exact binomial test, Holm, p < ${ALPHA})`,
  };
}

/** Against a tenth of the most data, or the next size below a tenth. */
function mostDataStillHelps(lines: Line[]): Outcome {
  const tenth = (line: Line) => line.series.findLast(({ x }) => 10 * x <= lastOf(line).x);
  const lacking = lines.find((line) => !tenth(line));
  if (lacking) return notRun(`${lacking.name} was not run with a tenth of ${lastOf(lacking).x} images`);
  const found = compareAll(lines.map((line) => [lastOf(line).accuracy, tenth(line)!.accuracy]));
  return {
    ours: gains(lines, (line) => tenth(line)!),
    verdict: found.verdict,
    reason:
      `${found.higher} of ${lines.length} networks are certainly higher with all data and ${found.lower} lower ` +
      `(two-proportion tests, Holm, p < ${ALPHA})`,
  };
}
