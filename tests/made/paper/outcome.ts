import { type Claim, testClaims, type TestedClaim } from "../../../src/paper/mod.ts";

/** The outcome of the one claim of this name, tested by itself: with nothing to correct its p-value for. */
export function outcomeOf<From>(
  claims: readonly Claim<From>[],
  id: string,
  records: readonly From[],
): TestedClaim {
  return testClaims(claims.filter((claim) => claim.id === id), records)[0];
}
