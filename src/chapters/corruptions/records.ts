import type { Corruption } from "../../images/mod.ts";
import type { Repetitions } from "../../stats/mod.ts";
import type { RunRecord } from "../../experiments/mod.ts";
import { type PooledAccuracy, pooledAccuracy, repetitionsOf } from "../../paper/mod.ts";
import { corruptionName } from "../../images/mod.ts";

/** The outcome under one corruption, over all its runs. */
export interface Corrupted {
  /** `null`: the images as they are. */
  corruption: Corruption | null;
  /** The mean of its runs, several where a sweep repeats it with other seeds; an image counts once. */
  accuracy: PooledAccuracy;
  records: RunRecord[];
  /** What each run got right, one run a seed. */
  repetitions: Repetitions;
  /** 1 / number of datasets. */
  chance: number;
}

/**
 * The corruptions among `records`, in the order of their first run. Runs that differ only in a seed, the
 * corruption's or the experiment's, are taken together. Pass the records of one sweep whose other fields are
 * the same.
 */
export function corruptedOf(records: readonly RunRecord[]): Corrupted[] {
  const groups = Map.groupBy(records, ({ experiment }) => corruptionName(experiment.corruption ?? null));
  return [...groups.values()].map((runs) => ({
    corruption: runs[0].experiment.corruption ?? null,
    accuracy: pooledAccuracy(runs),
    records: runs,
    repetitions: repetitionsOf(runs),
    chance: runs[0].result.chance,
  }));
}
