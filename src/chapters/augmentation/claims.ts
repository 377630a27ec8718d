/** Table 4: augmentation. Its figure is `accuracyAgainst` beside the paper's table. */
import { type RunRecord } from "../../experiments/mod.ts";
import {
  allHold,
  type Claim,
  differenceOf,
  enoughSeeds,
  type Evidence,
  firstGate,
  formatDifference,
  type Gate,
  inPoints,
  isCombination,
  isPaperModel,
  type NamedSeries,
  nearPrinted,
  onceRun,
  repetitionsOf,
  seriesByName,
  type SeriesPoint,
  table4,
  underFitted,
} from "../../paper/mod.ts";
import { contrastOfRuns, formatPercent, pAbove, pBelow, type Proportion } from "../../stats/mod.ts";
import { augmentationName } from "../../train/mod.ts";

const rowsOfTable4 = (records: readonly RunRecord[]) => seriesByName(table4, records, augmentationName);

/** Each row has to be run at the same two sizes or more. */
const onceAllRun = onceRun(rowsOfTable4, (rows) => {
  const sizes = Math.max(2, new Set(rows.flatMap(({ series }) => series.map(({ x }) => x))).size);
  const missing = rows.find(({ series }) => series.length < sizes);
  return missing && `"${missing.name}" was run with ${missing.series.length} of ${sizes} sizes of data`;
});

/** Half of the least that all augmentation gains in the paper: 7.9 points, with 1M images. */
const SMALL_GAIN = 0.079 / 2;
/** Half of the least that 10K to 1M images gain in the paper: 12.3 points, with all augmentation. */
const SMALL_GAIN_OF_DATA = 0.123 / 2;
/**
 * Half of how much more augmentation gains with 10K images than with 1M in the paper: 29.2 and 7.9 points.
 */
const SMALL_ADVANTAGE = (0.292 - 0.079) / 2;
/** Augmentation that costs no more than this costs nothing: about what two seeds differ by. */
const COSTS_NOTHING = 0.01;

/** The claims of Table 4, checked by notebook 05. */
export const augmentationClaims: readonly Claim[] = [
  {
    id: "augmentation-helps",
    statement: "Augmentation helps, whatever the number of training images.",
    source: "Table 4",
    paper: "none to all: 43.2% to 72.4%, 71.9% to 80.1%, 76.8% to 84.7% with 10K, 100K, 1M",
    test: onceAllRun(augmentationHelps),
  },
  {
    id: "augmentation-helps-more-with-little-data",
    statement:
      "Augmentation helps where there are few training images, more than where there are many, and costs nothing there.",
    source: "Table 4",
    paper: "29.2 points with 10K, 7.9 with 1M",
    test: onceAllRun(helpsMoreWithLittleData),
  },
  {
    id: "data-help-whatever-the-augmentation",
    statement: "More training images help, whatever the augmentation.",
    source: "Table 4",
    paper: "10K to 1M: 33.6, 18.1, 14.8 and 12.3 points from none to all augmentation",
    test: onceAllRun(dataHelp),
  },
  nearPrinted({
    id: "table-4-printed",
    source: "Table 4",
    figures: table4.rows.map(({ name, percent, imagesPerDataset }) => ({
      name: `${name} with ${imagesPerDataset.toLocaleString("en")} images`,
      percent,
      imagesPerDataset,
      isOf: ({ experiment }) =>
        isCombination("YCD", experiment.datasets) && isPaperModel(experiment) &&
        augmentationName(experiment) === name,
    })),
  }),
];

const ends = (rows: readonly NamedSeries[]) => [rows[0].series, rows[rows.length - 1].series];
const last = <T>(items: readonly T[]): T => items[items.length - 1];
const fromTo = (a: Proportion, b: Proportion) => `${formatPercent(a.value)} to ${formatPercent(b.value)}`;

/** Networks that were able at the most data, with each augmentation that is compared, and enough seeds. */
function gateOf(rows: readonly NamedSeries[], compared: readonly SeriesPoint[]): Gate | undefined {
  return firstGate(
    ...rows.map(({ series }) => underFitted(last(series).runs)),
    enoughSeeds(...compared.map(({ runs }) => runs)),
  );
}

function augmentationHelps(rows: NamedSeries[]): Evidence {
  const [none, all] = ends(rows);
  const gains = all.map(({ runs, x }, i) => {
    const gain = differenceOf(runs, none[i].runs);
    return {
      shown: pAbove(gain),
      refuted: pBelow(gain, SMALL_GAIN),
      text: `${formatDifference(gain)} with ${x}`,
    };
  });
  return {
    ours:
      `none to all: ${all.map(({ accuracy }, i) => fromTo(none[i].accuracy, accuracy)).join(", ")} with ` +
      all.map(({ x }) => x).join(", "),
    ...allHold(gains),
    gate: gateOf([rows[0], last(rows)], [...none, ...all]),
    reason:
      `all augmentation gains ${
        gains.map(({ text }) => text).join(", ")
      } (paired by image); refuted by a gain ` +
      `below half of the paper's least, ${inPoints(SMALL_GAIN)}`,
  };
}

/**
 * Three statements at once: a gain with the fewest images, a greater one than with the most, and no cost
 * there.
 */
function helpsMoreWithLittleData(rows: NamedSeries[]): Evidence {
  const [none, all] = ends(rows);
  const corners = [all[0], none[0], last(all), last(none)];
  const contrast = (weights: number[]) =>
    contrastOfRuns(corners.map(({ runs }) => repetitionsOf(runs)), weights);
  const [few, many, more] = [contrast([1, -1, 0, 0]), contrast([0, 0, 1, -1]), contrast([1, -1, -1, 1])];
  return {
    ours: `${inPoints(few.value)} with ${none[0].x}, ${inPoints(many.value)} with ${last(none).x}`,
    ...allHold([
      { shown: pAbove(few), refuted: pBelow(few) },
      { shown: pAbove(more), refuted: pBelow(more, SMALL_ADVANTAGE) },
      { shown: pAbove(many, -COSTS_NOTHING), refuted: pBelow(many, -COSTS_NOTHING) },
    ]),
    gate: gateOf([rows[0], last(rows)], corners),
    reason:
      `gains ${formatDifference(few)} with the fewest images and ${
        formatDifference(many)
      } with the most, which ` +
      `differ by ${
        formatDifference(more)
      } (paired by image); refuted by a loss with the fewest, a difference below ` +
      `half of the paper's, ${inPoints(SMALL_ADVANTAGE)}, or a cost above ${
        inPoints(COSTS_NOTHING)
      } with the most`,
  };
}

function dataHelp(rows: NamedSeries[]): Evidence {
  const gains = rows.map(({ name, series }) => {
    const gain = differenceOf(last(series).runs, series[0].runs);
    return { shown: pAbove(gain), refuted: pBelow(gain, SMALL_GAIN_OF_DATA), name, gain };
  });
  const least = gains.reduce((a, b) => b.gain.value < a.gain.value ? b : a);
  const sizes = rows[0].series.map(({ x }) => x);
  return {
    ours: `${sizes[0]} to ${last(sizes)}: ` +
      rows.map(({ name, series }) => `${name} ${fromTo(series[0].accuracy, last(series).accuracy)}`).join(
        "; ",
      ),
    ...allHold(gains),
    gate: gateOf(rows, rows.flatMap(({ series }) => [series[0], last(series)])),
    reason:
      `the least gain, with ${least.name}, is ${
        formatDifference(least.gain)
      } (paired by image); refuted by a ` +
      `gain below half of the paper's least, ${inPoints(SMALL_GAIN_OF_DATA)}`,
  };
}
