/** Claims, their verdicts, and everything that the tests of several chapters share. */
import type { RunRecord } from "../experiments/mod.ts";
import {
  binomialTest,
  type Contrast,
  formatPercent,
  holm,
  type Proportion,
  twoProportionTest,
  wilson,
} from "../stats/mod.ts";

/** The answer of the records to a claim of the paper. `not shown at this scale`: the data allow either. */
export type Verdict = "holds" | "does not hold" | "not shown at this scale";

/** The outcome of the test of a claim. */
export interface ClaimOutcome {
  /** Our figure, with its 95% interval where it is one number. */
  ours: string;
  verdict: Verdict;
  /** The rule that decided, with its numbers. */
  reason: string;
}

/** A statement of the paper that records, or other evidence, can be tested against. */
export interface Claim<Evidence = RunRecord> {
  /** Stable name, for example `every-triple-above-chance`. */
  id: string;
  statement: string;
  /** Where the paper makes it, for example "Table 2". */
  source: string;
  /** The paper's figure. */
  paper: string;
  /** Decides from the records of the sweep that the claim is about; others among them are ignored. */
  test(evidence: readonly Evidence[]): ClaimOutcome;
}

/** A claim with its outcome: one row of the table that a notebook and `deno task reproduce` print. */
export type TestedClaim = Omit<Claim, "test"> & ClaimOutcome;

/** Tests every claim on the evidence: records of runs, or what readers have played. */
export function testClaims<Evidence = RunRecord>(
  claims: readonly Claim<Evidence>[],
  evidence: readonly Evidence[],
): TestedClaim[] {
  return claims.map(({ test, ...claim }) => ({ ...claim, ...test(evidence) }));
}

/** The outcome where the runs that a claim needs are not among the records. */
export function notRun(missing: string): ClaimOutcome {
  return { ours: "–", verdict: "not shown at this scale", reason: missing };
}

/**
 * The gate in front of a chapter's tests: are all runs there? It turns a test of what was read into the test
 * of a claim.
 *
 * @param read Reads from the evidence what the tests are about.
 * @param missing Says what was not run, or nothing where the tests can be made.
 */
export function onceRun<Read, Evidence = RunRecord>(
  read: (evidence: readonly Evidence[]) => Read,
  missing: (found: Read, evidence: readonly Evidence[]) => string | undefined,
): (test: (found: Read) => ClaimOutcome) => Claim<Evidence>["test"] {
  return (test) => (evidence) => {
    const found = read(evidence);
    const lacking = missing(found, evidence);
    return lacking === undefined ? test(found) : notRun(lacking);
  };
}

/** Significance level of every test, after Holm's correction where several are made. */
export const ALPHA = 0.05;

/** An accuracy whose whole interval is below chance plus this is no more than chance. */
export const NEGLIGIBLE = 0.05;

/**
 * "Far above chance": this many times chance. The paper's networks are at 2.2 times (72.4% of three) and
 * more.
 */
const FAR = 1.5;

/** How {@link compareAll} decides, for a reason. */
export const BY_TWO_PROPORTIONS = `(two-proportion tests, Holm, p < ${ALPHA})`;

/** How {@link aboveChance} decides, for a reason. */
export const BY_BINOMIAL = `(exact binomial test, Holm, p < ${ALPHA})`;

/** `shown` and `refuted` are each the outcome of a test; neither: the data allow either. */
export function verdictOf(shown: boolean, refuted: boolean): Verdict {
  if (shown) return "holds";
  return refuted ? "does not hold" : "not shown at this scale";
}

/** A difference of shares: "8.1 points". */
export const inPoints = (difference: number): string => `${(100 * difference).toFixed(1)} points`;

/** A difference with its interval: "8.1 points [5.2, 11.0]". */
export function formatDifference({ value, low, high }: Contrast): string {
  return `${inPoints(value)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
}

/** "p = 0.012", "p < 0.001". */
export function formatP(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/**
 * Accuracy on the validation images of several runs together, for example of one experiment with several
 * seeds.
 */
export function pooledAccuracy(records: readonly { result: { accuracy: Proportion } }[]): Proportion {
  return pooledCounts(records.map(({ result }) => result.accuracy));
}

/** Several counts taken together. */
export function pooledCounts(parts: readonly Pick<Proportion, "correct" | "n">[]): Proportion {
  const sum = (field: "correct" | "n") => parts.reduce((total, part) => total + part[field], 0);
  return wilson(sum("correct"), sum("n"));
}

/** An accuracy beside that of guessing, [0, 1]. */
interface AgainstChance {
  accuracy: Proportion;
  chance: number;
}

/** Whether several accuracies are above their chance. */
interface AboveChance {
  /** How many certainly are, by exact binomial tests with Holm's correction. */
  above: number;
  /** All are: holds. Any is certainly no more than {@link NEGLIGIBLE} above: does not hold. */
  verdict: Verdict;
}

/** Tests each accuracy against its chance. */
export function aboveChance(points: readonly AgainstChance[]): AboveChance {
  const adjusted = holm(points.map(({ accuracy, chance }) => binomialTest(accuracy, chance).p));
  const above = adjusted.filter((p) => p < ALPHA).length;
  return { above, verdict: verdictOf(above === points.length, points.some(isAtChance)) };
}

/** Whether an accuracy is certainly no more than {@link NEGLIGIBLE} above chance. */
export function isAtChance({ accuracy, chance }: AgainstChance): boolean {
  return accuracy.high < chance + NEGLIGIBLE;
}

/** The outcome of several comparisons; the counts are after Holm's correction, one for each direction. */
interface Comparisons {
  /** How many are certainly higher. */
  higher: number;
  /** How many are certainly lower. */
  lower: number;
  /** All are higher: holds. Any is lower: does not hold. */
  verdict: Verdict;
}

/**
 * Tests whether the first of each pair is higher than the second, and whether it is lower. Two runs share
 * their validation images, so their counts are not independent. The same images are hard for both, which
 * makes the two-proportion test cautious.
 */
export function compareAll(pairs: readonly (readonly [Proportion, Proportion])[]): Comparisons {
  const certain = (alternative: "greater" | "less") =>
    holm(pairs.map(([a, b]) => twoProportionTest(a, b, alternative).p)).filter((p) => p < ALPHA).length;
  const [higher, lower] = [certain("greater"), certain("less")];
  return { higher, lower, verdict: verdictOf(higher === pairs.length, lower > 0) };
}

/**
 * Whether all are certainly {@link FAR} above chance, by their whole intervals, and whether any certainly is
 * not.
 */
export function farAboveChance(points: readonly AgainstChance[]): ClaimOutcome {
  const far = points.filter(({ accuracy, chance }) => accuracy.low >= FAR * chance);
  const near = points.filter(({ accuracy, chance }) => accuracy.high < FAR * chance);
  const ratios = points.map(({ accuracy, chance }) => (accuracy.value / chance).toFixed(1));
  return {
    ours: points.map(({ accuracy }) => formatPercent(accuracy.value)).join(", "),
    verdict: verdictOf(far.length === points.length, near.length > 0),
    reason:
      `${far.length} of ${points.length} have their whole interval above ${FAR} times chance; they are at ` +
      `${ratios.join(", ")} times chance`,
  };
}
