import assert from "node:assert/strict";
import { dataSizeClaims } from "../../src/chapters/data_size/claims.ts";
import type { Experiment, RunRecord } from "../../src/experiments/mod.ts";
import { testClaims } from "../../src/paper/mod.ts";
import { ICONS, syntheticRecord } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

const SIZES = [20, 60, 200, 600, 2000];
const RECIPE = { epochs: 16, samplesPerEpoch: 2048 } as Experiment["recipe"];

const line = (model: string, accuracies: number[], validationPerDataset = 500, recipe = RECIPE) =>
  accuracies.map((accuracy, i) =>
    syntheticRecord({
      datasets: ICONS.slice(0, 3),
      accuracy,
      validationPerDataset,
      experiment: { model, imagesPerDataset: SIZES[i], recipe },
    })
  );

/** Both networks with the same outcomes, unless AlexNet's are given. */
const both = (convnext: number[], alexnet = convnext, validationPerDataset = 500) => [
  ...line("convnext_micro", convnext, validationPerDataset),
  ...line("alexnet_micro", alexnet, validationPerDataset),
];

const RISING = [0.5, 0.58, 0.65, 0.7, 0.74];

function outcome(id: string, records: RunRecord[]) {
  return outcomeOf(dataSizeClaims, id, records);
}

const verdict = (id: string, records: RunRecord[]) => outcome(id, records).verdict;

Deno.test("claims of Figure 3: all hold where both networks rise, in whatever order they were run", () => {
  for (const records of [both(RISING), both(RISING).toReversed()]) {
    const tested = testClaims(dataSizeClaims, records);
    assert.deepEqual(tested.map(({ verdict }) => verdict), Array(3).fill("holds"));
  }
});

Deno.test("claims of Figure 3: nothing is shown while a network is missing", () => {
  for (const records of [[], line("convnext_micro", RISING), both(RISING, [0.5])]) {
    for (const { verdict, reason } of testClaims(dataSizeClaims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /was run with [01] sizes of data; 2 are needed/);
    }
  }
});

Deno.test("claims of Figure 3: nothing is shown where more data were also seen more often", () => {
  const longer = line("alexnet_micro", RISING, 500, { ...RECIPE, epochs: 32 });
  for (
    const { verdict, reason } of testClaims(dataSizeClaims, [...line("convnext_micro", RISING), ...longer])
  ) {
    assert.equal(verdict, "not shown at this scale");
    assert.match(reason, /different numbers of samples: 32768, 65536/);
  }
});

Deno.test("more-data-is-better: one falling or flat network refutes it", () => {
  const id = "more-data-is-better";
  assert.equal(verdict(id, both(RISING, RISING.toReversed())), "does not hold");
  assert.equal(verdict(id, both(RISING, [0.7, 0.71, 0.7, 0.69, 0.7], 2000)), "does not hold");
  const crooked = outcome(id, both(RISING, [0.5, 0.7, 0.58, 0.65, 0.6]));
  assert.equal(crooked.verdict, "not shown at this scale");
  assert.match(crooked.reason, /ConvNeXt over 5 sizes, p = 0\.017; AlexNet/);
});

Deno.test("least-data-above-chance: decided by the fewest images", () => {
  const id = "least-data-above-chance";
  assert.equal(verdict(id, both(RISING, [0.335, 0.6, 0.7], 1000)), "does not hold");
  assert.equal(verdict(id, both(RISING, [0.35, 0.6, 0.7], 100)), "not shown at this scale");
});

Deno.test("most-data-still-helps: against a tenth of the data", () => {
  const id = "most-data-still-helps";
  assert.match(
    outcome(id, both(RISING)).ours,
    /^ConvNeXt 65\.0% with 200 images to 74\.0% with 2000, AlexNet/,
  );
  assert.equal(verdict(id, both(RISING, [0.5, 0.6, 0.75, 0.72, 0.7])), "does not hold");
  assert.equal(verdict(id, both(RISING, [0.5, 0.6, 0.7, 0.72, 0.71])), "not shown at this scale");
  const near = both(RISING.slice(0, 2));
  assert.match(outcome(id, near).reason, /was not run with a tenth of 60 images/);
});
