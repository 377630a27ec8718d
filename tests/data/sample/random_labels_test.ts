import assert from "node:assert/strict";
import { randomLabels } from "../../../src/data/mod.ts";

const indices = [700, 500, 300].map((length) => Int32Array.from({ length }, (_, i) => i));

Deno.test("every label is dealt as often as it was, and says nothing about the dataset", () => {
  const labels = randomLabels(indices, 5);
  assert.deepEqual(labels.map(({ length }) => length), [700, 500, 300]);
  const counts = labels.map((own) => [0, 1, 2].map((label) => own.filter((l) => l === label).length));
  [0, 1, 2].forEach((label) =>
    assert.equal(counts.reduce((sum, own) => sum + own[label], 0), indices[label].length)
  );
  counts.forEach((own, dataset) =>
    own.forEach((count, label) => {
      const expected = indices[dataset].length * indices[label].length / 1500;
      assert.ok(Math.abs(count - expected) < 4 * Math.sqrt(expected), `${dataset} ${label}: ${count}`);
    })
  );
});

Deno.test("the seed decides the labels", () => {
  assert.deepEqual(randomLabels(indices, 5), randomLabels(indices, 5));
  assert.notDeepEqual(randomLabels(indices, 5), randomLabels(indices, 6));
});
