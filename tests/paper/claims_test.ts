import assert from "node:assert/strict";
import { type Claim, combinationClaims, testClaims } from "../../src/paper/mod.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { iconRecords, ICONS, type Shape, syntheticRecord, triples } from "../made/paper/records.ts";

function outcome(id: string, records: RunRecord[]) {
  const claim = combinationClaims.find((claim) => claim.id === id) as Claim;
  return claim.test(records);
}

const allTriples = (shape: (index: number) => Omit<Shape, "datasets">) =>
  triples(ICONS).map((datasets, i) => syntheticRecord({ datasets, ...shape(i) }));

Deno.test("claims: all of Table 2 and Figure 6 hold on runs like the probe's", () => {
  const tested = testClaims(combinationClaims, iconRecords());
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(5).fill("holds"));
  for (const claim of tested) assert.ok(claim.ours && claim.reason && claim.source && claim.paper);
  assert.equal(new Set(tested.map(({ id }) => id)).size, tested.length);
});

Deno.test("claims: nothing is shown without runs", () => {
  for (const { verdict, reason } of testClaims(combinationClaims, [])) {
    assert.equal(verdict, "not shown at this scale");
    assert.ok(reason.length > 0);
  }
});

Deno.test("every-triple-above-chance: refuted by one triple that is certainly at chance", () => {
  const records = allTriples((i) => ({ accuracy: i === 7 ? 0.333 : 0.8, validationPerDataset: 2000 }));
  const { verdict, reason } = outcome("every-triple-above-chance", records);
  assert.equal(verdict, "does not hold");
  assert.match(reason, /19 of 20/);
});

Deno.test("every-triple-above-chance: not shown where the samples are too small to tell", () => {
  const records = allTriples(() => ({ accuracy: 0.45, validationPerDataset: 10 }));
  assert.equal(outcome("every-triple-above-chance", records).verdict, "not shown at this scale");
});

Deno.test("every-triple-above-chance: not shown while triples are missing", () => {
  const { verdict, reason } = outcome("every-triple-above-chance", iconRecords().slice(3));
  assert.equal(verdict, "not shown at this scale");
  assert.match(reason, /17 of 20/);
});

Deno.test("every-triple-above-chance: is corrected for the number of tests", () => {
  // 43% of 120 has p = 0.02: enough for the last of twenty steps, not where all twenty are as weak.
  const records = allTriples((i) => ({ accuracy: i === 0 ? 0.43 : 0.9, validationPerDataset: 40 }));
  assert.equal(outcome("every-triple-above-chance", records).verdict, "holds");
  const many = allTriples(() => ({ accuracy: 0.43, validationPerDataset: 40 }));
  assert.equal(outcome("every-triple-above-chance", many).verdict, "not shown at this scale");
});

Deno.test("triples-differ: equal accuracies are refuted by large samples only", () => {
  const equal = (validationPerDataset: number) => allTriples(() => ({ accuracy: 0.8, validationPerDataset }));
  assert.equal(outcome("triples-differ", equal(5000)).verdict, "does not hold");
  assert.equal(outcome("triples-differ", equal(30)).verdict, "not shown at this scale");
});

const series = (accuracies: number[], validationPerDataset = 500) =>
  accuracies.map((accuracy, i) =>
    syntheticRecord({ datasets: ICONS.slice(0, i + 3), accuracy, validationPerDataset })
  );

Deno.test("more-datasets-above-chance: the whole interval has to be far above chance", () => {
  assert.equal(outcome("more-datasets-above-chance", series([0.8, 0.7, 0.6, 0.6])).verdict, "holds");
  assert.equal(outcome("more-datasets-above-chance", series([0.8, 0.7, 0.6, 0.18])).verdict, "does not hold");
  const few = series([0.8, 0.7, 0.6, 0.3], 20);
  assert.equal(outcome("more-datasets-above-chance", few).verdict, "not shown at this scale");
});

Deno.test("more-datasets-harder: falls, rises, or can't be told", () => {
  assert.equal(outcome("more-datasets-harder", series([0.8, 0.7, 0.6, 0.6])).verdict, "holds");
  assert.equal(outcome("more-datasets-harder", series([0.6, 0.7, 0.7, 0.8])).verdict, "does not hold");
  assert.equal(
    outcome("more-datasets-harder", series([0.61, 0.6, 0.6, 0.6], 50)).verdict,
    "not shown at this scale",
  );
});

Deno.test("converges-quickly: fast, slow, and untrained runs", () => {
  const curves = (course: (epoch: number, epochs: number) => number, accuracy = 0.85) =>
    allTriples(() => ({ accuracy, course }));
  assert.equal(outcome("converges-quickly", curves(() => 0.97)).verdict, "holds");
  assert.equal(
    outcome("converges-quickly", curves((epoch, epochs) => epoch / epochs)).verdict,
    "does not hold",
  );
  assert.equal(outcome("converges-quickly", curves(() => 0.9)).verdict, "not shown at this scale");
  assert.match(outcome("converges-quickly", curves(() => 1, 0.333)).reason, /end at chance/);
  const short = [syntheticRecord({ datasets: ["a", "b", "c"], accuracy: 0.8, epochs: 3 })];
  assert.match(outcome("converges-quickly", short).reason, /4 epochs or more/);
});
