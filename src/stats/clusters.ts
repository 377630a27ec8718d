/** Whether clusters that were found without labels are the labels' own. */
import { permutation } from "./random.ts";
import { STREAMS } from "./streams.ts";

/** The outcome of {@link clusterTest}. */
export interface ClusterAgreement {
  /** Hubert & Arabie's adjusted Rand index: 1 where clusters are the classes, 0 on average by chance. */
  rand: number;
  /** Share of rows whose cluster is mostly of their own class, [0, 1]. */
  purity: number;
  /** Probability of so great an index if the labels are dealt anew (Phipson & Smyth 2010). */
  p: number;
}

/**
 * Compares clusters with classes (Hubert & Arabie 1985), by an exact permutation test.
 *
 * @param clusters numbers from 0, [rows]
 * @param labels numbers from 0, [rows]
 */
export function clusterTest(
  clusters: Int32Array,
  labels: Int32Array,
  { permutations, seed }: { permutations: number; seed: number },
): ClusterAgreement {
  const own = countsOf(clusters, labels);
  const rand = adjustedRand(own);
  let asGreat = 0;
  for (let deal = 1; deal <= permutations; deal++) {
    const order = permutation(labels.length, seed, STREAMS.clusterLabels, deal);
    const dealt = Int32Array.from(order, (row) => labels[row]);
    if (adjustedRand(countsOf(clusters, dealt)) >= rand - 1e-12) asGreat++;
  }
  const purity = own.reduce((sum, row) => sum + Math.max(...row), 0) / labels.length;
  return { rand, purity, p: (1 + asGreat) / (1 + permutations) };
}

/** How many rows of each class a cluster has: [clusters][classes]. */
function countsOf(clusters: Int32Array, labels: Int32Array): number[][] {
  const [of, classes] = [clusters, labels].map((numbers) => Math.max(...numbers) + 1);
  const counts = Array.from({ length: of }, () => new Array<number>(classes).fill(0));
  clusters.forEach((cluster, row) => counts[cluster][labels[row]]++);
  return counts;
}

function adjustedRand(counts: readonly (readonly number[])[]): number {
  const pairs = (n: number) => n * (n - 1) / 2;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
  const [rows, columns] = [counts.map(sum), counts[0].map((_, c) => sum(counts.map((row) => row[c])))];
  const together = sum(counts.flat().map(pairs));
  const [ofClusters, ofClasses] = [rows, columns].map((sizes) => sum(sizes.map(pairs)));
  const expected = ofClusters * ofClasses / pairs(sum(rows));
  const most = (ofClusters + ofClasses) / 2;
  return most === expected ? 0 : (together - expected) / (most - expected);
}
