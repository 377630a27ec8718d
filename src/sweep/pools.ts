import { openPool, type Pool } from "../data/mod.ts";
import type { RunOptions } from "./progress.ts";

/** Opens the pools of datasets, building those that are missing. The caller disposes them. */
export async function openPools(
  datasets: readonly string[],
  { signal, onProgress }: Pick<RunOptions, "signal" | "onProgress">,
): Promise<Pool[]> {
  const pools: Pool[] = [];
  try {
    for (const name of datasets) {
      const told = (data: { done: number; total: number; imagesPerSecond: number }) =>
        onProgress?.({ phase: "data", label: name, ...data });
      pools.push(await openPool(name, { signal, onProgress: told }));
    }
    return pools;
  } catch (error) {
    for (const pool of pools) pool[Symbol.dispose]();
    throw error;
  }
}
