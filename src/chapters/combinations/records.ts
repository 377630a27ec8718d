/** Table 2: the combinations of datasets among a sweep's records. */
import type { RunRecord } from "../../experiments/mod.ts";
import { pooledAccuracy } from "../../paper/mod.ts";
import type { Proportion } from "../../stats/mod.ts";

/** The outcome for one set of datasets, over all its runs. */
export interface Combination {
  /** In the order of the first run's experiment. */
  datasets: string[];
  /** All runs' validation images taken together (several where a sweep repeats it with other seeds). */
  accuracy: Proportion;
  /** 1 / number of datasets. */
  chance: number;
  /** Hashes of the runs. */
  runs: string[];
}

/**
 * The combinations of datasets among `records`, in the order of their first run. Runs of the same datasets
 * are taken together, so pass the records of one sweep whose other fields, but for the seed, are the same.
 */
export function combinationsOf(records: readonly RunRecord[]): Combination[] {
  const groups = Map.groupBy(records, ({ experiment }) => experiment.datasets.toSorted().join("\n"));
  return [...groups.values()].map((runs) => {
    const { datasets } = runs[0].experiment;
    return {
      datasets,
      accuracy: pooledAccuracy(runs),
      chance: 1 / datasets.length,
      runs: runs.map(({ hash }) => hash),
    };
  });
}

/** The combinations of exactly `size` datasets. */
export function combinationsOfSize(records: readonly RunRecord[], size: number): Combination[] {
  return combinationsOf(records).filter(({ datasets }) => datasets.length === size);
}

/** The combinations of exactly three datasets, as in Table 2. */
export function triplesOf(records: readonly RunRecord[]): Combination[] {
  return combinationsOfSize(records, 3);
}

/**
 * The series of Table 2's second half: the largest combination among the records and its beginnings (its
 * first three datasets, its first four, …), smallest first, as far as they were run.
 */
export function growingSeries(records: readonly RunRecord[]): Combination[] {
  const all = combinationsOf(records);
  const largest = all.reduce<string[]>(
    (found, { datasets }) => datasets.length > found.length ? datasets : found,
    [],
  );
  return all
    .filter(({ datasets }) => datasets.length >= 3 && isBeginning(datasets, largest))
    .toSorted((a, b) => a.datasets.length - b.datasets.length);
}

function isBeginning(datasets: readonly string[], whole: readonly string[]): boolean {
  const beginning = new Set(whole.slice(0, datasets.length));
  return datasets.every((dataset) => beginning.has(dataset));
}

/** "tabler + mdi". */
export const combinationName = ({ datasets }: Pick<Combination, "datasets">): string => datasets.join(" + ");

/** Number of ways to choose `size` of `count` datasets. */
export function choicesAmong(count: number, size: number): number {
  return size === 0 ? 1 : choicesAmong(count - 1, size - 1) * count / size;
}
