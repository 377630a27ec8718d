import { FirstOccurrences } from "../pool/first_occurrences.ts";
import type { Pool } from "../pool/pool.ts";
import { rank } from "../../stats/mod.ts";
import type { PoolImage } from "../pool/index.ts";
import { contentName, parseReference } from "../manifest/reference.ts";
import { NearDuplicates } from "./duplicates.ts";
import { resembling } from "./resembling.ts";

/** How many images of each dataset, and which ones. */
export interface SampleSizes {
  /** Training images of each dataset. */
  train: number;
  /** Validation images of each dataset. */
  validation: number;
  /** Another seed, another sample. */
  seed: number;
}

/** Pool indices of the chosen images, one array a dataset, in the order in which they were chosen. */
export interface Sample {
  train: Int32Array[];
  validation: Int32Array[];
  /**
   * How many images of each dataset were passed over for training, since they resemble a validation image of
   * it; see {@link resembling}.
   */
  resembling: number[];
}

/** The part of a pool that sampling looks at. */
type Sampled = Pick<Pool, "name" | "images">;

/**
 * Chooses the images of an experiment: the same number from each dataset. Training and validation images
 * share no group, no pixels and no perceptual hash, over all datasets together, and no training drawing
 * resembles a validation drawing of its dataset. The choice depends on seed,
 * names and keys alone, not on the order of files; the 100 are among the 1,000; the validation images do not
 * depend on the number of training images.
 *
 * Order of choice: groups by rank of sha256(seed, group), one image of each group (by rank of sha256(seed,
 * key)) before the second of any. So n images show as many different things as they can, and all emoji
 * vendors show the same ones. Where every image is its own group, this is plain rank by hash. No two
 * validation images of a dataset are versions of one another, which their number n in an interval takes for
 * granted. Of a part of several datasets together as many are chosen of each, one of each in turn, by the
 * same ranks as of that dataset alone.
 *
 * @throws {Error} for fewer than two datasets, one given twice, sizes that are no positive integers, or more
 * images than there are
 */
export function sampleExperiment(pools: readonly Sampled[], sizes: SampleSizes): Sample {
  checkTwo(pools);
  return sampleImages(pools, sizes);
}

/**
 * Chooses images as {@link sampleExperiment} does, from one dataset or more: to train on without telling
 * datasets apart.
 *
 * @throws {Error} as it does
 */
export function sampleImages(pools: readonly Sampled[], sizes: SampleSizes): Sample {
  checkRequest(pools, sizes);
  const component = duplicateGroups(pools.map((pool) => pool.images));
  const orders = pools.map((pool) => samplingOrders(pool, sizes.seed));
  const validation = pools.map((pool, d) =>
    chooseValidation(pool, orders[d], component[d], sizes.validation)
  );
  const held = new Set(validation.flatMap((chosen, d) => Array.from(chosen, (image) => component[d][image])));
  const chosen = pools.map((pool, d) => {
    const free = (image: number) => !held.has(component[d][image]);
    const { train, resembling } = chooseTraining(pool, orders[d], free, validation[d], sizes.train);
    if (train.length < sizes.train) throw tooManyForTraining(pool, sizes, train.length);
    return { train, resembling };
  });
  return {
    train: chosen.map(({ train }) => train),
    validation,
    resembling: chosen.map(({ resembling }) => resembling),
  };
}

/**
 * Takes images from lists, one of each in turn, until so many are chosen or the list whose turn it is has no
 * more.
 *
 * @param isFree whether an image may be taken; it is asked once for each
 */
function inTurn(
  lists: readonly Int32Array[],
  wanted: number,
  isFree: (image: number) => boolean,
): Int32Array {
  const next = lists.map(() => 0);
  const chosen: number[] = [];
  for (let turn = 0; chosen.length < wanted; turn = (turn + 1) % lists.length) {
    const list = lists[turn];
    while (next[turn] < list.length && !isFree(list[next[turn]])) next[turn]++;
    if (next[turn] === list.length) break;
    chosen.push(list[next[turn]++]);
  }
  return Int32Array.from(chosen);
}

/**
 * All images of a pool in the order in which they are chosen, a list for each of its datasets. Part 2 begins
 * with the second dataset, so that over all parts each has its share of the images that are left over.
 */
function samplingOrders(pool: Sampled, seed: number): Int32Array[] {
  const { order, datasets } = samplingOrder(pool, seed);
  const byContent = (a: string, b: string) => contentName(a) < contentName(b) ? -1 : 1;
  const names = [...new Set(datasets)].sort(byContent);
  if (names.length < 2) return [order];
  const first = (parseReference(pool.name).part!.number - 1) % names.length;
  return [...names.slice(first), ...names.slice(0, first)]
    .map((name) => order.filter((image) => datasets[image] === name));
}

/** All images of a pool in the order in which they are chosen; the dataset of each where it has several. */
function samplingOrder({ images }: Sampled, seed: number) {
  const { group, groupRank, imageRank, datasets } = ranks(images, seed);
  const byKey = (a: number, b: number) => images.at(a)!.key < images.at(b)!.key ? -1 : 1;
  const order = group.map((_, image) => image).sort((a, b) =>
    group[a] - group[b] || imageRank[a] - imageRank[b] || byKey(a, b)
  );
  const turn = new Int32Array(order.length); // how many of its group come before an image
  for (let i = 1; i < order.length; i++) {
    turn[order[i]] = group[order[i]] === group[order[i - 1]] ? turn[order[i - 1]] + 1 : 0;
  }
  order.sort((a, b) => turn[a] - turn[b] || groupRank[group[a]] - groupRank[group[b]] || byKey(a, b));
  return { order, datasets };
}

/**
 * For each image its rank and its group within its dataset, named by the group's first image; for that first
 * image the group's rank.
 */
function ranks(images: Sampled["images"], seed: number) {
  const group = new Int32Array(images.length);
  const groupRank = new Float64Array(images.length);
  const imageRank = new Float64Array(images.length);
  const datasets: string[] = [];
  const first = new FirstOccurrences();
  let number = 0;
  for (const image of images) {
    const { dataset, key } = image;
    group[number] = first.of(dataset === undefined ? image.group : `${dataset}\n${image.group}`, number);
    if (group[number] === number) groupRank[number] = rank(seed, image.group);
    imageRank[number++] = rank(seed, dataset === undefined ? key : key.slice(dataset.length + 1));
    if (dataset !== undefined) datasets.push(dataset);
  }
  return { group, groupRank, imageRank, datasets };
}

function chooseValidation(
  pool: Sampled,
  orders: readonly Int32Array[],
  component: Int32Array,
  wanted: number,
): Int32Array {
  const used = new Set<number>();
  const chosen = inTurn(orders, wanted, (image) => {
    if (used.has(component[image])) return false;
    used.add(component[image]);
    return true;
  });
  if (chosen.length === wanted) return chosen;
  throw new Error(
    `${wanted} validation images are asked for, but ${pool.name} has ${chosen.length} that are not versions of one ` +
      `another (of ${pool.images.length} images); ask for ${
        Math.floor(chosen.length / 2)
      } or fewer, so that some are left to train on`,
  );
}

/** The first free images that resemble no validation image, `wanted` of them. */
function chooseTraining(
  { images }: Sampled,
  orders: readonly Int32Array[],
  isFree: (image: number) => boolean,
  validation: Int32Array,
  wanted: number,
) {
  const resembles = resembling(Array.from(validation, (image) => images.at(image)!));
  let passed = 0;
  const train = inTurn(orders, wanted, (image) => {
    if (!isFree(image)) return false;
    const isPassed = resembles(images.at(image)!);
    if (isPassed) passed++;
    return !isPassed;
  });
  return { train, resembling: passed };
}

function tooManyForTraining(pool: Sampled, { train, validation }: SampleSizes, free: number): Error {
  return new Error(
    `${train} training images are asked for, but ${pool.name} has ${free} left (of ${pool.images.length}) beside ` +
      `${validation} validation images of each dataset and everything that resembles them; ` +
      `ask for ${free} training images at most, or for fewer validation images`,
  );
}

function checkTwo(pools: readonly Sampled[]): void {
  if (pools.length >= 2) return;
  throw new Error(
    `an experiment needs two or more datasets to tell apart; it has ${pools.length} (${
      pools.map(({ name }) => name).join() || "none"
    })`,
  );
}

function checkRequest(pools: readonly Sampled[], sizes: SampleSizes): void {
  const names = pools.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new Error(`dataset "${twice}" is given twice; its images cannot be told from themselves`);
  for (const field of ["train", "validation"] as const) {
    if (!Number.isInteger(sizes[field]) || sizes[field] < 1) {
      throw new Error(
        `the number of ${field} images is ${sizes[field]}; it must be a whole number, 1 or more`,
      );
    }
  }
  if (!Number.isSafeInteger(sizes.seed)) {
    throw new Error(`the seed is ${sizes.seed}; it must be a whole number`);
  }
}

/**
 * Fields that tie images together over all datasets: equal group, equal pixels, or equal perceptual hash.
 * Nearly equal hashes tie photographs too.
 */
type Ties = Pick<PoolImage, "group" | "sha256" | "perceptualHash" | "photograph">;

/** The images of a dataset. */
type Tied = Iterable<Ties> & { readonly length: number };

/**
 * Groups of images that a split must not separate. Two images are in one group when a chain of equal groups,
 * pixels or perceptual hashes leads from one to the other, within and across datasets; between photographs
 * nearly equal hashes are enough. They are the connected components of the graph of these ties.
 *
 * @returns for each dataset, for each image, the number of its group; numbers start at 0 and have no gaps
 */
export function duplicateGroups(datasets: readonly Tied[]): Int32Array[] {
  const total = datasets.reduce((sum, images) => sum + images.length, 0);
  const parent = new Int32Array(total).map((_, i) => i);
  const tie = (a: number, b: number) => void (parent[root(parent, a)] = root(parent, b));
  const first = new FirstOccurrences();
  const photographs = new NearDuplicates(total);
  let number = 0;
  for (const images of datasets) {
    for (const image of images) {
      for (const name of [`g${image.group}`, `s${image.sha256}`, `p${image.perceptualHash}`]) {
        tie(number, first.of(name, number));
      }
      photographs.add(number++, image);
    }
  }
  photographs.pairs(tie);
  return renumbered(parent, datasets.map((images) => images.length));
}

function root(parent: Int32Array, image: number): number {
  while (parent[image] !== image) {
    parent[image] = parent[parent[image]];
    image = parent[image];
  }
  return image;
}

function renumbered(parent: Int32Array, sizes: number[]): Int32Array[] {
  const numbers = new Map<number, number>();
  let image = 0;
  return sizes.map((size) =>
    Int32Array.from({ length: size }, () => {
      const top = root(parent, image++);
      if (!numbers.has(top)) numbers.set(top, numbers.size);
      return numbers.get(top)!;
    })
  );
}
