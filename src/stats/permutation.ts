/**
 * Tests of classifiers whose labels were dealt at random: would its answers agree with the classes as often,
 * if nothing tied the one to the other?
 */
import { normalTail } from "./distributions.ts";
import type { TestResult } from "./hypothesis_tests.ts";

/** `counts[t][p]`: number of images of class t that were called p; as many rows as columns. */
type Confusion = readonly (readonly number[])[];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const agreeing = (confusion: Confusion) => sum(confusion.map((row, label) => row[label]));

/**
 * The permutation test of agreement: the answers stay, and the true classes are dealt to the images anew,
 * each as often as it is. The distribution of the number of agreements is taken as normal with the mean and
 * the variance that it has over all permutations: those of the diagonal of a table with fixed margins
 * (Mantel 1963). With 50 images a class or more that is as good as drawing permutations.
 *
 * @returns the number of agreements, and the probability of so many or more; 1 where there is no variance
 */
export function agreementTest(confusion: Confusion): TestResult {
  const rows = confusion.map(sum);
  const columns = rows.map((_, label) => sum(confusion.map((row) => row[label])));
  const n = sum(rows);
  const expected = rows.map((row, label) => row * columns[label] / n);
  const variance = sum(
    rows.map((row, a) =>
      sum(
        rows.map((other, b) =>
          a === b ? row * columns[a] * (n - row) * (n - columns[a]) : row * other * columns[a] * columns[b]
        ),
      )
    ),
  ) / (n * n * (n - 1));
  const statistic = agreeing(confusion);
  if (!(variance > 0)) return { statistic, p: 1 };
  return { statistic, p: normalTail((statistic - sum(expected) - 0.5) / Math.sqrt(variance)) };
}

/**
 * The permutation test of several networks whose training labels were dealt at random: the names of each
 * network's answers are exchanged in every way. A deal that gave each name to the other's images would have
 * been as probable. So the test is exact, however much alike the images of a class are called, and each deal
 * counts once, though all are asked about the same images. The distribution of the sum is exact.
 *
 * @param confusions one a deal, all of the same classes
 * @returns the agreements of all deals, and the probability of so many or more
 */
export function renamingTest(confusions: readonly Confusion[]): TestResult {
  const statistic = sum(confusions.map(agreeing));
  let distribution = new Map([[0, 1]]);
  for (const confusion of confusions) {
    const outcomes = agreementsByNames(confusion);
    const next = new Map<number, number>();
    for (const [total, probability] of distribution) {
      for (const outcome of outcomes) {
        const at = total + outcome;
        next.set(at, (next.get(at) ?? 0) + probability / outcomes.length);
      }
    }
    distribution = next;
  }
  return { statistic, p: Math.min(1, sum([...distribution].flatMap(([at, p]) => at >= statistic ? p : []))) };
}

/** The numbers of agreements under every order of the names of the answers. */
function agreementsByNames(confusion: Confusion, label = 0, used: readonly number[] = []): number[] {
  if (label === confusion.length) return [0];
  return confusion[label].flatMap((count, name) =>
    used.includes(name)
      ? []
      : agreementsByNames(confusion, label + 1, [...used, name]).map((rest) => count + rest)
  );
}
