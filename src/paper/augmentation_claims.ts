import { contrast, type Proportion } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { augmentationName } from "../train/mod.ts";
import { type Claim, notRun, type Outcome } from "./claims.ts";
import { seriesOf, type SeriesPoint } from "./series.ts";
import { table4 } from "./tables.ts";
import { ALPHA, compareAll, formatDifference, formatP, inPoints, percent, verdictOf } from "./verdict.ts";

/** The claims of Table 4, checked by notebook 05. */
export const augmentationClaims: readonly Claim[] = [
  {
    id: "augmentation-helps",
    statement: "Augmentation helps, whatever the number of training images.",
    source: "Table 4",
    paper: "none to all: 43.2% to 72.4%, 71.9% to 80.1%, 76.8% to 84.7% with 10K, 100K, 1M",
    test: ofTable(augmentationHelps),
  },
  {
    id: "augmentation-helps-more-with-little-data",
    statement: "Augmentation helps most where there are few training images.",
    source: "Table 4",
    paper: "29.2 points with 10K, 7.9 with 1M",
    test: ofTable(helpsMoreWithLittleData),
  },
  {
    id: "data-help-whatever-the-augmentation",
    statement: "More training images help, whatever the augmentation.",
    source: "Table 4",
    paper: "10K to 1M: 33.6, 18.1, 14.8 and 12.3 points from none to all augmentation",
    test: ofTable(dataHelp),
  },
];

/** A row of Table 4: the outcomes of one augmentation by number of training images. */
interface Row {
  name: string;
  series: SeriesPoint[];
}

/** Tests the rows of Table 4, the strongest augmentation last, once each was run at the same two sizes or more. */
function ofTable(test: (rows: Row[]) => Outcome): Claim["test"] {
  return (records: readonly RunRecord[]) => {
    const runs = Map.groupBy(records, ({ experiment }) => augmentationName(experiment));
    const rows = [...new Set(table4.rows.map(({ name }) => name))].map((name) => ({
      name,
      series: seriesOf(runs.get(name) ?? [], ({ experiment }) => experiment.imagesPerDataset),
    }));
    const sizes = new Set(rows.flatMap(({ series }) => series.map(({ x }) => x))).size;
    const missing = rows.find(({ series }) => series.length < Math.max(2, sizes));
    if (!missing) return test(rows);
    return notRun(
      `"${missing.name}" was run with ${missing.series.length} of ${Math.max(2, sizes)} sizes of data`,
    );
  };
}

const ends = (rows: readonly Row[]) => [rows[0].series, rows[rows.length - 1].series];
const last = <T>(items: readonly T[]): T => items[items.length - 1];
const fromTo = (a: Proportion, b: Proportion) => `${percent(a.value)} to ${percent(b.value)}`;

function augmentationHelps(rows: Row[]): Outcome {
  const [none, all] = ends(rows);
  const { higher, lower, verdict } = compareAll(all.map(({ accuracy }, i) => [accuracy, none[i].accuracy]));
  return {
    ours:
      `none to all: ${all.map(({ accuracy }, i) => fromTo(none[i].accuracy, accuracy)).join(", ")} with ` +
      all.map(({ x }) => x).join(", "),
    verdict,
    reason:
      `all augmentation is certainly higher than none at ${higher} of ${all.length} sizes of data and lower at ` +
      `${lower} (two-proportion tests, Holm, p < ${ALPHA})`,
  };
}

function helpsMoreWithLittleData(rows: Row[]): Outcome {
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

function dataHelp(rows: Row[]): Outcome {
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
      `(two-proportion tests, Holm, p < ${ALPHA})`,
  };
}
