import { contrast, type Proportion, trendTest } from "../stats/mod.ts";
import type { Experiment, RunRecord } from "../experiments/mod.ts";
import { NEGLIGIBLE } from "./claims.ts";
import { pooledAccuracy } from "./runs.ts";
import type { PaperRow, PaperTable } from "./tables.ts";

/** The outcome at one value of a quantity that is varied. */
export interface SeriesPoint {
  x: number;
  /** All runs' validation images taken together (several where a sweep repeats it with other seeds). */
  accuracy: Proportion;
  /** 1 / number of datasets. */
  chance: number;
  /** Accuracy of each run, [0, 1]. */
  values: number[];
}

/** The outcomes of runs against a quantity, from its least value to its greatest. */
export function seriesOf(records: readonly RunRecord[], x: (record: RunRecord) => number): SeriesPoint[] {
  return [...Map.groupBy(records, x)]
    .map(([x, runs]) => ({
      x,
      accuracy: pooledAccuracy(runs),
      chance: runs[0].result.chance,
      values: runs.map(({ result }) => result.accuracy.value),
    }))
    .toSorted((a, b) => a.x - b.x);
}

/** The outcomes of one line of a table by number of training images. */
export interface NamedSeries {
  name: string;
  series: SeriesPoint[];
}

/** The lines of a table, in its order, by number of training images. A line that was not run is empty. */
export function seriesByName(
  { rows }: PaperTable<PaperRow>,
  records: readonly RunRecord[],
  nameOf: (experiment: Experiment) => string,
): NamedSeries[] {
  const runs = Map.groupBy(records, ({ experiment }) => nameOf(experiment));
  return [...new Set(rows.map(({ name }) => name))].map((name) => ({
    name,
    series: seriesOf(runs.get(name) ?? [], ({ experiment }) => experiment.imagesPerDataset),
  }));
}

/** Whether outcomes rise along a series. */
interface Trend {
  /** p-values of the Jonckheere-Terpstra test that they rise, and that they fall. */
  rises: number;
  falls: number;
  /** The last is certainly no more than {@link NEGLIGIBLE} above the first. */
  flat: boolean;
}

/** @param series Two points or more. */
export function trendOf(series: readonly SeriesPoint[]): Trend {
  const groups = series.map(({ values }) => values);
  const [first, last] = [series[0], series[series.length - 1]];
  return {
    rises: trendTest(groups).p,
    falls: trendTest(groups, "less").p,
    flat: contrast([last.accuracy, first.accuracy], [1, -1]).high < NEGLIGIBLE,
  };
}
