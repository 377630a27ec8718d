/** Table 4: augmentation. Its figure is `accuracyAgainst` beside the paper's table. */
import { type RunRecord } from "../../experiments/mod.ts";
import {
  ALPHA,
  BY_TWO_PROPORTIONS,
  type Claim,
  type ClaimOutcome,
  compareAll,
  formatDifference,
  formatP,
  inPoints,
  type NamedSeries,
  onceRun,
  seriesByName,
  table4,
  verdictOf,
} from "../../paper/mod.ts";
import { contrast, formatPercent, type Proportion } from "../../stats/mod.ts";
import { augmentationName } from "../../train/mod.ts";

const rowsOfTable4 = (records: readonly RunRecord[]) => seriesByName(table4, records, augmentationName);

/** Each row has to be run at the same two sizes or more. */
const onceAllRun = onceRun(rowsOfTable4, (rows) => {
  const sizes = Math.max(2, new Set(rows.flatMap(({ series }) => series.map(({ x }) => x))).size);
  const missing = rows.find(({ series }) => series.length < sizes);
  return missing && `"${missing.name}" was run with ${missing.series.length} of ${sizes} sizes of data`;
});

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
    statement: "Augmentation helps most where there are few training images.",
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
];

const ends = (rows: readonly NamedSeries[]) => [rows[0].series, rows[rows.length - 1].series];
const last = <T>(items: readonly T[]): T => items[items.length - 1];
const fromTo = (a: Proportion, b: Proportion) => `${formatPercent(a.value)} to ${formatPercent(b.value)}`;

function augmentationHelps(rows: NamedSeries[]): ClaimOutcome {
  const [none, all] = ends(rows);
  const { higher, lower, verdict } = compareAll(all.map(({ accuracy }, i) => [accuracy, none[i].accuracy]));
  return {
    ours:
      `none to all: ${all.map(({ accuracy }, i) => fromTo(none[i].accuracy, accuracy)).join(", ")} with ` +
      all.map(({ x }) => x).join(", "),
    verdict,
    reason:
      `all augmentation is certainly higher than none at ${higher} of ${all.length} sizes of data and lower at ` +
      `${lower} ${BY_TWO_PROPORTIONS}`,
  };
}

function helpsMoreWithLittleData(rows: NamedSeries[]): ClaimOutcome {
  const [none, all] = ends(rows);
  const corners = [all[0], none[0], last(all), last(none)].map(({ accuracy }) => accuracy);
  const gain = (weights: number[]) => inPoints(contrast(corners, weights).value);
  const more = contrast(corners, [1, -1, -1, 1]);
  const less = contrast(corners, [1, -1, -1, 1], "less");
  return {
    ours: `${gain([1, -1, 0, 0])} with ${none[0].x}, ${gain([0, 0, 1, -1])} with ${last(none).x}`,
    verdict: verdictOf(more.p < ALPHA, less.p < ALPHA),
    reason: `the gains differ by ${formatDifference(more)}, ${
      formatP(more.p)
    } (contrast of four proportions)`,
  };
}

function dataHelp(rows: NamedSeries[]): ClaimOutcome {
  const { higher, lower, verdict } = compareAll(
    rows.map(({ series }) => [last(series).accuracy, series[0].accuracy]),
  );
  const sizes = rows[0].series.map(({ x }) => x);
  return {
    ours: `${sizes[0]} to ${last(sizes)}: ` +
      rows.map(({ name, series }) => `${name} ${fromTo(series[0].accuracy, last(series).accuracy)}`).join(
        "; ",
      ),
    verdict,
    reason:
      `${higher} of ${rows.length} augmentations are certainly higher with the most data and ${lower} lower ` +
      BY_TWO_PROPORTIONS,
  };
}
