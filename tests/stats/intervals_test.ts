import assert from "node:assert/strict";
import fc from "fast-check";
import { formatProportion, wilson } from "../../src/stats/intervals.ts";
import reference from "../reference/stats.json" with { type: "json" };
import { assertClose } from "../made/stats/close.ts";

Deno.test("wilson: agrees with statsmodels", () => {
  for (const { correct, n, confidence, low, high } of reference.wilson) {
    const ours = wilson(correct, n, confidence);
    assert.ok(Math.abs(ours.low - low) < 1e-10, `${correct} of ${n}: low ${ours.low}, expected ${low}`);
    assertClose(ours.high, high);
  }
});

const outcomes = fc.integer({ min: 1, max: 100_000 }).chain((n) =>
  fc.record({ n: fc.constant(n), correct: fc.integer({ min: 0, max: n }) })
);

Deno.test("wilson: contains the share and stays within [0, 1]", () => {
  fc.assert(
    fc.property(outcomes, fc.double({ min: 0.01, max: 0.999, noNaN: true }), ({ correct, n }, confidence) => {
      const { value, low, high } = wilson(correct, n, confidence);
      assert.equal(value, correct / n);
      assert.ok(0 <= low && low <= value && value <= high && high <= 1, `${low} ${value} ${high}`);
    }),
  );
});

Deno.test("wilson: mirrors when right and wrong change places, and narrows with n", () => {
  fc.assert(fc.property(outcomes, ({ correct, n }) => {
    const [a, b] = [wilson(correct, n), wilson(n - correct, n)];
    assert.ok(Math.abs(a.low - (1 - b.high)) < 1e-12);
    const more = wilson(4 * correct, 4 * n);
    assert.ok(more.high - more.low < a.high - a.low);
  }));
});

Deno.test("wilson: a 95% interval holds the true rate in 93 to 97% of 1000 draws", () => {
  for (const [rate, n, seed] of [[0.5, 200, 1], [0.87, 500, 2], [1 / 3, 300, 3]]) {
    const random = uniform(seed);
    let covered = 0;
    for (let draw = 0; draw < 1000; draw++) {
      let correct = 0;
      for (let i = 0; i < n; i++) if (random() < rate) correct++;
      const { low, high } = wilson(correct, n);
      if (low <= rate && rate <= high) covered++;
    }
    assert.ok(covered >= 930 && covered <= 970, `rate ${rate}, n ${n}: covered ${covered} of 1000`);
  }
});

/** Park-Miller generator: the test draws the same samples everywhere. */
function uniform(seed: number): () => number {
  let state = seed * 48271;
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}

Deno.test("wilson: refuses impossible counts and names them", () => {
  assert.throws(() => wilson(1, 0), /n is 0/);
  assert.throws(() => wilson(11, 10), /correct is 11 of n = 10/);
  assert.throws(() => wilson(-1, 10), /correct is -1/);
  assert.throws(() => wilson(0.5, 10), /whole number/);
  assert.throws(() => wilson(5, 10, 95), /confidence is 95/);
  assert.throws(() => wilson(NaN, 10), RangeError);
});

Deno.test("formatProportion: percent, interval and n", () => {
  assert.equal(formatProportion(wilson(1306, 1500)), "87.1% [85.3, 88.7], n = 1500");
  assert.equal(formatProportion(wilson(10, 10)), "100.0% [72.2, 100.0], n = 10");
});
