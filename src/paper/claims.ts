import type { RunRecord } from "../experiments/mod.ts";

/** What a run says about a claim of the paper. `not shown at this scale`: the data allow either. */
export type Verdict = "holds" | "does not hold" | "not shown at this scale";

/** A claim tested on records. */
export interface Outcome {
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
  test(evidence: readonly Evidence[]): Outcome;
}

/** A claim with its outcome: one row of the table that a notebook and `deno task reproduce` print. */
export type TestedClaim = Omit<Claim, "test"> & Outcome;

/** Tests every claim on the evidence: records of runs, or what readers have played. */
export function testClaims<Evidence = RunRecord>(
  claims: readonly Claim<Evidence>[],
  evidence: readonly Evidence[],
): TestedClaim[] {
  return claims.map(({ test, ...claim }) => ({ ...claim, ...test(evidence) }));
}

/** The outcome where the runs that a claim needs are not among the records. */
export function notRun(missing: string): Outcome {
  return { ours: "–", verdict: "not shown at this scale", reason: missing };
}
