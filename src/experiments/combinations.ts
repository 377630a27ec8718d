/** Which datasets are put together, as in the paper's Table 2. */
import { datasetsOf } from "../data/mod.ts";

/** Every choice of `size` of the datasets, in their order: of six, twenty threes. */
export function combinations(datasets: readonly string[], size: number): string[][] {
  if (size === 0) return [[]];
  return datasets.flatMap((first, i) =>
    combinations(datasets.slice(i + 1), size - 1).map((rest) => [first, ...rest])
  );
}

/** The series that adds one dataset after another: the first `from`, the first `from + 1`, … all. */
export function growing(datasets: readonly string[], from: number): string[][] {
  return datasets.slice(from - 1).map((_, i) => datasets.slice(0, from + i));
}

/**
 * The datasets that the environment asks for (`NTD_DATASETS`, which headless runs set: a collection, or names with commas
 * between), else those given.
 *
 * @throws {Error} for an unknown name, listing the known ones
 */
export function datasetsFromEnvironment(otherwise: string[]): string[] {
  const choice = Deno.env.get("NTD_DATASETS");
  return choice ? datasetsOf(choice) : otherwise;
}
