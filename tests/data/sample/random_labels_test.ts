import assert from "node:assert/strict";
import fc from "fast-check";
import { randomLabels } from "../../../src/data/mod.ts";

const dataset = (length: number) => Int32Array.from({ length }, (_, i) => i);
const datasets = fc.array(fc.nat(60).map(dataset), { minLength: 2, maxLength: 6 });
const deal = fc.nat(1000);

/** How often each of `count` labels is among some. */
const countsOf = (labels: Int32Array, count: number) =>
  Array.from({ length: count }, (_, label) => labels.filter((l) => l === label).length);

Deno.test("each label is dealt equally often in each dataset and in all together, but for one", () => {
  fc.assert(fc.property(datasets, deal, (indices, deal) => {
    const labels = randomLabels(indices, deal);
    assert.deepEqual(labels.map(({ length }) => length), indices.map(({ length }) => length));
    const counts = labels.map((own) => countsOf(own, indices.length));
    const totals = indices.map((_, label) => counts.reduce((sum, own) => sum + own[label], 0));
    for (const own of [...counts, totals]) assert.ok(Math.max(...own) - Math.min(...own) <= 1, `${own}`);
  }));
});

Deno.test("answering with the most frequent label of each dataset is no better than chance", () => {
  const indices = [1000, 1000, 1000].map(dataset);
  for (let deal = 0; deal < 20; deal++) {
    const best = randomLabels(indices, deal).map((own) => Math.max(...countsOf(own, 3)));
    assert.deepEqual(best, [334, 334, 334]);
  }
});

Deno.test("every image gets each label equally often over many deals, whatever its neighbours get", () => {
  const indices = [4, 5, 3].map(dataset);
  const deals = Array.from({ length: 6000 }, (_, deal) => randomLabels(indices, deal));
  indices.forEach((images, d) =>
    images.forEach((_, i) => {
      const counts = countsOf(Int32Array.from(deals, (labels) => labels[d][i]), 3);
      for (const count of counts) {
        assert.ok(Math.abs(count - 2000) < 5 * Math.sqrt(6000 * 2 / 9), `${counts}`);
      }
    })
  );
});

Deno.test("the deal decides the labels", () => {
  const indices = [30, 40].map(dataset);
  fc.assert(fc.property(deal, deal, (a, b) => {
    const same = JSON.stringify(randomLabels(indices, a)) === JSON.stringify(randomLabels(indices, b));
    assert.equal(same, a === b);
  }));
});
