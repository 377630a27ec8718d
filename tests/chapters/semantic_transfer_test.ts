import assert from "node:assert/strict";
import { semanticClaims } from "../../src/chapters/semantic_transfer/claims.ts";
import { semanticFigure } from "../../src/chapters/semantic_transfer/figure.ts";
import { table8, testClaims } from "../../src/paper/mod.ts";
import { named, texts } from "../made/figures/traces.ts";
import { ofConcepts, ofPhotographs, table8Records, type Table8Shape } from "../made/paper/probe_records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

/** The verdict on a claim for photographs, whatever the concepts say. */
function verdict(id: string, shape: Partial<Table8Shape>) {
  const records = [...table8Records(ofPhotographs, shape), ...table8Records(ofConcepts)];
  return outcomeOf(semanticClaims, `${id}-classes`, records).verdict;
}

Deno.test("semantic claims: all hold on the paper's numbers, for photographs and for concepts", () => {
  const records = [...table8Records(ofPhotographs), ...table8Records(ofConcepts)];
  const tested = testClaims(semanticClaims, records);
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(6).fill("holds"));
  assert.equal(new Set(tested.map(({ id }) => id)).size, 6);
});

Deno.test("semantic claims: a task that was not probed is not shown, the other is", () => {
  const tested = testClaims(semanticClaims, table8Records(ofConcepts));
  assert.deepEqual(tested.map(({ ours }) => ours === "–"), [true, true, true, false, false, false]);
  assert.ok(testClaims(semanticClaims, []).every(({ verdict }) => verdict === "not shown at this scale"));
});

Deno.test("classifier-above-random: each classifier must be above; one below refutes it", () => {
  const id = "classifier-above-random";
  assert.equal(verdict(id, { random: 0.275 }), "not shown at this scale");
  assert.equal(verdict(id, { random: 0.31 }), "does not hold");
});

Deno.test("classifier-below-others: refuted where the best classifier is above any of them", () => {
  const id = "classifier-below-others";
  assert.equal(verdict(id, { mae: 0.35 }), "not shown at this scale");
  assert.equal(verdict(id, { mae: 0.25 }), "does not hold");
});

Deno.test("more-datasets-as-good: the ends of the series decide", () => {
  const id = "more-datasets-as-good";
  assert.equal(verdict(id, { classifiers: [0.34, 0.1, 0.1, 0.36] }), "holds");
  assert.equal(verdict(id, { classifiers: [0.34, 0.34, 0.34, 0.34], n: 100 }), "not shown at this scale");
  assert.equal(verdict(id, { classifiers: [0.35, 0.34, 0.34, 0.28] }), "does not hold");
});

Deno.test("semanticFigure: rows that only the paper has stand below, without a point of ours", () => {
  const { data, layout } = semanticFigure(table8Records(ofConcepts, { classifiers: [0.08] }), "<b>50");
  const [ours] = named({ data, layout }, /^ours/);
  const [paper] = named({ data, layout }, /^the paper/);
  assert.equal((ours.x as number[]).length, 4);
  assert.deepEqual(
    (paper.x as number[]).toSorted((a, b) => a - b),
    table8.rows.map(({ percent }) => percent).toSorted((a, b) => a - b),
  );
  const names = texts((layout.yaxis as { ticktext: string[] }).ticktext);
  assert.equal(names.filter((name) => name.endsWith("(the paper)")).length, 4);
  assert.ok(names.indexOf("MoCo v3 (the paper)") < names.indexOf("random weights"));
  assert.doesNotMatch(JSON.stringify(layout.title), /<b><b>/);
});
