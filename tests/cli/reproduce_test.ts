import assert from "node:assert/strict";
import { claimsTable } from "../../src/cli/reproduce.ts";
import type { TestedClaim } from "../../src/paper/mod.ts";

const claim: TestedClaim = {
  id: "above-chance",
  statement: "Every combination is told apart.",
  source: "Table 2",
  paper: "62.8% to 92.7%",
  ours: "71.0% [68.6, 73.3]",
  verdict: "holds",
  reason: "the interval is above chance",
};

Deno.test("claims are printed as a table", () => {
  const table = claimsTable([claim], 120);
  assert.match(
    table,
    /Every combination is told apart\. \(Table 2\) +62\.8% to 92\.7% +71\.0% \[68\.6, 73\.3\] +holds/,
  );
});
