import { rank } from "../stats/mod.ts";

/** One line of a list of images. */
export interface FetchItem {
  /** Names the image within its dataset, once. */
  key: string;
  url: string;
  /** Hash of the file's bytes that the list announces, 64 hex digits; another file is refused. */
  sha256?: string;
  /** Other fields of the list, for example a caption; stored beside the image. */
  metadata?: Record<string, unknown>;
}

/** A list that begins again at its first line each time it is called. */
export type FetchList = () => Iterable<FetchItem> | AsyncIterable<FetchItem>;

interface Ranked {
  rank: number;
  item: FetchItem;
}

/**
 * The items of a list in the order in which they are tried: by rank of sha256(seed, key), whatever the order
 * of the list. Holds at most `2 * capacity` items in memory; the list is read again for each further
 * `capacity` of them.
 *
 * Where lines share a key, only the one whose URL comes first in the alphabet counts.
 *
 * @throws {Error} for an item without key or URL, saying which
 */
export async function* inRankOrder(
  list: FetchList,
  seed: number,
  capacity: number,
): AsyncGenerator<FetchItem> {
  let last: Ranked | undefined;
  while (true) {
    const lowest = await lowestAfter(last, list, seed, capacity);
    for (const { item } of lowest) yield item;
    if (lowest.length < capacity) return;
    last = lowest.at(-1);
  }
}

async function lowestAfter(
  last: Ranked | undefined,
  list: FetchList,
  seed: number,
  capacity: number,
): Promise<Ranked[]> {
  const kept: Ranked[] = [];
  let limit: Ranked | undefined;
  let line = 0;
  for await (const item of list()) {
    checkItem(item, ++line);
    const ranked = { rank: rank(seed, item.key), item };
    if ((last && compare(ranked, last) <= 0) || (limit && compare(ranked, limit) > 0)) continue;
    kept.push(ranked);
    if (kept.length < 2 * capacity) continue;
    cut(kept, capacity);
    if (kept.length === capacity) limit = kept.at(-1);
  }
  cut(kept, capacity);
  return kept;
}

/** Sorts, leaves one line to each key, and keeps the first `capacity`. */
function cut(kept: Ranked[], capacity: number): void {
  kept.sort((a, b) => compare(a, b) || compareText(a.item.url, b.item.url));
  let length = 0;
  for (const ranked of kept) {
    if (length === 0 || compare(kept[length - 1], ranked) !== 0) kept[length++] = ranked;
  }
  kept.length = Math.min(length, capacity);
}

function compare(a: Ranked, b: Ranked): number {
  return a.rank - b.rank || compareText(a.item.key, b.item.key);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function checkItem(item: FetchItem, line: number): void {
  for (const field of ["key", "url"] as const) {
    if (typeof item?.[field] === "string" && item[field] !== "") continue;
    throw new Error(`item ${line} of the list has no "${field}"; every image needs a key and a URL`);
  }
}
