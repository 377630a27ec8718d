import { permutation } from "../../stats/mod.ts";
import type { PoolImage } from "../pool/index.ts";
import { FirstOccurrences } from "../pool/first_occurrences.ts";
import type { Pool } from "../pool/pool.ts";

/** 32-bit words of a hash of 512 bits. */
const WORDS = 16;
/**
 * Photographs count as near-duplicates when their hashes differ in so many of 512 bits, or fewer. Measured on
 * 4,500 photographs of three sets: JPEG of quality 75 changes 8 to 11 bits (median; 99%: 45), of quality 40
 * 11 to 16 (62), resizing to 60% 19 to 22 (62); of different photographs of two sets the nearest differ in
 * 116 and 140, of the third, with garments taken twice, in 53.
 */
const NEAR_BITS = 40;
/**
 * In images with little in them, on a white ground, few bits are set. At most this share of the set bits may
 * differ.
 */
const NEAR_SHARE = 1 / 6;
/**
 * Bits of a hash that are compared first, all at once; pairs that agree in no band of them are not looked at.
 */
const BAND_BITS = 24;
const BANDS = Math.floor(32 * WORDS / BAND_BITS);
/**
 * Each of many images that agree in a band is compared with so many others. The work stays in proportion to
 * the images.
 */
const NEIGHBOURS = 32;

/** The bits of each band. Neighbouring bits of a hash often agree, so those of a band are far apart. */
const ORDER = permutation(32 * WORDS, 0);

/** Photographs by their hashes, to be compared: 80 bytes each while they are. */
export class NearDuplicates {
  readonly #words: Uint32Array;
  readonly #places: Uint32Array;
  #count = 0;
  /** The hash of the image that is being added. */
  readonly #hash = new Uint8Array(4 * WORDS);
  readonly #view = new DataView(this.#hash.buffer);

  /** @param most images that will be given */
  constructor(most: number) {
    this.#words = new Uint32Array(most * WORDS);
    this.#places = new Uint32Array(most);
  }

  /**
   * Takes an image, if it is a photograph; `place` is its name in what {@link pairs} finds. Its hash has 128
   * hex digits.
   */
  add(
    place: number,
    { photograph, perceptualHash: hash }: Pick<PoolImage, "perceptualHash" | "photograph">,
  ): void {
    if (!photograph) return;
    const at = this.#count * WORDS;
    this.#hash.setFromHex(hash);
    for (let w = 0; w < WORDS; w++) this.#words[at + w] = this.#view.getUint32(4 * w);
    this.#places[this.#count++] = place;
  }

  /**
   * Finds pairs that look alike, by locality-sensitive hashing (banding) of their difference hashes and a
   * comparison of all bits. Pairs that differ in 20 bits or fewer agree in one of the 21 bands; of those that
   * differ in 40 bits about 4% agree in none and are missed. Time in proportion to the number of images times
   * its logarithm.
   *
   * @param found called with the places of two images; a pair may come several times
   */
  pairs(found: (a: number, b: number) => void): void {
    const keys = new Float64Array(this.#count);
    for (let band = 0; band < BANDS; band++) {
      for (let i = 0; i < keys.length; i++) keys[i] = bandOf(this.#words, i, band) * 2 ** 28 + i;
      keys.sort();
      for (let i = 0, first = 0; i < keys.length; i++) {
        if (Math.floor(keys[i] / 2 ** 28) !== Math.floor(keys[first] / 2 ** 28)) first = i;
        for (let j = Math.max(first, i - NEIGHBOURS); j < i; j++) {
          const [a, b] = [keys[j] % 2 ** 28, keys[i] % 2 ** 28];
          if (isNear(this.#words, a, b)) found(this.#places[a], this.#places[b]);
        }
      }
    }
  }
}

function bandOf(words: Uint32Array, image: number, band: number): number {
  let key = 0;
  for (let i = 0; i < BAND_BITS; i++) {
    const bit = ORDER[band * BAND_BITS + i];
    key = key * 2 + (words[image * WORDS + (bit >> 5)] >>> (bit & 31) & 1);
  }
  return key;
}

function isNear(words: Uint32Array, a: number, b: number): boolean {
  let differing = 0, set = 0;
  for (let w = 0; w < WORDS; w++) {
    const [x, y] = [words[a * WORDS + w], words[b * WORDS + w]];
    differing += ones(x ^ y);
    set += ones(x | y);
    if (differing > NEAR_BITS) return false;
  }
  return differing <= set * NEAR_SHARE;
}

/** Bits that are set in a word, counted in parallel: by twos, fours, eights. */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Images that are the same, of one dataset or of two. */
interface DuplicateCount {
  /** Names of the datasets; twice the same name for duplicates within one. */
  datasets: [string, string];
  /** Pairs with equal pixels as stored. (Within a dataset there are none: a pool keeps the first.) */
  equal: number;
  /**
   * Pairs that look the same. See `NearDuplicates`; drawings have equal perceptual hashes. Not every pair
   * among many alike counts.
   */
  alike: number;
}

/**
 * Counts duplicates within and across datasets, which sampling keeps on one side of training and validation.
 * Those that a pool has dropped are in its `dropped.duplicates`. Pairs of datasets without any are left out.
 */
export function countDuplicates(pools: readonly Pick<Pool, "name" | "images">[]): DuplicateCount[] {
  const poolOf = pools.flatMap(({ images }, p) => new Array<number>(images.length).fill(p));
  const pairs = duplicatePairs(pools.map(({ images }) => images));
  const counts = new Map<number, DuplicateCount>();
  for (const { images, kind } of pairs) {
    const [a, b] = images.map((number) => poolOf[number]);
    const both = a * pools.length + b;
    const count = counts.get(both) ?? { datasets: [pools[a].name, pools[b].name], equal: 0, alike: 0 };
    count[kind]++;
    counts.set(both, count);
  }
  return [...counts].sort(([a], [b]) => a - b).map(([, count]) => count);
}

/** Two images that are the same, by their numbers through all datasets. */
interface DuplicatePair {
  /** The lower number first. */
  images: [number, number];
  /** Equal pixels or files, or an equal look; see {@link DuplicateCount}. */
  kind: "equal" | "alike";
}

/** The pairs that {@link countDuplicates} counts, of the images of several datasets one after another. */
export function duplicatePairs(datasets: readonly Looks[]): DuplicatePair[] {
  const total = datasets.reduce((sum, { length }) => sum + length, 0);
  const pairs = new Map<number, DuplicatePair["kind"]>();
  const add = (kind: DuplicatePair["kind"]) => (a: number, b: number) => {
    const pair = Math.min(a, b) * total + Math.max(a, b);
    if (a !== b && !pairs.has(pair)) pairs.set(pair, kind);
  };
  const [pixels, looks, photographs] = [
    new FirstOccurrences(),
    new FirstOccurrences(),
    new NearDuplicates(total),
  ];
  const [equal, alike] = [add("equal"), add("alike")];
  let number = 0;
  for (const images of datasets) {
    for (const image of images) {
      equal(pixels.of(image.sha256, number), number);
      alike(looks.of(image.perceptualHash, number), number);
      photographs.add(number++, image);
    }
  }
  photographs.pairs(alike);
  return [...pairs].map(([pair, kind]) => ({ images: [Math.floor(pair / total), pair % total], kind }));
}

/** The images of a dataset, by what they look like. */
type Looks = Iterable<Pick<PoolImage, "sha256" | "perceptualHash" | "photograph">> & {
  readonly length: number;
};

/** One line of an account of duplicates. */
export interface DuplicateRow {
  /** A dataset, or two. */
  datasets: string;
  /** Pairs with equal pixels. */
  "equal pixels": number;
  /** Pairs that look the same; see `countDuplicates`. */
  "look alike": number;
  /** Images that the dataset's pool left out when it was built; empty for two datasets. */
  "left out": string;
}

/** A note on the numbers of `duplicateRows` for their reader. */
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
