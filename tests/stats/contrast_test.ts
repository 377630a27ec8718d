import assert from "node:assert/strict";
import fc from "fast-check";
import { contrast } from "~/stats/hypothesis_tests.ts";
import reference from "../reference/stats.json" with { type: "json" };
import { assertClose } from "../made/stats/close.ts";

const counts = ([correct, n]: number[]) => ({ correct, n });

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
