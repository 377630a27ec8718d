import assert from "node:assert/strict";
import { claimsTable } from "../../src/cli/reproduce.ts";
import { claim } from "../made/paper/tested_claim.ts";

Deno.test("claims are printed as a table", () => {
  const table = claimsTable([claim], 120);
  assert.match(
    table,
    /Every combination is told apart\. \(Table 2\) +62\.8% to 92\.7% +71\.0% \[68\.6, 73\.3\] +holds/,
  );
});
