import { FirstPlaces } from "./first_places.ts";
import { Photographs } from "./near_duplicates.ts";
import type { Pool } from "./pool.ts";

/** Images that are the same, of one dataset or of two. */
export interface DuplicateCount {
  /** Names of the datasets; twice the same name for duplicates within one. */
  datasets: [string, string];
  /** Pairs with equal pixels as stored. (Within a dataset there are none: a pool keeps the first.) */
  equal: number;
  /** Pairs that look the same; see `Photographs`. For drawings: equal perceptual hashes. Of many that are alike not every pair counts. */
  alike: number;
}

/**
 * Counts duplicates within and across datasets: what sampling keeps on one side of training and validation. What a pool has dropped
 * already is in its `dropped.duplicates`. Pairs of datasets without any are left out.
 */
export function countDuplicates(pools: readonly Pick<Pool, "name" | "images">[]): DuplicateCount[] {
  const total = pools.reduce((sum, { images }) => sum + images.length, 0);
  const poolOf = new Uint16Array(total);
  const pairs = new Map<number, "equal" | "alike">();
  const add = (kind: "equal" | "alike") => (a: number, b: number) => {
    const pair = Math.min(a, b) * total + Math.max(a, b);
    if (a !== b && !pairs.has(pair)) pairs.set(pair, kind);
  };
  const [pixels, looks, photographs] = [new FirstPlaces(), new FirstPlaces(), new Photographs(total)];
  const [equal, alike] = [add("equal"), add("alike")];
  let number = 0;
  for (const [p, { images }] of pools.entries()) {
    for (const image of images) {
      equal(pixels.of(image.sha256, number), number);
      alike(looks.of(image.perceptualHash, number), number);
      photographs.add(number, image);
      poolOf[number++] = p;
    }
  }
  photographs.alike(alike);
  const counts = new Map<number, DuplicateCount>();
  for (const [pair, kind] of pairs) {
    const [a, b] = [poolOf[Math.floor(pair / total)], poolOf[pair % total]];
    const both = a * pools.length + b;
    const count = counts.get(both) ?? { datasets: [pools[a].name, pools[b].name], equal: 0, alike: 0 };
    count[kind]++;
    counts.set(both, count);
  }
  return [...counts].sort(([a], [b]) => a - b).map(([, count]) => count);
}
