import assert from "node:assert/strict";
import { claimsOf, claimsTable } from "../../src/cli/reproduce.ts";
import { showClaims } from "../../src/notebook/mod.ts";
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

Deno.test("claims that a notebook shows are found in its executed copy and printed", async () => {
  const data = await showClaims([claim]).bundle();
  const notebook = JSON.stringify({
    cells: [{ cell_type: "markdown" }, { outputs: [{ output_type: "stream" }, { data }] }],
  });
  const claims = await claimsOf(notebook);
  assert.deepEqual(claims, [claim]);
  const table = claimsTable(claims, 120);
  assert.match(
    table,
    /Every combination is told apart\. \(Table 2\) +62\.8% to 92\.7% +71\.0% \[68\.6, 73\.3\] +holds/,
  );
});
