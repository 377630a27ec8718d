/** The tests of an audit: groups and folds, scores that were held out, and their p-values. */
import { duplicateGroups } from "../../../data/mod.ts";
import type { EvidenceName } from "../../../evidence/mod.ts";
import { ridgeScores } from "../../../probe/mod.ts";
import {
  balancedAccuracy,
  binomialTest,
  permutation,
  permutationTest,
  permutedLabels,
  rocArea,
  rocAreaInterval,
  STREAMS,
} from "../../../stats/mod.ts";
import type { AuditedImage, Reading } from "./reading.ts";
import { type Audit, type AuditTest, strictestLevel } from "./schema.ts";

/** Two datasets that are compared: which images of a reading, and what is known of them without evidence. */
interface Comparison {
  /** Numbers of images: those of the first, then those of the second. */
  rows: Int32Array;
  /** 1: of the first, -1: of the second. */
  labels: Int8Array;
  groups: Int32Array;
  /** Part of each image; groups are in one. */
  folds: Int32Array;
  /** 0: of the held-out half; -1: of the half that is learnt from. */
  half: Int32Array;
  /** Pairs of places in `rows`, one of the held-out half of each dataset; no group is in two. */
  pairs: [number, number][];
  /** The labels, and those of each deal. */
  assignments: Int8Array;
}

/** Numbers of the groups that images belong to: by the user, the manifest, or because they are the same. */
export function groupsOf(
  images: readonly AuditedImage[],
  own: readonly (string | undefined)[],
  datasets: number,
): Int32Array {
  const tied = images.map(({ group, sha256, perceptualHash }, i) => ({
    group: own[i] === undefined ? group : `own ${own[i]}`,
    sha256,
    perceptualHash,
    photograph: true as const,
  }));
  const byDataset = Array.from(
    { length: datasets },
    (_, d) => tied.filter((_, i) => images[i].dataset === d),
  );
  return Int32Array.from(duplicateGroups(byDataset).flatMap((numbers) => [...numbers]));
}

/** Prepares the comparison of two datasets of some images. */
export function compareDatasets(
  [a, b]: [number, number],
  { images, groups: all }: { images: readonly Pick<AuditedImage, "dataset">[]; groups: Int32Array },
  { folds, permutations, seed }: Audit,
): Comparison {
  const rowsOf = (dataset: number) => [...images.keys()].filter((i) => images[i].dataset === dataset);
  const [first, second] = [rowsOf(a), rowsOf(b)];
  const rows = Int32Array.from([...first, ...second]);
  const labels = Int8Array.from(rows, (_, i) => i < first.length ? 1 : -1);
  const groups = Int32Array.from(rows, (row) => all[row]);
  const half = dealt(groups, 2, seed).map((fold) => fold === 0 ? 0 : -1);
  return {
    rows,
    labels,
    groups,
    folds: dealt(groups, folds, seed),
    half,
    pairs: pairsIn({ labels, groups, half }, seed),
    assignments: permutedLabels({ labels, groups }, permutations, seed),
  };
}

/** Members of each group, in a random order of groups that labels have no part in. */
function shuffledGroups(groups: Int32Array, seed: number): number[][] {
  const members = [...Map.groupBy(groups.keys(), (i) => groups[i]).values()];
  return Array.from(permutation(members.length, seed, STREAMS.auditFolds), (at) => members[at]);
}

/** Deals groups to folds of about equal size: the largest first, each to the fold that has the fewest. */
function dealt(groups: Int32Array, folds: number, seed: number): Int32Array {
  const sizes = new Array<number>(folds).fill(0);
  const fold = new Int32Array(groups.length);
  for (const members of shuffledGroups(groups, seed).sort((a, b) => b.length - a.length)) {
    const smallest = sizes.indexOf(Math.min(...sizes));
    sizes[smallest] += members.length;
    for (const i of members) fold[i] = smallest;
  }
  return fold;
}

function pairsIn(
  { labels, groups, half }: Pick<Comparison, "labels" | "groups" | "half">,
  seed: number,
): [number, number][] {
  const one = shuffledGroups(groups, seed)
    .filter((members) => half[members[0]] === 0 && members.every((i) => labels[i] === labels[members[0]]))
    .map(([i]) => i);
  const [first, second] = [1, -1].map((label) => one.filter((i) => labels[i] === label));
  return first.slice(0, second.length).map((i, at) => [i, second[at]]);
}

/** A test before it is corrected for the others, and the scores of the images in the order of `rows`. */
export interface Tested {
  test: Omit<AuditTest, "adjusted">;
  scores: Float32Array;
  /**
   * Scores of changed versions of some images, each by the classifier that was fitted without the image.
   *
   * @param versions vectors of each image's versions, [versions, columns], by its place in `rows`
   */
  scoresOf(versions: ReadonlyMap<number, Float32Array>): Promise<Map<number, Float32Array>>;
}

/** Tests whether one kind of evidence tells two datasets apart. */
export async function testEvidence(
  evidence: EvidenceName,
  comparison: Comparison,
  { vectors }: Pick<Reading, "vectors">,
  audit: Audit,
): Promise<Tested> {
  const { seed } = audit;
  const { rows, labels, groups, folds, half, pairs, assignments } = comparison;
  const data = rowsOf(comparison, vectors.get(evidence)!);
  const scores = await ridgeScores({ ...data, folds }, assignments, seed);
  const of = (deal: number, array: Float32Array | Int8Array) =>
    array.subarray(deal * rows.length, (deal + 1) * rows.length);
  const areas = Array.from(
    { length: assignments.length / rows.length },
    (_, deal) => rocArea(of(deal, scores) as Float32Array, of(deal, assignments) as Int8Array),
  );
  const own = scores.slice(0, rows.length);
  const heldOut = await ridgeScores({ ...data, folds: half }, labels, seed);
  const right = pairs.filter(([a, b]) => heldOut[a] > heldOut[b]).length;
  const scored = { scores: own, labels, groups };
  return {
    scores: own,
    scoresOf: (versions) => scoresOfVersions({ data, folds, labels }, versions, seed),
    test: {
      evidence,
      area: rocAreaInterval(scored),
      accuracy: balancedAccuracy(scored),
      ...permutationTest(areas, strictestLevel(audit, evidence)),
      heldOut: {
        pairs: pairs.length,
        right,
        p: pairs.length > 0 ? binomialTest({ correct: right, n: pairs.length }, 0.5).p : 1,
      },
    },
  };
}

/** The vectors of the images that are compared, in the order of {@link Comparison.rows}. */
function rowsOf({ rows }: Comparison, { values, columns }: { values: Float32Array; columns: number }) {
  const chosen = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => chosen.set(values.subarray(row * columns, (row + 1) * columns), i * columns));
  return { values: chosen, rows: rows.length, columns };
}

async function scoresOfVersions(
  { data: own, folds, labels }: Pick<Comparison, "folds" | "labels"> & { data: ReturnType<typeof rowsOf> },
  versions: ReadonlyMap<number, Float32Array>,
  seed: number,
): Promise<Map<number, Float32Array>> {
  const scores = new Map<number, Float32Array>();
  for (const [fold, places] of Map.groupBy(versions.keys(), (place) => folds[place])) {
    const added = places.map((place) => versions.get(place)!);
    const values = new Float32Array(own.values.length + added.reduce((sum, { length }) => sum + length, 0));
    values.set(own.values);
    let at = own.values.length;
    for (const some of added) {
      values.set(some, at);
      at += some.length;
    }
    const rows = values.length / own.columns;
    const isHeldOut = (row: number) => row >= own.rows || folds[row] === fold;
    const data = {
      values,
      rows,
      columns: own.columns,
      folds: Int32Array.from({ length: rows }, (_, row) => isHeldOut(row) ? fold : -1),
    };
    const dealt = Int8Array.from({ length: rows }, (_, row) => labels[row] ?? 1); // a version's is never read
    const found = await ridgeScores(data, dealt, seed);
    let row = own.rows;
    places.forEach((place, i) => {
      const count = added[i].length / own.columns;
      scores.set(place, found.subarray(row, row + count));
      row += count;
    });
  }
  return scores;
}
