import { nearPhotographs } from "./near_duplicates.ts";
import type { Pool } from "./pool.ts";

/** Images that are the same, of one dataset or of two. */
export interface DuplicateCount {
  /** Names of the datasets; twice the same name for duplicates within one. */
  datasets: [string, string];
  /** Pairs with equal pixels as stored. (Within a dataset there are none: a pool keeps the first.) */
  equal: number;
  /** Pairs that look the same; see `nearDuplicates`. For drawings: equal perceptual hashes. Of many that are alike not every pair counts. */
  alike: number;
}

/**
 * Counts duplicates within and across datasets: what sampling keeps on one side of training and validation. What a pool has dropped
 * already is in its `dropped.duplicates`. Pairs of datasets without any are left out.
 */
export function countDuplicates(pools: readonly Pick<Pool, "name" | "images">[]): DuplicateCount[] {
  const images = pools.flatMap((pool, p) => pool.images.map((image) => ({ ...image, p })));
  const pairs = new Map<number, "equal" | "alike">();
  const add = (kind: "equal" | "alike") => (a: number, b: number) => {
    const pair = Math.min(a, b) * images.length + Math.max(a, b);
    if (!pairs.has(pair)) pairs.set(pair, kind);
  };
  withEqual(images.map(({ sha256 }) => sha256), add("equal"));
  withEqual(images.map(({ perceptualHash }) => perceptualHash), add("alike"));
  nearPhotographs(images, add("alike"));
  const counts = new Map<number, DuplicateCount>();
  for (const [pair, kind] of pairs) {
    const [a, b] = [images[Math.floor(pair / images.length)].p, images[pair % images.length].p];
    const both = a * pools.length + b;
    const count = counts.get(both) ?? { datasets: [pools[a].name, pools[b].name], equal: 0, alike: 0 };
    count[kind]++;
    counts.set(both, count);
  }
  return [...counts].sort(([a], [b]) => a - b).map(([, count]) => count);
}

/** Each image with the first that has the same name. */
function withEqual(names: readonly string[], found: (a: number, b: number) => void): void {
  const first = new Map<string, number>();
  names.forEach((name, i) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, i);
    else found(before, i);
  });
}
