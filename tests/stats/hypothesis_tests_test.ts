import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Alternative,
  binomialTest,
  holm,
  homogeneityTest,
  twoProportionTest,
} from "../../src/stats/hypothesis_tests.ts";
import reference from "../reference/stats.json" with { type: "json" };
import { assertClose } from "../made/stats/close.ts";

const SIDES: Alternative[] = ["greater", "less", "two-sided"];
const counts = ([correct, n]: number[]) => ({ correct, n });

Deno.test("binomialTest: agrees with scipy's binomtest", () => {
  for (const { correct, n, chance, p } of reference.binomial) {
    for (const side of SIDES) assertClose(binomialTest({ correct, n }, chance, side).p, p[side], 7);
  }
});

Deno.test("binomialTest: the two tails overlap in exactly the observed outcome", () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(fc.property(cases, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ([n, share], chance) => {
    const observed = { correct: Math.round(share * n), n };
    const [greater, less] = SIDES.map((side) => binomialTest(observed, chance, side).p);
    assert.ok(greater + less > 1 - 1e-9 && greater >= 0 && less <= 1);
  }));
});

Deno.test("binomialTest: false alarms stay at or below 5% when there is nothing to find", () => {
  // The exact size of the test: the probability, at chance, of an outcome that it calls significant.
  for (const n of [10, 60, 300]) {
    let size = 0;
    for (let correct = 0; correct <= n; correct++) {
      const { p } = binomialTest({ correct, n }, 1 / 3);
      const next = correct < n ? binomialTest({ correct: correct + 1, n }, 1 / 3).p : 0;
      if (p < 0.05) size += p - next;
    }
    assert.ok(size <= 0.05, `n = ${n}: ${size}`);
  }
});

Deno.test("binomialTest: refuses a chance level of 0 or 1", () => {
  assert.throws(() => binomialTest({ correct: 1, n: 2 }, 0), /chance is 0/);
  assert.throws(() => binomialTest({ correct: 1, n: 2 }, 1), /chance is 1/);
});

Deno.test("twoProportionTest: agrees with statsmodels' proportions_ztest", () => {
  for (const { a, b, z, p } of reference.two_proportions) {
    for (const side of SIDES) {
      const ours = twoProportionTest(counts(a), counts(b), side);
      assertClose(ours.statistic, z);
      assertClose(ours.p, p[side], 8);
    }
  }
});

Deno.test("twoProportionTest: nothing to compare where all are right", () => {
  assert.deepEqual(twoProportionTest({ correct: 5, n: 5 }, { correct: 9, n: 9 }), { statistic: 0, p: 1 });
});

Deno.test("homogeneityTest: agrees with scipy's chi2_contingency", () => {
  for (const { samples, statistic, p } of reference.homogeneity) {
    const ours = homogeneityTest(samples.map(counts));
    assertClose(ours.statistic, statistic);
    assertClose(ours.p, p, 8);
  }
  assert.throws(() => homogeneityTest([{ correct: 1, n: 2 }]), /2 or more/);
});

Deno.test("homogeneityTest: with two samples it is the square of the z test", () => {
  const sample = fc.record({
    correct: fc.integer({ min: 1, max: 99 }),
    n: fc.integer({ min: 100, max: 5000 }),
  });
  fc.assert(fc.property(sample, sample, (a, b) => {
    const { statistic, p } = homogeneityTest([a, b]);
    const z = twoProportionTest(a, b);
    assert.ok(Math.abs(statistic - z.statistic ** 2) < 1e-8 * (1 + statistic));
    assert.ok(Math.abs(p - z.p) < 1e-8);
  }));
});

Deno.test("holm: agrees with statsmodels' multipletests", () => {
  for (const { p, adjusted } of reference.holm) {
    holm(p).forEach((value, i) => assertClose(value, adjusted[i]));
  }
  assert.deepEqual(holm([]), []);
});

Deno.test("holm: never below the p-value, never above Bonferroni's, same order", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (p) => {
    const adjusted = holm(p);
    p.forEach((value, i) => {
      assert.ok(adjusted[i] >= value && adjusted[i] <= Math.min(1, value * p.length));
      p.forEach((other, j) => assert.ok(value >= other || adjusted[i] <= adjusted[j]));
    });
  }));
});
