/** An audit in a cell. */
import assert from "node:assert/strict";
import type { AuditRecord } from "../../src/experiments/mod.ts";
import { auditTable } from "../../src/notebook/mod.ts";

const share = { value: 0.8, low: 0.7, high: 0.87 };

/** A record of two datasets, with a name that is no markup. */
const record = {
  result: {
    datasets: ["<i>a</i>", "b"].map((title) => ({ title, images: 50, groups: 50 })),
    pairs: [{
      datasets: [0, 1],
      verdict: "told apart",
      tests: [{
        evidence: "mean-color",
        area: share,
        accuracy: share,
        p: 0.001,
        adjusted: 0.002,
        visible: 0.6,
        heldOut: { pairs: 25, right: 20, p: 0.002 },
      }],
      without: [],
      twins: { count: 0, first: [] },
      scores: [],
    }],
  },
} as unknown as AuditRecord;

Deno.test("an audit's table has the verdict in words, and names are no markup", async () => {
  const shown = await auditTable(record).bundle() as Record<string, string>;
  assert.match(shown["text/plain"], /mean colour\s+colour\s+80\.0%\s+70\.0 to 87\.0/);
  assert.ok(!shown["text/html"].includes("<i>") && !shown["text/markdown"].includes("<i>"));
});
