import type { TestedClaim, Verdict } from "../paper/mod.ts";
import { Displayable } from "./kernel.ts";
import { tableBundle } from "./table.ts";

/** Format of the claims in an executed notebook: `{ claims: TestedClaim[] }`. */
export const CLAIMS_MIME = "application/vnd.name-that-dataset.claims+json";

const MARKS: Record<Verdict, string> = { "holds": "✓", "does not hold": "✗", "not shown at this scale": "?" };

/** The claims as a table, with the claims themselves beside it for whoever collects them from the executed notebook. */
export function showClaims(claims: readonly TestedClaim[]): Displayable {
  return new Displayable(() => ({
    ...tableBundle(claims, [
      { title: "the paper", value: ({ statement, source }) => `${statement} (${source})` },
      { title: "its figure", value: ({ paper }) => paper },
      { title: "ours", value: ({ ours }) => ours },
      { title: "verdict", value: ({ verdict }) => `${MARKS[verdict]} ${verdict}` },
      { title: "why", value: ({ reason }) => reason },
    ]),
    [CLAIMS_MIME]: { claims },
  }));
}
