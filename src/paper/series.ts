import { contrastOfRuns, type Estimate } from "../stats/mod.ts";
import type { Experiment, RunRecord } from "../experiments/mod.ts";
import { type PooledAccuracy, pooledAccuracy, repetitionsOf } from "./runs.ts";
import type { PaperRow, PaperTable } from "./tables.ts";

/** The outcome at one value of a quantity that is varied. */
export interface SeriesPoint {
  x: number;
  /** The mean over its runs (several where a sweep repeats it with other seeds). */
  accuracy: PooledAccuracy;
  /** 1 / number of datasets. */
  chance: number;
  runs: RunRecord[];
}

/** The outcomes of runs against a quantity, from its least value to its greatest. */
export function seriesOf(records: readonly RunRecord[], x: (record: RunRecord) => number): SeriesPoint[] {
  return [...Map.groupBy(records, x)]
    .map(([x, runs]) => ({
      x,
      accuracy: pooledAccuracy(runs),
      chance: runs[0].result.chance,
      runs,
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

/**
 * Weights of a least-squares slope against the decimal logarithms of `x`, two or more. They add up to zero.
 */
export function slopeWeights(x: readonly number[]): number[] {
  const decades = x.map(Math.log10);
  const mean = decades.reduce((sum, value) => sum + value, 0) / x.length;
  const spread = decades.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return decades.map((value) => (value - mean) / spread);
}

/**
 * What a tenfold of the quantity gains in accuracy, [0, 1]: the least-squares slope over all points,
 * clustered by image, with the luck of seeds.
 */
export function slopeOf(series: readonly SeriesPoint[]): Estimate {
  return contrastOfRuns(
    series.map(({ runs }) => repetitionsOf(runs)),
    slopeWeights(series.map(({ x }) => x)),
  );
}
