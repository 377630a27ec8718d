/** The parts of a classifier two-sample test against their definitions, and against chance. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  balancedAccuracy,
  permutationTest,
  permutedLabels,
  random,
  rocArea,
  rocAreaInterval,
} from "../../src/stats/mod.ts";

/** Scores on a coarse grid, so that there are ties, with labels of both classes and groups. */
const scored = fc.array(
  fc.record({ score: fc.integer({ min: -3, max: 3 }), isFirst: fc.boolean(), group: fc.nat(5) }),
  { minLength: 2, maxLength: 40 },
).filter((rows) => rows.some(({ isFirst }) => isFirst) && rows.some(({ isFirst }) => !isFirst))
  .map((rows) => ({
    scores: Float32Array.from(rows, ({ score }) => score),
    labels: Int8Array.from(rows, ({ isFirst }) => isFirst ? 1 : -1),
    groups: Int32Array.from(rows, ({ group }) => group),
  }));

Deno.test("the area is the share of pairs in which the first has the higher score, ties half", () => {
  fc.assert(fc.property(scored, ({ scores, labels }) => {
    let [sum, pairs] = [0, 0];
    labels.forEach((a, i) =>
      labels.forEach((b, j) => {
        if (a !== 1 || b !== -1) return;
        pairs++;
        sum += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
      })
    );
    assert.ok(Math.abs(rocArea(scores, labels) - sum / pairs) < 1e-12);
  }));
});

Deno.test("intervals hold their estimate and stay within 0 and 1", () => {
  fc.assert(fc.property(scored, (rows) => {
    for (const { value, low, high } of [rocAreaInterval(rows), balancedAccuracy(rows)]) {
      assert.ok(
        0 <= low && low <= value + 1e-9 && value <= high + 1e-9 && high <= 1,
        `${low} ${value} ${high}`,
      );
    }
  }));
});

Deno.test("an interval of the area covers the truth in about 95 of 100 samples", () => {
  const stream = random(4711);
  let covered = 0;
  for (let trial = 0; trial < 400; trial++) {
    const labels = Int8Array.from({ length: 120 }, (_, i) => i < 50 ? 1 : -1);
    const scores = Float32Array.from(labels, (label) => stream.normal() + (label === 1 ? 1 : 0));
    const groups = Int32Array.from(labels, (_, i) => i);
    const { low, high } = rocAreaInterval({ scores, labels, groups });
    if (low <= 0.76025 && 0.76025 <= high) covered++; // the normal distribution's share below 1 / √2
  }
  assert.ok(covered >= 368 && covered <= 393, `${covered} of 400`);
});

Deno.test("deals keep pure groups together and the labels of mixed groups within them", () => {
  fc.assert(fc.property(scored, ({ labels, groups }) => {
    const dealt = permutedLabels({ labels, groups }, 5, 1);
    assert.deepEqual([...dealt.subarray(0, labels.length)], [...labels]);
    for (const members of Map.groupBy(groups.keys(), (i) => groups[i]).values()) {
      for (let p = 1; p <= 5; p++) {
        const now = members.map((i) => dealt[p * labels.length + i]);
        const sum = (of: number[]) => of.reduce((a, b) => a + b, 0);
        const isPure = new Set(members.map((i) => labels[i])).size === 1;
        if (isPure) assert.equal(new Set(now).size, 1);
        else assert.equal(sum(now), sum(members.map((i) => labels[i])));
      }
    }
  }));
});

Deno.test("a deal of groups without two of a kind exchanges as many of each label", () => {
  const labels = Int8Array.from({ length: 30 }, (_, i) => i < 12 ? 1 : -1);
  const groups = Int32Array.from(labels, (_, i) => i);
  const dealt = permutedLabels({ labels, groups }, 50, 3);
  const deals = new Set<string>();
  for (let p = 1; p <= 50; p++) {
    const deal = dealt.subarray(p * 30, (p + 1) * 30);
    assert.equal(deal.filter((label) => label === 1).length, 12);
    deals.add(deal.join());
  }
  assert.equal(deals.size, 50);
});

Deno.test("the p-value counts the value itself, and equal ones against it", () => {
  assert.equal(permutationTest([0.9, 0.1, 0.2, 0.3], 0.05).p, 1 / 4);
  assert.equal(permutationTest([0.5, 0.5, 0.5, 0.5], 0.05).p, 1);
  assert.equal(permutationTest([0.2, 0.1, 0.2, 0.3], 0.05).p, 3 / 4);
});
