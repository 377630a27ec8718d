import assert from "node:assert/strict";
import fc from "fast-check";
import { lbfgs, type Objective } from "../../src/probe/lbfgs.ts";

const rosenbrock: Objective = ([x, y]) =>
  Promise.resolve({
    value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
  });

Deno.test("Rosenbrock's valley is followed to its end", async () => {
  const { x, iterations, converged } = await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 1e-8 });
  assert.ok(converged && iterations < 60, `${iterations} iterations`);
  assert.ok(Math.hypot(x[0] - 1, x[1] - 1) < 1e-6);
});

Deno.test("a quadratic's minimum is found, whatever its curvatures", async () => {
  const exponent = fc.integer({ min: -2, max: 2 });
  await fc.assert(
    fc.asyncProperty(fc.array(exponent, { minLength: 1, maxLength: 8 }), async (exponents) => {
      const scales = exponents.map((e) => 10 ** e);
      const objective: Objective = (x) =>
        Promise.resolve({
          value: x.reduce((total, v, i) => total + scales[i] * (v - i) ** 2 / 2, 0),
          gradient: x.map((v, i) => scales[i] * (v - i)),
        });
      const { x, converged } = await lbfgs(objective, new Float64Array(scales.length), { tolerance: 1e-7 });
      assert.ok(converged);
      x.forEach((v, i) => assert.ok(Math.abs(v - i) < 1e-4));
    }),
    { numRuns: 50 },
  );
});

Deno.test("it stops at the most iterations, at the signal, and where nothing descends", async () => {
  const short = await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 });
  assert.deepEqual([short.iterations, short.converged], [3, false]);
  const signal = AbortSignal.abort(new Error("stop"));
  await assert.rejects(() => lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { signal }), /stop/);
  const liar: Objective = ([x]) => Promise.resolve({ value: x, gradient: Float64Array.of(-1) });
  assert.equal((await lbfgs(liar, Float64Array.of(0))).converged, false);
});
