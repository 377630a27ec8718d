/**
 * Accuracies of runs, and contrasts of them, where runs show the same images. An image that occurs in several
 * runs is one cluster, whichever seeds or methods show it; the variance is the sandwich of clusters (Liang &
 * Zeger 1986; the factor of CR1). Where a method was repeated with several seeds, the luck of a seed is a
 * second component of variance, and the degrees of freedom are Satterthwaite's (1946).
 */
import { studentQuantile, studentTail } from "./distributions.ts";
import { binomialTest } from "./hypothesis_tests.ts";
import { wilsonInterval } from "./intervals.ts";

/** What one run got right, image by image. */
export interface Outcomes {
  /** Names of the images: the same name in every run that shows the image, and once in each run. */
  images: readonly string[];
  /** Whether the most probable class was the label; as long as `images`. */
  right: readonly boolean[];
}

/** The repetitions of one method: one run a seed, in the same order of seeds in all groups of a contrast. */
export type Repetitions = readonly Outcomes[];

/** An estimate of an accuracy, or of a sum of weighted accuracies. */
export interface Estimate {
  value: number;
  /** Ends of its 95% interval. */
  low: number;
  high: number;
  /** Number of distinct images. */
  n: number;
  /** Least number of seeds of any group. */
  seeds: number;
  /** Standard deviation over the seeds; `undefined` with one. */
  sd?: number;
  /** Standard error. */
  deviation: number;
  /** Degrees of freedom of Student's t; infinitely many without a component of seeds. */
  degrees: number;
}

/**
 * McNemar's exact test (McNemar 1947): of the images that only one of two methods gets right, does the first
 * get more than half? It knows nothing of seeds: compare two runs with it, not two methods.
 *
 * @returns `p` that the first is better ("greater") or worse ("less"), and how many only each gets right
 * @throws {RangeError} where the two show different images
 */
export function mcnemar(
  first: Outcomes,
  second: Outcomes,
  alternative: "greater" | "less" = "greater",
): { p: number; onlyFirst: number; onlySecond: number } {
  const rights = rightOf(second);
  let [onlyFirst, onlySecond] = [0, 0];
  first.images.forEach((image, i) => {
    const other = rights.get(image);
    if (other === undefined) throw new RangeError(`"${image}" is shown by the first of two runs only`);
    if (first.right[i] && !other) onlyFirst++;
    if (!first.right[i] && other) onlySecond++;
  });
  if (first.images.length !== rights.size) {
    throw new RangeError(`${first.images.length} images of one run, ${rights.size} of the other`);
  }
  const [correct, n] = [alternative === "greater" ? onlyFirst : onlySecond, onlyFirst + onlySecond];
  return { p: n === 0 ? 1 : binomialTest({ correct, n }, 0.5).p, onlyFirst, onlySecond };
}

const rightOf = ({ images, right }: Outcomes): ReadonlyMap<string, boolean> =>
  new Map(images.map((image, i) => [image, right[i]]));

/** Share of images that a run got right. */
const shareOf = ({ right }: Outcomes): number => right.filter(Boolean).length / right.length;

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Unbiased variance. */
function varianceOf(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1);
}

/** One run with its weight in the sum that is estimated. */
interface Weighted {
  run: Outcomes;
  weight: number;
}

/** Σ over runs of weight x (right - accuracy) / images, image by image. */
function influences(runs: readonly Weighted[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { run, weight } of runs) {
    const share = shareOf(run);
    run.images.forEach((image, i) => {
      const own = weight * (Number(run.right[i]) - share) / run.images.length;
      sums.set(image, (sums.get(image) ?? 0) + own);
    });
  }
  return sums;
}

/**
 * Variance of Σ weight x accuracy over the choice of images. It is never below what two images more, one
 * right and one wrong, would give (as Bonett & Price 2012 do for paired shares): runs that agree on every
 * image are no proof that they always would.
 */
function imageVariance(runs: readonly Weighted[]): { variance: number; n: number } {
  const sums = influences(runs);
  const n = sums.size;
  let squares = 0;
  for (const sum of sums.values()) squares += sum ** 2;
  const least = 2 * Math.max(...runs.map(({ run, weight }) => (weight / run.images.length) ** 2));
  return { variance: Math.max(squares * n / Math.max(1, n - 1), least), n };
}

/** The luck of seeds in a sum of accuracies. */
interface Luck {
  /** Variance that it adds to the mean over the seeds. */
  variance: number;
  /** The observed variance of the mean, luck of images included; it decides the degrees of freedom. */
  observed: number;
  seeds: number;
  /** Standard deviation over the seeds. */
  sd: number;
}

/**
 * The variance over seeds in excess of that of the images that differ between the seeds. Images that the
 * seeds share move all of them alike and add nothing to it, so their covariance is taken off.
 *
 * @param seeds the weighted runs of each seed, two seeds or more
 */
function luckOf(seeds: readonly (readonly Weighted[])[]): Luck {
  const count = seeds.length;
  const values = seeds.map((runs) => runs.reduce((sum, { run, weight }) => sum + weight * shareOf(run), 0));
  const observed = varianceOf(values);
  const within = mean(seeds.map((runs) => imageVariance(runs).variance));
  const together = imageVariance(
    seeds.flat().map(({ run, weight }) => ({ run, weight: weight / count })),
  ).variance;
  const shared = (count * together - within) / (count - 1);
  return {
    variance: Math.max(0, observed - (within - shared)) / count,
    observed: observed / count,
    seeds: count,
    sd: Math.sqrt(observed),
  };
}

/**
 * Σ weight x accuracy over groups of runs, each the mean over its seeds, with an interval that counts an
 * image once and a seed's luck too. Weights 1 and -1: the difference of two methods. Where all groups have
 * the same number of seeds, seeds are taken in pairs; otherwise each group's luck is estimated by itself. A
 * group with one seed adds no luck, since none is known: ask for three seeds before believing it. In
 * simulations of three seeds the intervals cover 92% (much luck) to 97% (none).
 *
 * @param groups the repetitions of each method
 * @param weights one a group
 * @throws {RangeError} for a run without images, or weights that do not fit
 */
export function contrastOfRuns(groups: readonly Repetitions[], weights: readonly number[]): Estimate {
  const parts = groups.map((runs, g) => ({ runs, weight: weights[g] })).filter(({ weight }) => weight !== 0);
  if (groups.length !== weights.length || parts.length === 0) {
    throw new RangeError(`${groups.length} groups of runs, and the weights ${weights.join(", ")}`);
  }
  if (parts.some(({ runs }) => runs.length === 0 || runs.some(({ images }) => images.length === 0))) {
    throw new RangeError("a group of runs has no run, or a run has no image");
  }
  const value = parts.reduce((sum, { runs, weight }) => sum + weight * mean(runs.map(shareOf)), 0);
  const ofImages = imageVariance(
    parts.flatMap(({ runs, weight }) => runs.map((run) => ({ run, weight: weight / runs.length }))),
  );
  const counts = parts.map(({ runs }) => runs.length);
  const seeds = Math.min(...counts);
  const paired = counts.every((count) => count === seeds);
  const bySeed = paired
    ? [
      counts[0] < 2
        ? []
        : parts[0].runs.map((_, s) => parts.map(({ runs, weight }) => ({ run: runs[s], weight }))),
    ]
    : parts.map(({ runs, weight }) => runs.length < 2 ? [] : runs.map((run) => [{ run, weight }]));
  const lucks = bySeed.filter(({ length }) => length > 0).map(luckOf);
  const variance = ofImages.variance + lucks.reduce((sum, luck) => sum + luck.variance, 0);
  const spread = lucks.reduce(
    (sum, luck) => sum + (luck.variance > 0 ? luck.observed ** 2 / (luck.seeds - 1) : 0),
    0,
  );
  const degrees = spread > 0 ? variance ** 2 / spread : Infinity;
  const deviation = Math.sqrt(variance);
  const half = studentQuantile(CONFIDENCE, Math.max(1, degrees)) * deviation;
  return {
    value,
    low: value - half,
    high: value + half,
    n: ofImages.n,
    seeds,
    ...(lucks.length > 0 && { sd: Math.sqrt(lucks.reduce((sum, { sd }) => sum + sd ** 2, 0)) }),
    deviation,
    degrees: Math.max(1, degrees),
  };
}

/** Of the intervals. */
const CONFIDENCE = 0.95;

/**
 * The mean accuracy of several runs: of one method's seeds, or of several methods or combinations taken
 * together. Its interval is never narrower than that of one run over the same distinct images.
 *
 * @param runs of one method, one a seed; or several methods' runs in one list, whose differences then count
 *   as luck
 */
export function meanAccuracy(runs: Repetitions): Estimate {
  const estimate = contrastOfRuns([runs], [1]);
  const once = wilsonInterval(estimate.value, estimate.n, CONFIDENCE);
  return {
    ...estimate,
    low: Math.max(0, Math.min(estimate.low, once.low)),
    high: Math.min(1, Math.max(estimate.high, once.high)),
  };
}

/** The part of an estimate that its p-values need. */
type Deviating = Pick<Estimate, "value" | "deviation" | "degrees">;

/** The p-value that what is estimated is above `than`: small where it certainly is. */
export function pAbove({ value, deviation, degrees }: Deviating, than = 0): number {
  return studentTail((value - than) / deviation, degrees);
}

/** The p-value that what is estimated is below `than`: small where it certainly is. */
export function pBelow({ value, deviation, degrees }: Deviating, than = 0): number {
  return studentTail((than - value) / deviation, degrees);
}
