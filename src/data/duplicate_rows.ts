import { countDuplicates, type DuplicateCount } from "./duplicate_counts.ts";
import type { Pool } from "./pool.ts";

/** One line of an account of duplicates. */
export interface DuplicateRow {
  /** A dataset, or two. */
  datasets: string;
  /** Pairs with equal pixels. */
  "equal pixels": number;
  /** Pairs that look the same; see `countDuplicates`. */
  "look alike": number;
  /** What the dataset's pool left out when it was built; of two datasets nothing. */
  "left out": string;
}

/** What `duplicateRows` count, for its reader. */
export const DUPLICATES_NOTE =
  "Pairs of images that are left, within a dataset and across two. All of them are kept on one side of training and validation.";

/** Duplicates as lines of a table: one for each dataset, then one for each two that share any. */
export function duplicateRows(pools: readonly Pick<Pool, "name" | "images" | "dropped">[]): DuplicateRow[] {
  const counts = countDuplicates(pools);
  const within = pools.map((pool) => {
    const own = counts.find(({ datasets: [a, b] }) => a === pool.name && b === pool.name);
    return rowOf(pool.name, own ?? { equal: 0, alike: 0 }, leftOut(pool));
  });
  const across = counts.filter(({ datasets: [a, b] }) => a !== b);
  return [...within, ...across.map((count) => rowOf(count.datasets.join(" + "), count, ""))];
}

function rowOf(
  datasets: string,
  { equal, alike }: Pick<DuplicateCount, "equal" | "alike">,
  leftOut: string,
): DuplicateRow {
  return { datasets, "equal pixels": equal, "look alike": alike, "left out": leftOut };
}

function leftOut({ dropped: { duplicates, blank, failed } }: Pick<Pool, "dropped">): string {
  const parts = [
    duplicates > 0 ? `${duplicates} duplicate${duplicates > 1 ? "s" : ""}` : [],
    blank > 0 ? `${blank} of one colour` : [],
    [...Map.groupBy(failed, ({ reason }) => reason)].map(([reason, { length }]) =>
      `${length} ${reason.replaceAll("_", " ")}`
    ),
  ];
  return parts.flat().join(", ") || "none";
}
