/** Claims, how they are decided, and everything that the tests of several chapters share. */
import type { RunRecord } from "../experiments/mod.ts";
import { type Contrast, type Estimate, holm, type Proportion, wilson } from "../stats/mod.ts";

/**
 * The answer of the records to a claim of the paper. `not shown at this scale`: the data allow either.
 * `not shown: under-fitted`: the networks have not learnt their own training images well enough to tell.
 */
export type Verdict = "holds" | "does not hold" | Undecided;

/** Verdicts that say nothing of the claim. */
export type Undecided = "not shown at this scale" | "not shown: under-fitted";

/** How strongly the records speak for a statement, and for its contrary beyond a margin. */
export interface Evidence {
  /** Our figure, with its 95% interval where it is one number. */
  ours: string;
  /** What was tested, with its numbers and the name of every margin. {@link testClaims} adds the p-values. */
  reason: string;
  /** p-value for the statement, not corrected for other claims: small where it is shown. */
  shown: number;
  /**
   * p-value for the contrary beyond the margin that `reason` names: small where the statement is refuted. 1
   * where these records can't refute it.
   */
  refuted: number;
  /** Why the p-values must not decide. Left out or `undefined`: they may. */
  gate?: Gate;
}

/** A reason not to decide. */
export interface Gate {
  verdict: Undecided;
  reason: string;
}

/**
 * The outcome of a claim that no p-value decides: what it needs was not run, or a figure is met or missed.
 */
export interface ClaimOutcome {
  /** Our figure, with its 95% interval where it is one number. */
  ours: string;
  verdict: Verdict;
  /** The rule that decided, with its numbers. */
  reason: string;
}

/** A statement of the paper that records, or other evidence, can be tested against. */
export interface Claim<From = RunRecord> {
  /** Stable name, for example `every-triple-above-chance`. */
  id: string;
  statement: string;
  /** Where the paper makes it, for example "Table 2". */
  source: string;
  /** The paper's figure. */
  paper: string;
  /**
   * Why the claim is exploratory: what of its rule or its settings was chosen after looking. Default:
   * nothing.
   */
  exploratory?: string;
  /** Weighs the records of the sweep that the claim is about; others among them are ignored. */
  test(records: readonly From[]): Evidence | ClaimOutcome;
}

/** A claim with its outcome: one row of the table that a notebook and `deno task reproduce` print. */
export type TestedClaim = Omit<Claim, "test" | "exploratory"> & ClaimOutcome;

/**
 * Tests claims on records of runs, or on what readers have played. Of all claims in one call the p-values are
 * corrected together by Holm's method: those for the statements, and those against them. So pass all claims
 * of a notebook at once. A claim whose corrected p-value is below {@link ALPHA} holds, one whose contrary's
 * is does not; where both are, the effect is there, but below the margin, and the claim holds. Claims that
 * were not run, or that a gate keeps from being decided, are not counted.
 */
export function testClaims<From = RunRecord>(
  claims: readonly Claim<From>[],
  records: readonly From[],
): TestedClaim[] {
  const found = claims.map(({ test, exploratory, ...claim }) => ({
    claim,
    exploratory,
    outcome: test(records),
  }));
  const decisive = found.map(({ outcome }) => outcome).filter(isDecisive);
  const shown = holm(decisive.map(({ shown }) => shown));
  const refuted = holm(decisive.map(({ refuted }) => refuted));
  return found.map(({ claim, exploratory, outcome }) => {
    const at = decisive.indexOf(outcome as Evidence);
    const decided = "verdict" in outcome ? outcome : decide(outcome, shown[at], refuted[at], decisive.length);
    const reason = exploratory ? `exploratory (${exploratory}): ${decided.reason}` : decided.reason;
    return { ...claim, ...decided, reason };
  });
}

/**
 * Claims that are tested on records of their own, so that one call of {@link testClaims} corrects the
 * p-values of a notebook that has two sweeps.
 */
export function claimsOn<From>(
  records: readonly From[],
  claims: readonly Claim<From>[],
): Claim<unknown>[] {
  return claims.map((claim) => ({ ...claim, test: () => claim.test(records) }));
}

/** Decides by p-values that were corrected for `count` claims, unless a gate keeps them from it. */
function decide(
  { ours, reason, gate }: Evidence,
  shown: number,
  refuted: number,
  count: number,
): ClaimOutcome {
  if (gate) return { ours, verdict: gate.verdict, reason: `${gate.reason}; ${reason}` };
  const corrected = count > 1 ? `, Holm over ${count} claims` : "";
  const otherwise = refuted < ALPHA ? "does not hold" : "not shown at this scale";
  return {
    ours,
    verdict: shown < ALPHA ? "holds" : otherwise,
    reason: `${reason}; ${formatP(shown)} for it, ${formatP(refuted)} against it${corrected}`,
  };
}

const isDecisive = (outcome: Evidence | ClaimOutcome): outcome is Evidence =>
  !("verdict" in outcome) && !outcome.gate;

/** A part of a claim that says several things at once. */
type Part = Pick<Evidence, "shown" | "refuted">;

/**
 * "All of these hold": an intersection-union test (Berger 1982). All are shown where the least certain is;
 * the claim is refuted where any is, after Holm's correction for looking at each.
 *
 * @param parts one or more
 */
export function allHold(parts: readonly Part[]): Part {
  return {
    shown: Math.max(...parts.map(({ shown }) => shown)),
    refuted: Math.min(...holm(parts.map(({ refuted }) => refuted))),
  };
}

/** The outcome where the runs that a claim needs are not among the records. */
export function notRun(missing: string): ClaimOutcome & { verdict: Undecided } {
  return { ours: "–", verdict: "not shown at this scale", reason: missing };
}

/**
 * The gate in front of a chapter's tests: are all runs there? It turns a test of what was read into the test
 * of a claim.
 *
 * @param read Reads from the records what the tests are about.
 * @param missing Says what was not run, or nothing where the tests can be made.
 */
export function onceRun<Read, From = RunRecord>(
  read: (records: readonly From[]) => Read,
  missing: (found: Read, records: readonly From[]) => string | undefined,
): (test: (found: Read) => Evidence | ClaimOutcome) => Claim<From>["test"] {
  return (test) => (records) => {
    const found = read(records);
    const lacking = missing(found, records);
    return lacking === undefined ? test(found) : notRun(lacking);
  };
}

/** Significance level of every test, after Holm's correction where several are made. */
export const ALPHA = 0.05;

/** A difference of shares: "8.1 points". */
export const inPoints = (difference: number): string => `${(100 * difference).toFixed(1)} points`;

/** A difference with its interval: "8.1 points [5.2, 11.0]". */
export function formatDifference(
  { value, low, high }: Pick<Contrast | Estimate, "value" | "low" | "high">,
): string {
  return `${inPoints(value)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
}

/** "p = 0.012", "p < 0.001". */
export function formatP(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/** Several counts taken together. */
export function pooledCounts(parts: readonly Pick<Proportion, "correct" | "n">[]): Proportion {
  const sum = (field: "correct" | "n") => parts.reduce((total, part) => total + part[field], 0);
  return wilson(sum("correct"), sum("n"));
}
