import assert from "node:assert/strict";
import fc from "fast-check";
import { trendTest } from "~/stats/hypothesis_tests.ts";
import reference from "../reference/stats.json" with { type: "json" };
import { assertClose } from "../made/stats/close.ts";

Deno.test("trendTest: agrees with the enumeration of every arrangement", () => {
  for (const { groups, statistic, greater, less } of reference.trend_enumerated) {
    assert.equal(trendTest(groups).statistic, statistic);
    assertClose(trendTest(groups, "greater").p, greater);
    assertClose(trendTest(groups, "less").p, less);
  }
});

Deno.test("trendTest: agrees with scipy's kendalltau, exact and with ties", () => {
  for (const { groups, statistic, p } of [...reference.trend_exact, ...reference.trend_ties]) {
    for (const side of ["greater", "less", "two-sided"] as const) {
      const ours = trendTest(groups, side);
      assert.equal(ours.statistic, statistic);
      assertClose(ours.p, p[side], 8);
    }
  }
});

Deno.test("trendTest: four rising values are as likely as one in 4! by chance", () => {
  assertClose(trendTest([[0.1], [0.2], [0.3], [0.4]]).p, 1 / 24);
});

Deno.test("trendTest: turning the values round turns the tails round", () => {
  const groups = fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 4 }), {
    minLength: 2,
    maxLength: 8,
  });
  fc.assert(fc.property(groups, (rising) => {
    const falling = rising.map((group) => group.map((value) => -value));
    assert.ok(Math.abs(trendTest(rising, "greater").p - trendTest(falling, "less").p) < 1e-9);
  }));
});

Deno.test("trendTest: exact and approximate p-values meet for larger samples", () => {
  const values = Array.from({ length: 60 }, (_, i) => [Math.sin(i * 12.9898) * 43758.5453 % 1 + i / 200]);
  const exact = trendTest(values).p;
  // Doubling one value makes a tie, and so the approximation.
  const approximate = trendTest([...values.slice(0, 59), [values[58][0]]]).p;
  assert.ok(Math.abs(exact - approximate) < 0.02, `${exact} and ${approximate}`);
});

Deno.test("trendTest: refuses what has no order", () => {
  assert.throws(() => trendTest([[1, 2]]), /two or more groups/);
  assert.throws(() => trendTest([[1], []]), /at least one value/);
  assert.deepEqual(trendTest([[1], [1]]), { statistic: 0.5, p: 1 });
});
