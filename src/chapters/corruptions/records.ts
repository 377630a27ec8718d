import type { Corruption } from "../../images/mod.ts";
import type { Proportion } from "../../stats/mod.ts";
import type { RunRecord } from "../../experiments/mod.ts";
import { pooledAccuracy } from "../../paper/mod.ts";

/** The outcome under one corruption, over all its runs. */
export interface Corrupted {
  /** `null`: the images as they are. */
  corruption: Corruption | null;
  /** All runs' validation images taken together (several where a sweep repeats it with other seeds). */
  accuracy: Proportion;
  /** 1 / number of datasets. */
  chance: number;
}

/**
 * The corruptions among `records`, in the order of their first run. Runs that differ in a seed alone, the corruption's or the
 * experiment's, are taken together; pass the records of one sweep whose other fields are the same.
 */
export function corruptedOf(records: readonly RunRecord[]): Corrupted[] {
  const groups = Map.groupBy(records, ({ experiment }) => corruptionName(experiment.corruption ?? null));
  return [...groups.values()].map(([first, ...more]) => ({
    corruption: first.experiment.corruption ?? null,
    accuracy: pooledAccuracy([first, ...more]),
    chance: first.result.chance,
  }));
}

/** How strong a corruption is among those of its kind: more is stronger. */
export function strengthOf(corruption: Corruption): number {
  if (corruption.name === "color-jitter") return corruption.strength;
  if (corruption.name === "gaussian-noise") return corruption.std;
  return corruption.name === "gaussian-blur" ? corruption.radius : 1 / corruption.size;
}

/** "Gaussian blur, radius 0.75 px": sizes in px of the images that it is applied to; "none" for `null`. */
export function corruptionName(corruption: Corruption | null): string {
  if (corruption === null) return "none";
  if (corruption.name === "color-jitter") return `color jitter, strength ${corruption.strength}`;
  if (corruption.name === "gaussian-noise") return `Gaussian noise, std ${corruption.std}`;
  if (corruption.name === "gaussian-blur") return `Gaussian blur, radius ${corruption.radius} px`;
  return `low resolution, ${corruption.size}x${corruption.size} px`;
}
