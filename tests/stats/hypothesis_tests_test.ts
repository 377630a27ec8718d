import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Alternative,
  binomialTest,
  contrast,
  holm,
  twoProportionTest,
} from "~/stats/hypothesis_tests.ts";
import { assertClose } from "../made/stats/close.ts";

import reference from "../reference/stats.json" with { type: "json" };

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

Deno.test("contrast: a difference has Agresti and Caffo's interval, as statsmodels has it", () => {
  for (const { a, b, confidence, low, high } of reference.differences) {
    const found = contrast([counts(a), counts(b)], [1, -1], "greater", confidence);
    assertClose(found.low, low, 7);
    assertClose(found.high, high, 7);
    assertClose(found.value, a[0] / a[1] - b[0] / b[1]);
  }
});

Deno.test("contrast: one sample alone is Agresti and Coull's adjusted share", () => {
  const { value, low, high } = contrast([{ correct: 8, n: 20 }], [1]);
  assertClose(value, 0.4);
  assertClose((low + high) / 2, 10 / 24);
});

Deno.test("contrast: a difference of differences covers the truth about 95 times in 100", () => {
  // Exact over all outcomes of four samples of 8, whose true contrast is (0.6 - 0.3) - (0.7 - 0.5) = 0.1.
  const [n, rates, weights] = [8, [0.6, 0.3, 0.7, 0.5], [1, -1, -1, 1]];
  const choose = (k: number) =>
    Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((a, b) => a * b, 1);
  const mass = (k: number, p: number) => choose(k) * p ** k * (1 - p) ** (n - k);
  let covered = 0;
  for (let code = 0; code < (n + 1) ** 4; code++) {
    const corrects = [0, 1, 2, 3].map((i) => Math.floor(code / (n + 1) ** i) % (n + 1));
    const { low, high } = contrast(corrects.map((correct) => ({ correct, n })), weights);
    if (low <= 0.1 && 0.1 <= high) {
      covered += corrects.reduce((product, k, i) => product * mass(k, rates[i]), 1);
    }
  }
  assert.ok(covered > 0.94 && covered < 0.97, `${covered}`);
});

Deno.test("contrast: turned round, the test and the interval turn round; p agrees with the interval", () => {
  const sample = fc.integer({ min: 1, max: 500 }).chain((n) =>
    fc.record({ correct: fc.integer({ min: 0, max: n }), n: fc.constant(n) })
  );
  fc.assert(fc.property(sample, sample, sample, (a, b, c) => {
    const [there, back] = [contrast([a, b, c], [1, -2, 1]), contrast([a, b, c], [-1, 2, -1], "less")];
    assertClose(there.p, back.p);
    assert.ok(Math.abs(there.low + back.high) < 1e-12);
    const { p, low, high } = contrast([a, b, c], [1, -2, 1], "two-sided");
    assert.equal(p < 0.05, low > 0 || high < 0);
  }));
});

Deno.test("contrast: every sample needs a weight, and one that is not zero", () => {
  const sample = { correct: 1, n: 2 };
  assert.throws(() => contrast([sample], [1, -1]), /1 samples and 2 of 2 weights/);
  assert.throws(() => contrast([sample, sample], [0, 0]), /2 samples and 0 of 2 weights/);
});
