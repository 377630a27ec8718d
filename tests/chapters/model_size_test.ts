import assert from "node:assert/strict";
import { modelSizeClaims } from "../../src/chapters/model_size/claims.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { testClaims } from "../../src/paper/mod.ts";
import { ICONS, syntheticRecord } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

/** Seven sizes, each about twice the one before. */
const sizes = (accuracies: number[], validationPerDataset = 500) =>
  accuracies.map((accuracy, i) =>
    syntheticRecord({
      datasets: ICONS.slice(0, 3),
      accuracy,
      validationPerDataset,
      parameters: 7000 * 2 ** i,
      experiment: { model: `size ${i}` },
    })
  );

const likeThePaper = sizes([0.62, 0.68, 0.73, 0.76, 0.775, 0.78, 0.785]);

function outcome(id: string, records: RunRecord[]) {
  return outcomeOf(modelSizeClaims, id, records);
}

const verdict = (id: string, records: RunRecord[]) => outcome(id, records).verdict;

Deno.test("claims of Figure 2: all hold on a curve like the paper's, in whatever order it was run", () => {
  for (const records of [likeThePaper, likeThePaper.toReversed()]) {
    const tested = testClaims(modelSizeClaims, records);
    assert.deepEqual(tested.map(({ verdict }) => verdict), Array(4).fill("holds"));
  }
});

Deno.test("claims of Figure 2: nothing is shown with fewer than four sizes", () => {
  for (const records of [[], likeThePaper.slice(0, 3)]) {
    for (const { verdict, reason } of testClaims(modelSizeClaims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /^[03] sizes of network were run; 4 are needed/);
    }
  }
});

Deno.test("larger-is-better: falling and flat curves refute it, small samples leave it open", () => {
  const id = "larger-is-better";
  assert.equal(verdict(id, sizes([0.8, 0.78, 0.76, 0.74, 0.72, 0.7, 0.68])), "does not hold");
  assert.equal(verdict(id, sizes([0.7, 0.72, 0.7, 0.71, 0.71, 0.7, 0.7], 2000)), "does not hold");
  assert.equal(verdict(id, sizes([0.7, 0.75, 0.7, 0.75, 0.65, 0.7, 0.72], 40)), "not shown at this scale");
});

Deno.test("smallest-far-above-chance: decided by the smallest alone", () => {
  const id = "smallest-far-above-chance";
  assert.equal(verdict(id, sizes([0.4, 0.7, 0.7, 0.7])), "does not hold");
  assert.equal(verdict(id, sizes([0.51, 0.7, 0.7, 0.7])), "not shown at this scale");
  assert.equal(verdict(id, sizes([0.6, 0.4, 0.4, 0.4])), "holds");
});

Deno.test("diminishing-returns: a growing gain refutes it, a steady one leaves it open", () => {
  const id = "diminishing-returns";
  assert.equal(verdict(id, sizes([0.5, 0.51, 0.52, 0.53, 0.6, 0.7, 0.8])), "does not hold");
  assert.equal(verdict(id, sizes([0.5, 0.53, 0.56, 0.59, 0.62, 0.65, 0.68])), "not shown at this scale");
});

Deno.test("diminishing-returns: is not shown by a curve that only falls", () => {
  const falling = sizes([0.8, 0.8, 0.8, 0.8, 0.7, 0.6, 0.5]);
  assert.equal(verdict("diminishing-returns", falling), "not shown at this scale");
});

Deno.test("diminishing-returns: the gain of a tenfold is the slope against the decimal logarithm", () => {
  const records = [[1_000, 0.5], [10_000, 0.6], [100_000, 0.64], [1_000_000, 0.68]].map((
    [parameters, accuracy],
  ) => syntheticRecord({ datasets: ICONS.slice(0, 2), accuracy, parameters }));
  assert.match(
    outcome("diminishing-returns", records).ours,
    /gains 10\.0 points .*, 4\.0 points in the larger/,
  );
});

Deno.test("no-overfitting: a certain fall at the end refutes it, a possible one leaves it open", () => {
  const id = "no-overfitting";
  assert.equal(verdict(id, sizes([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.74])), "does not hold");
  assert.equal(verdict(id, sizes([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.775])), "not shown at this scale");
  assert.equal(verdict(id, sizes([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.795])), "holds");
});
