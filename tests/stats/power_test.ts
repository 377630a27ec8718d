import assert from "node:assert/strict";
import fc from "fast-check";
import { binomialPowers, binomialTest, sampleForPower } from "../../src/stats/mod.ts";
import reference from "../reference/stats.json" with { type: "json" };
import { assertClose } from "../made/stats/close.ts";

Deno.test("binomialPowers: agrees with scipy", () => {
  for (const { n, power, ...question } of reference.power) {
    assertClose(binomialPowers(question, n)[n], power, 7);
  }
});

Deno.test("binomialPowers: four of four cannot be significant, so there is no power", () => {
  assert.deepEqual([...binomialPowers({ chance: 0.5, effect: 0.3 }, 4)], [0, 0, 0, 0, 0]);
  assertClose(binomialPowers({ chance: 0.5, effect: 0.3 }, 5)[5], 0.8 ** 5, 9); // five of five: p = 1/32
});

Deno.test("binomialPowers: is the probability of what binomialTest calls significant", () => {
  const question = fc.record({
    chance: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
    effect: fc.double({ min: 0, max: 0.4, noNaN: true }),
    alpha: fc.double({ min: 0.01, max: 0.2, noNaN: true }),
  });
  fc.assert(
    fc.property(question, fc.integer({ min: 1, max: 60 }), (question, n) => {
      const { chance, effect, alpha } = question;
      const critical = Array.from({ length: n + 1 }, (_, k) => k).find((correct) =>
        binomialTest({ correct, n }, chance).p <= alpha * (1 + 1e-12) // equal but for rounding is significant
      );
      const expected = critical === undefined ? 0 : binomialTest({ correct: critical, n }, chance + effect).p;
      assert.ok(Math.abs(binomialPowers(question, n)[n] - expected) < 1e-9);
    }),
    { numRuns: 50 },
  );
});

Deno.test("binomialPowers: a p-value that equals alpha is significant, whatever the rounding", () => {
  for (const [n, critical] of [[3, 3], [5, 4]]) { // at a chance of 1/4: 1/64, and 15/1024 + 1/1024 = 1/64
    const expected = binomialTest({ correct: critical, n }, 0.5).p;
    assertClose(binomialPowers({ chance: 0.25, effect: 0.25, alpha: 1 / 64 }, n)[n], expected, 9);
  }
});

Deno.test("sampleForPower: agrees with a search with scipy", () => {
  for (const { n, power, ...question } of reference.sample_for_power) {
    assert.equal(sampleForPower(question, power), n);
  }
});

Deno.test("power: what cannot be asked is refused", () => {
  assert.throws(() => sampleForPower({ chance: 0.5, effect: 0 }), /effect is 0/);
  assert.throws(() => sampleForPower({ chance: 0.5, effect: 0.1 }, 1), /power is 1/);
  assert.throws(() => binomialPowers({ chance: 1, effect: 0 }, 5), /chance is 1/);
  assert.throws(() => binomialPowers({ chance: 0.5, effect: 0.5 }, 5), /must stay below 1/);
  assert.throws(() => binomialPowers({ chance: 0.5, effect: 0.1, alpha: 0 }, 5), /alpha is 0/);
});
