import assert from "node:assert/strict";
import { semanticFinding } from "../../src/chapters/semantic_transfer/findings.ts";
import { semanticClaims } from "../../src/chapters/semantic_transfer/claims.ts";
import { semanticFigure } from "../../src/chapters/semantic_transfer/figure.ts";
import { table8, testClaims } from "../../src/paper/mod.ts";
import { named, texts } from "../made/figures/traces.ts";
import { ofConcepts, ofPhotographs, table8Records, type Table8Shape } from "../made/paper/probe_records.ts";
import { withSeeds } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";
import { crossRecords, ofWords } from "../made/paper/cross_records.ts";

/** The verdict on a claim for photographs, whatever the concepts say. */
function verdict(id: string, shape: Partial<Table8Shape>) {
  const records = withSeeds([...table8Records(ofPhotographs, shape), ...table8Records(ofConcepts)]);
  return outcomeOf(semanticClaims, `${id}-classes`, records).verdict;
}

Deno.test("semantic claims: all hold on the paper's numbers, for each task", () => {
  const records = [ofPhotographs, ofConcepts, ofWords()].flatMap((task) => table8Records(task));
  const tested = testClaims(semanticClaims, withSeeds(records));
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(9).fill("holds"));
  assert.equal(new Set(tested.map(({ id }) => id)).size, 9);
});

Deno.test("semantic claims: a task that was not probed is not shown, the other is", () => {
  const tested = testClaims(semanticClaims, table8Records(ofConcepts));
  assert.deepEqual(
    tested.map(({ ours }) => ours === "–"),
    [true, false, true].flatMap((open) => Array(3).fill(open)),
  );
  assert.ok(testClaims(semanticClaims, []).every(({ verdict }) => verdict === "not shown at this scale"));
});

Deno.test("classifier-above-random: each classifier must be above; one below refutes it", () => {
  const id = "classifier-above-random";
  assert.equal(verdict(id, { random: 0.275 }), "not shown at this scale");
  assert.equal(verdict(id, { random: 0.33 }), "does not hold");
});

Deno.test("classifier-above-random: what the luck of one seed may make refutes nothing (the old rule: does not hold)", () => {
  const records = table8Records(ofPhotographs, { random: 0.33, n: 6000 });
  const { verdict, reason } = outcomeOf(semanticClaims, "classifier-above-random-classes", records);
  assert.equal(verdict, "not shown at this scale");
  assert.match(reason, /\(one seed: up to 3\.9 points may be luck and count as nothing\)/);
});

Deno.test("classifier-below-others: a classifier that was picked of four refutes nothing by itself (the old rule: does not hold)", () => {
  // By itself the best is above with p = 0.014.
  const shape = { mae: 0.32, classifiers: [0.2, 0.2, 0.2, 0.358], n: 1500 };
  assert.equal(verdict("classifier-below-others", shape), "not shown at this scale");
});

Deno.test("classifier-below-others: refuted where a classifier is above any of them", () => {
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

Deno.test("more-datasets-as-good: features at the level of random weights are as good as each other for nothing", () => {
  const level = { random: 0.31, classifiers: [0.31, 0.31, 0.31, 0.31], n: 6000 };
  assert.equal(verdict("more-datasets-as-good", level), "not shown at this scale");
  const records = table8Records(ofPhotographs, level);
  const { reason } = outcomeOf(semanticClaims, "more-datasets-as-good-classes", records);
  assert.match(
    reason,
    /neither classifier of 3 datasets nor classifier of 6 datasets is above random weights, 31.0%/,
  );
  assert.equal(verdict("more-datasets-as-good", { ...level, random: 0.25 }), "holds");
  // Fewer datasets were above random: more can be worse.
  const worse = { ...level, classifiers: [0.4, 0.31, 0.31, 0.31] };
  assert.equal(verdict("more-datasets-as-good", worse), "does not hold");
});

Deno.test("semantic claims: networks of one library are no rows of Table 8", () => {
  const [claim] = testClaims(semanticClaims.filter(({ id }) => id === "classifier-below-others-words"), [
    ...table8Records(ofWords()).filter(({ experiment: { features } }) => features.from === "run"),
    ...crossRecords(),
  ]);
  assert.deepEqual([claim.ours, claim.verdict], ["–", "not shown at this scale"]);
});

Deno.test("semanticFigure: the paper's thousand classes and ours have a panel each, with a chance of its own", () => {
  const { data } = semanticFigure(table8Records(ofPhotographs), "CIFAR-10's classes");
  const chances = named({ data, layout: {} }, /^chance/);
  assert.deepEqual(chances.map(({ xaxis, x }) => [xaxis, (x as number[])[0]]), [[undefined, 0.1], [
    "x2",
    10,
  ]]);
  assert.deepEqual([/^ours/, /^the paper/].map((name) => named({ data, layout: {} }, name)[0].xaxis), [
    "x2",
    undefined,
  ]);
});

Deno.test("semanticFigure: a task with as many classes as the paper's stands on one axis with it", () => {
  const records = table8Records(ofPhotographs).map((record) => ({
    ...record,
    result: { ...record.result, chance: table8.chance },
  }));
  const { data, layout } = semanticFigure(records, "ImageNet-1K's classes");
  assert.deepEqual([layout.xaxis2, data.filter(({ xaxis }) => xaxis).length], [undefined, 0]);
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

Deno.test("semanticFinding: above random weights and chance, in multiples of it; or neither", () => {
  const found = semanticFinding(table8Records(ofPhotographs));
  assert.match(
    found,
    /^The best dataset classifier, of 6 datasets, is at 34\.8% .* above chance, 10\.0% \(3\.5 times that\)\. /,
  );
  assert.match(found, /It is 28\.1 points \[.*\] above random weights, at 6\.7%/);
  const none = semanticFinding(table8Records(ofPhotographs, { classifiers: [0.1], random: 0.1 }));
  assert.match(none, /not clear of chance, 10\.0% \(1\.0 times that\)\. It is not clear of random weights/);
  assert.match(semanticFinding([]), /^No dataset classifier/);
});
