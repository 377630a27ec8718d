/** The adjusted Rand index, against values of its authors and scikit-learn, and its permutation test. */
import assert from "node:assert/strict";
import { clusterTest, random, wilson } from "../../src/stats/mod.ts";

const test = (clusters: number[], labels: number[], permutations = 99) =>
  clusterTest(Int32Array.from(clusters), Int32Array.from(labels), { permutations, seed: 0 });

Deno.test("the index is 1 for the classes under other names, and scikit-learn's value otherwise", () => {
  assert.equal(test([2, 2, 0, 0, 1, 1], [0, 0, 1, 1, 2, 2]).rand, 1);
  // sklearn.metrics.adjusted_rand_score's documented examples
  assert.ok(Math.abs(test([0, 0, 1, 2], [0, 0, 1, 1]).rand - 0.5714285714) < 1e-9);
  assert.equal(test([0, 1, 2, 3], [0, 0, 0, 0]).rand, 0);
  assert.ok(Math.abs(test([0, 1, 0, 1], [0, 0, 1, 1]).rand + 0.5) < 1e-9);
});

Deno.test("purity is the share of rows whose cluster is mostly of their class", () => {
  assert.equal(test([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1]).purity, 5 / 6);
});

Deno.test("clusters that follow the labels are significant, and those that do not are at the level's rate", () => {
  const stream = random(3);
  const labels = Array.from({ length: 60 }, (_, i) => i % 3);
  assert.equal(
    test(labels.map((label) => stream.uniform() < 0.7 ? label : stream.below(3)), labels, 199).p,
    0.005,
  );
  const times = 200;
  let found = 0;
  for (let i = 0; i < times; i++) {
    found += Number(test(labels.map(() => stream.below(3)), labels, 99).p <= 0.05);
  }
  const { low, high } = wilson(found, times, 0.999);
  assert.ok(low <= 0.05 && high >= 0.05, `${found} of ${times}`);
});
