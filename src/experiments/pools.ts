import { openPools as openAll, type Pool } from "../data/mod.ts";
import type { RunOptions } from "./progress.ts";

/** Opens the pools of datasets, building those that are missing, as part of a run. The caller disposes them. */
export function openPools(
  datasets: readonly string[],
  { signal, onProgress }: Pick<RunOptions, "signal" | "onProgress">,
): Promise<Pool[]> {
  return openAll(datasets, {
    signal,
    onProgress: (data) => onProgress?.({ phase: "data", label: data.dataset, ...data }),
  });
}
