import assert from "node:assert/strict";
import fc from "fast-check";
import {
  binomialMass,
  logGamma,
  normalQuantile,
  normalTail,
  studentQuantile,
  studentTail,
  upperGamma,
} from "../../src/stats/distributions.ts";
import { assertClose } from "../made/stats/close.ts";
import reference from "../reference/stats.json" with { type: "json" };

Deno.test("logGamma: factorials and the half", () => {
  assertClose(logGamma(0.5), Math.log(Math.PI) / 2);
  assertClose(logGamma(11), Math.log(3_628_800));
  assertClose(logGamma(0.25), 1.2880225246980774);
});

Deno.test("normalQuantile: 1.96, and the inverse of the tail", () => {
  assertClose(normalQuantile(0.95), 1.959963984540054);
  fc.assert(fc.property(fc.double({ min: 0.001, max: 0.9999, noNaN: true }), (confidence) => {
    assert.ok(Math.abs(2 * normalTail(normalQuantile(confidence)) - (1 - confidence)) < 1e-12);
  }));
});

Deno.test("tails: known points, and falling from 1 to 0", () => {
  assertClose(normalTail(0), 0.5);
  assertClose(normalTail(10), 7.61985302416052e-24);
  assertClose(upperGamma(1, 1), Math.exp(-1));
  const points = fc.tuple(
    fc.double({ min: 0, max: 150, noNaN: true }),
    fc.double({ min: 0, max: 150, noNaN: true }),
  );
  fc.assert(fc.property(points, fc.integer({ min: 1, max: 100 }), ([x, y], degrees) => {
    const [near, far] = [upperGamma(degrees / 2, Math.min(x, y)), upperGamma(degrees / 2, Math.max(x, y))];
    assert.ok(near >= far - 1e-12 && near <= 1 + 1e-12 && far >= 0);
  }));
  assert.equal(upperGamma(3, 0), 1);
});

Deno.test("binomialMass: adds up to one", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 500 }),
    fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    (n, p) => {
      let sum = 0;
      for (let k = 0; k <= n; k++) sum += binomialMass(k, n, p);
      assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
    },
  ));
});

Deno.test("Student's t: agrees with scipy; the normal distribution with infinitely many degrees of freedom", () => {
  for (const { t, degrees, tail } of reference.student) assertClose(studentTail(t, degrees), tail, 9);
  for (const { confidence, degrees, t } of reference.student_quantiles) {
    assertClose(studentQuantile(confidence, degrees), t, 9);
  }
  assert.equal(studentTail(1.3, Infinity), normalTail(1.3));
  assert.equal(studentQuantile(0.95, Infinity), normalQuantile(0.95));
});
