import assert from "node:assert/strict";
import { modelSizeFinding } from "../../src/chapters/model_size/findings.ts";
import { modelSizeClaims } from "../../src/chapters/model_size/claims.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { testClaims } from "../../src/paper/mod.ts";
import { ICONS, type Shape, syntheticRecord, threeSeeds } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

/** Sizes of which each is 2.5 times the one before; seven span a factor of 244. */
const shapes = (accuracies: number[], rest: Partial<Shape> = {}) =>
  accuracies.map((accuracy, i): Shape => ({
    datasets: ICONS.slice(0, 3),
    accuracy,
    parameters: Math.round(7000 * 2.5 ** i),
    ...rest,
    experiment: { model: `size ${i}` },
  }));

/** Three seeds of each size. */
const sizes = (accuracies: number[], rest?: Partial<Shape>) => shapes(accuracies, rest).flatMap(threeSeeds);

const likeThePaper = sizes([0.72, 0.77, 0.81, 0.83, 0.84, 0.845, 0.848]);
const claims = modelSizeClaims.filter(({ id }) => id !== "figure-2-printed");

function outcome(id: string, records: RunRecord[]) {
  return outcomeOf(modelSizeClaims, id, records);
}

const verdict = (id: string, records: RunRecord[]) => outcome(id, records).verdict;

Deno.test("claims of Figure 2: all hold on a curve like the paper's, in whatever order it was run", () => {
  for (const records of [likeThePaper, likeThePaper.toReversed()]) {
    const tested = testClaims(claims, records);
    assert.deepEqual(tested.map(({ verdict }) => verdict), Array(4).fill("holds"));
  }
});

Deno.test("claims of Figure 2: nothing is shown with fewer than four sizes", () => {
  for (const records of [[], likeThePaper.slice(0, 9)]) {
    for (const { verdict, reason } of testClaims(claims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /^[03] sizes of network were run; 4 are needed/);
    }
  }
});

Deno.test("larger-is-better: falling and flat curves refute it, small samples leave it open", () => {
  const id = "larger-is-better";
  assert.equal(verdict(id, sizes([0.8, 0.78, 0.76, 0.74, 0.72, 0.7, 0.68])), "does not hold");
  assert.equal(verdict(id, sizes([0.7, 0.72, 0.7, 0.71, 0.71, 0.7, 0.7])), "does not hold");
  const few = { validationPerDataset: 10 };
  assert.equal(verdict(id, sizes([0.7, 0.75, 0.7, 0.75, 0.65, 0.7, 0.72], few)), "not shown at this scale");
});

Deno.test("claims of Figure 2: flat since nothing was learnt is under-fitted (the old rule: does not hold)", () => {
  const flat = sizes([0.8, 0.79, 0.78, 0.77, 0.76, 0.75, 0.74], { training: 0.75 });
  for (const id of ["larger-is-better", "diminishing-returns", "no-overfitting"]) {
    const { verdict, reason } = outcome(id, flat);
    assert.equal(verdict, "not shown: under-fitted");
    assert.match(
      reason,
      /^training accuracy 75\.0% is within 2 points of validation accuracy 74\.0% at the largest/,
    );
  }
});

Deno.test("claims of Figure 2: one seed a size, or sizes too near, show no rise (the old rule: holds)", () => {
  const accuracies = [0.72, 0.77, 0.81, 0.83, 0.84, 0.845, 0.848];
  const single = outcome("larger-is-better", shapes(accuracies).map(syntheticRecord));
  assert.equal(single.verdict, "not shown at this scale");
  assert.match(single.reason, /^one seed; three are needed/);
  const near = outcome("larger-is-better", sizes(accuracies.slice(0, 5)));
  assert.match(near.reason, /^the sizes span a factor of 39; 100 are needed/);
});

Deno.test("larger-is-better: rises with one inversion (the old rule over single seeds: not shown)", () => {
  assert.equal(verdict("larger-is-better", sizes([0.72, 0.71, 0.74, 0.73, 0.76, 0.75, 0.78])), "holds");
});

Deno.test("smallest-far-above-chance: decided by the smallest alone", () => {
  const id = "smallest-far-above-chance";
  assert.equal(
    verdict(id, sizes([0.55, 0.8, 0.8, 0.8])),
    "does not hold",
    "the old rule: holds, at 1.65 times chance",
  );
  assert.equal(verdict(id, sizes([0.667, 0.8, 0.8, 0.8])), "not shown at this scale");
  assert.equal(verdict(id, sizes([0.72, 0.4, 0.4, 0.4])), "holds");
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
  assert.equal(verdict(id, sizes([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.783])), "not shown at this scale");
  assert.equal(verdict(id, sizes([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.8])), "holds");
});

Deno.test("modelSizeFinding: a rise from a network that is above chance; a level line of under-fitted ones", () => {
  const run = (parameters: number, accuracy: number, training: number) =>
    syntheticRecord({ datasets: ICONS.slice(0, 3), accuracy, training, parameters });
  const rises = modelSizeFinding([run(7000, 0.6, 0.7), run(900_000, 0.7, 0.99)]);
  assert.match(rises, /^The smallest network, of 7,000 parameters, is at 60\.0% .* above chance, 33\.3%\. /);
  assert.match(rises, /Accuracy rises by 10\.0 points \[.*\] up to 900,000 parameters\.$/);
  const level = modelSizeFinding([run(7000, 0.34, 0.34), run(900_000, 0.341, 0.345)]);
  assert.match(
    level,
    /not clear of chance.*Accuracy does not clearly change.* the network is under-fitted\.$/,
  );
  assert.match(modelSizeFinding([]), /^No network was run/);
});
