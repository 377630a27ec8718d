/**
 * What a classifier two-sample test (Lopez-Paz & Oquab 2017) makes of held-out scores: areas under the ROC
 * curve and accuracies with intervals, permutations of labels, and pairs.
 */
import { normalQuantile } from "./distributions.ts";
import { wilsonInterval } from "./intervals.ts";
import { random } from "./random.ts";
import { STREAMS } from "./streams.ts";

/** A share with its 95% interval, all in [0, 1]. */
export interface Share {
  value: number;
  low: number;
  high: number;
}

/** Held-out scores of two classes. */
interface Scored {
  /** The higher, the more like the positive class, [images]. */
  scores: Float32Array;
  /** 1 or -1, [images]. */
  labels: Int8Array;
  /** Images of one group count as one case in intervals, [images]. */
  groups: Int32Array;
}

/** Scores of one class, ascending. */
function sorted(scores: Float32Array, labels: Int8Array, label: 1 | -1): Float32Array {
  return scores.filter((_, i) => labels[i] === label).sort();
}

/**
 * Area under the ROC curve: the share of pairs of images, one of each class, in which the positive one has
 * the higher score; of equal scores half. NaN where a class has no image.
 */
export function rocArea(scores: Float32Array, labels: Int8Array): number {
  const [above, below] = [sorted(scores, labels, 1), sorted(scores, labels, -1)];
  let [rank, less, same] = [0, 0, 0];
  for (const score of above) {
    while (less < below.length && below[less] < score) less++;
    same = Math.max(same, less);
    while (same < below.length && below[same] === score) same++;
    rank += (less + same) / 2;
  }
  return rank / (above.length * below.length);
}

/** Share of `values`, ascending, that are below `score`; of equal ones half count. */
function shareBelow(values: Float32Array, score: number): number {
  const at = (isBefore: (value: number) => boolean) => {
    let [low, high] = [0, values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(values[middle])) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (at((value) => value < score) + at((value) => value <= score)) / (2 * values.length);
}

/**
 * The area under the ROC curve with its 95% interval: DeLong's variance (1988) with groups as clusters
 * (Obuchowski 1997), in Wilson's form, which stays within [0, 1] (Kottas, Kuss & Zapf 2014).
 */
export function rocAreaInterval({ scores, labels, groups }: Scored): Share {
  const [above, below] = [sorted(scores, labels, 1), sorted(scores, labels, -1)];
  const influence = (i: number, value: number) =>
    labels[i] === 1
      ? (shareBelow(below, scores[i]) - value) / above.length
      : (1 - shareBelow(above, scores[i]) - value) / below.length;
  return clustered(rocArea(scores, labels), influence, { labels, groups });
}

/** The mean of both classes' shares of images on the right side of 0, with its 95% interval. */
export function balancedAccuracy({ scores, labels, groups }: Scored): Share {
  const right = (i: number) => scores[i] === 0 ? 0.5 : scores[i] > 0 === labels[i] > 0 ? 1 : 0;
  const [positive, negative] = ([1, -1] as const).map((label) => {
    const rows = [...labels.keys()].filter((i) => labels[i] === label);
    return { n: rows.length, share: rows.reduce((sum, i) => sum + right(i), 0) / rows.length };
  });
  const influence = (i: number) => {
    const { n, share } = labels[i] === 1 ? positive : negative;
    return (right(i) - share) / (2 * n);
  };
  return clustered((positive.share + negative.share) / 2, influence, { labels, groups });
}

/**
 * Wilson's interval of a share for as many independent cases as its variance is worth.
 *
 * @param influence what an image adds to the estimate's deviation
 */
function clustered(
  value: number,
  influence: (image: number, value: number) => number,
  { labels, groups }: Pick<Scored, "labels" | "groups">,
): Share {
  const sums = new Map<number, number>();
  labels.forEach((_, i) => sums.set(groups[i], (sums.get(groups[i]) ?? 0) + influence(i, value)));
  const variance = sums.values().reduce((sum, part) => sum + part ** 2, 0) *
    sums.size / Math.max(1, sums.size - 1);
  const most = Math.max(2, sums.size);
  const cases = variance > 0 ? Math.min(most, value * (1 - value) / variance) : most;
  return { value, ...wilsonInterval(value, Math.max(1, cases), 0.95) };
}

/**
 * Deals labels anew under the hypothesis that nothing ties them to the images. A group whose images all have
 * one label keeps them together: its label is exchanged with those of other such groups. In a group with both
 * labels (the same picture in both folders) they are exchanged within it.
 *
 * @param labels 1 or -1
 * @returns [1 + permutations, images]: the labels themselves, then each deal
 */
export function permutedLabels(
  { labels, groups }: Pick<Scored, "labels" | "groups">,
  permutations: number,
  seed: number,
): Int8Array {
  const members = [...Map.groupBy(groups.keys(), (i) => groups[i]).values()];
  const isPure = (rows: readonly number[]) => rows.every((i) => labels[i] === labels[rows[0]]);
  const pure = members.filter(isPure);
  const mixed = members.filter((rows) => !isPure(rows));
  const dealt = new Int8Array((1 + permutations) * labels.length);
  dealt.set(labels);
  for (let p = 1; p <= permutations; p++) {
    const stream = random(seed, STREAMS.permutedLabels, p);
    const shuffled = (values: Int8Array) => {
      for (let i = values.length - 1; i > 0; i--) {
        const j = stream.below(i + 1);
        [values[i], values[j]] = [values[j], values[i]];
      }
      return values;
    };
    const into = dealt.subarray(p * labels.length, (p + 1) * labels.length);
    const ofPure = shuffled(Int8Array.from(pure, (rows) => labels[rows[0]]));
    pure.forEach((rows, g) => rows.forEach((i) => into[i] = ofPure[g]));
    for (const rows of mixed) {
      const ofRows = shuffled(Int8Array.from(rows, (i) => labels[i]));
      rows.forEach((i, at) => into[i] = ofRows[at]);
    }
  }
  return dealt;
}

/** Areas that differ by less are equal: scores are rounded, and an equal deal must not be lost to that. */
const TIE = 1e-9;

/**
 * The exact test of the first of some values against the others, which are as probable where nothing differs:
 * (1 + how many others are as great) / (1 + how many others) (Phipson & Smyth 2010).
 *
 * @returns the p-value, and `visible`: the value that would have been significant at `alpha` with a
 *   probability of 80%, by the spread of the others
 */
export function permutationTest(
  [observed, ...others]: readonly number[],
  alpha: number,
): { p: number; visible: number } {
  const p = (1 + others.filter((other) => other >= observed - TIE).length) / (1 + others.length);
  const ascending = others.toSorted((a, b) => a - b);
  const critical = ascending[Math.min(others.length - 1, Math.ceil((1 - alpha) * (1 + others.length)) - 1)];
  const mean = others.reduce((sum, other) => sum + other, 0) / others.length;
  const variance = others.reduce((sum, other) => sum + (other - mean) ** 2, 0) / others.length;
  return { p, visible: Math.min(1, critical + normalQuantile(0.6) * Math.sqrt(variance)) };
}
