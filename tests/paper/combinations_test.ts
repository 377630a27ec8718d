import assert from "node:assert/strict";
import { choicesAmong, combinationsOf, growingSeries, triplesOf } from "../../src/paper/combinations.ts";
import { iconRecords, ICONS, syntheticRecord } from "../made/paper/records.ts";

Deno.test("combinationsOf: takes runs of the same datasets together, whatever their order", () => {
  const runs = [
    syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, validationPerDataset: 50 }),
    syntheticRecord({ datasets: ["b", "a"], accuracy: 0.6, validationPerDataset: 50 }),
    syntheticRecord({ datasets: ["a", "c"], accuracy: 0.9, validationPerDataset: 50 }),
  ];
  const [ab, ac] = combinationsOf(runs);
  assert.deepEqual(ab.datasets, ["a", "b"]);
  assert.equal(ab.accuracy.correct, 140);
  assert.equal(ab.accuracy.n, 200);
  assert.equal(ab.chance, 0.5);
  assert.equal(ac.accuracy.n, 100);
  assert.deepEqual([ab.runs, ac.runs], [[runs[0].hash, runs[1].hash], [runs[2].hash]]);
});

Deno.test("triplesOf: all 20 of six datasets", () => {
  assert.equal(triplesOf(iconRecords()).length, 20);
  assert.deepEqual([3, 4, 5, 6].map((count) => choicesAmong(count, 3)), [1, 4, 10, 20]);
  assert.deepEqual([2, 3, 6].map((count) => choicesAmong(count, 2)), [1, 3, 15]);
});

Deno.test("growingSeries: the largest combination and its beginnings", () => {
  const series = growingSeries(iconRecords());
  assert.deepEqual(
    series.map(({ datasets }) => datasets),
    [3, 4, 5, 6].map((count) => ICONS.slice(0, count)),
  );
  assert.deepEqual(growingSeries([]), []);
});
