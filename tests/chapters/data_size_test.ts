import assert from "node:assert/strict";
import { dataSizeFinding } from "../../src/chapters/data_size/findings.ts";
import { dataSizeClaims } from "../../src/chapters/data_size/claims.ts";
import type { Experiment, RunRecord } from "../../src/experiments/mod.ts";
import { testClaims } from "../../src/paper/mod.ts";
import { ICONS, type Shape, syntheticRecord, threeSeeds } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

const SIZES = [20, 60, 200, 600, 2000];
const RECIPE = { epochs: 16, samplesPerEpoch: 2048 } as Experiment["recipe"];

const shapes = (model: string, accuracies: number[], rest: Partial<Shape> = {}, recipe = RECIPE) =>
  accuracies.map((accuracy, i): Shape => ({
    datasets: ICONS.slice(0, 3),
    accuracy,
    ...rest,
    experiment: { model, imagesPerDataset: SIZES[i], recipe },
  }));

/** Three seeds at each size. */
const line = (...shape: Parameters<typeof shapes>) => shapes(...shape).flatMap(threeSeeds);

/** Both networks with the same accuracies, unless AlexNet's are given. */
const both = (convnext: number[], alexnet = convnext, rest: Partial<Shape> = {}) => [
  ...line("convnext_micro", convnext, rest),
  ...line("alexnet_micro", alexnet, rest),
];

const RISING = [0.5, 0.58, 0.65, 0.7, 0.74];
const claims = dataSizeClaims.filter(({ id }) => id !== "figure-3-printed");

function outcome(id: string, records: RunRecord[]) {
  return outcomeOf(dataSizeClaims, id, records);
}

const verdict = (id: string, records: RunRecord[]) => outcome(id, records).verdict;

Deno.test("claims of Figure 3: all hold where both networks rise, in whatever order they were run", () => {
  for (const records of [both(RISING), both(RISING).toReversed()]) {
    const tested = testClaims(claims, records);
    assert.deepEqual(tested.map(({ verdict }) => verdict), Array(3).fill("holds"));
  }
});

Deno.test("claims of Figure 3: nothing is shown while a network is missing", () => {
  for (const records of [[], line("convnext_micro", RISING), both(RISING, [0.5])]) {
    for (const { verdict, reason } of testClaims(claims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /was run with [01] sizes of data; 2 are needed/);
    }
  }
});

Deno.test("claims of Figure 3: nothing is shown where more data were also seen more often", () => {
  const longer = line("alexnet_micro", RISING, {}, { ...RECIPE, epochs: 32 });
  for (
    const { verdict, reason } of testClaims(claims, [...line("convnext_micro", RISING), ...longer])
  ) {
    assert.equal(verdict, "not shown at this scale");
    assert.match(reason, /different numbers of samples: 32768, 65536/);
  }
});

Deno.test("more-data-is-better: one falling or flat network refutes it", () => {
  const id = "more-data-is-better";
  assert.equal(verdict(id, both(RISING, RISING.toReversed())), "does not hold");
  assert.equal(verdict(id, both(RISING, [0.7, 0.71, 0.7, 0.69, 0.7])), "does not hold");
  assert.equal(
    verdict(id, both(RISING, [0.7, 0.71, 0.7, 0.69, 0.7], { validationPerDataset: 20 })),
    "not shown at this scale",
  );
});

Deno.test("more-data-is-better: a rise by 20 points with one inversion holds (the old rule: not shown, p = 0.083)", () => {
  const { verdict, reason } = outcome("more-data-is-better", both([0.496, 0.6, 0.59, 0.66, 0.703]));
  assert.equal(verdict, "holds");
  assert.match(
    reason,
    /ConvNeXt gains 9\.\d points \[.*\] a tenfold over 5 sizes, 20\.7 points .* 3\.1 points; p < 0\.001/,
  );
});

Deno.test("claims of Figure 3: a network that learnt nothing more is under-fitted (the old rule: does not hold)", () => {
  const flat = both([0.7, 0.7, 0.7, 0.7, 0.7], undefined, { training: 0.71 });
  for (const id of ["more-data-is-better", "most-data-still-helps"]) {
    assert.equal(verdict(id, flat), "not shown: under-fitted");
  }
});

Deno.test("claims of Figure 3: one seed at the most data is no rise (the old rule: holds)", () => {
  const single = ["convnext_micro", "alexnet_micro"].flatMap((model) =>
    shapes(model, RISING).map(syntheticRecord)
  );
  for (const id of ["more-data-is-better", "most-data-still-helps"]) {
    assert.match(outcome(id, single).reason, /^one seed; three are needed/);
  }
});

Deno.test("least-data-above-chance: decided by the fewest images", () => {
  const id = "least-data-above-chance";
  assert.equal(verdict(id, both(RISING, [0.335, 0.6, 0.7])), "does not hold");
  assert.equal(
    verdict(id, both(RISING, [0.36, 0.6, 0.7], { validationPerDataset: 50 })),
    "not shown at this scale",
  );
});

Deno.test("most-data-still-helps: against a tenth of the data, by half of the paper's gain", () => {
  const id = "most-data-still-helps";
  assert.match(
    outcome(id, both(RISING)).ours,
    /^ConvNeXt 65\.0% with 200 images to 74\.0% with 2000, AlexNet/,
  );
  assert.equal(verdict(id, both(RISING, [0.5, 0.6, 0.75, 0.72, 0.7])), "does not hold");
  assert.equal(verdict(id, both(RISING, [0.5, 0.6, 0.7, 0.72, 0.712])), "not shown at this scale");
  const near = both(RISING.slice(0, 2));
  assert.match(outcome(id, near).reason, /was not run with a tenth of 60 images/);
});

Deno.test("dataSizeFinding: a network that rises, one that does not, and one that is under-fitted", () => {
  const run = (model: string, imagesPerDataset: number, accuracy: number, training = 1) =>
    syntheticRecord({
      datasets: ICONS.slice(0, 3),
      accuracy,
      training,
      experiment: { model, imagesPerDataset },
    });
  const found = dataSizeFinding([
    run("convnext_micro", 30, 0.5),
    run("convnext_micro", 900, 0.7),
    run("alexnet_micro", 30, 0.34),
    run("alexnet_micro", 900, 0.34, 0.34),
  ]);
  assert.match(
    found,
    /^ConvNeXt rises by 20\.0 points \[.*\] from 30 to 900 images a dataset\. It ends at 70\.0%/,
  );
  assert.match(
    found,
    /AlexNet does not clearly change .*not clear of chance.*Under-fitted with the most images: AlexNet\.$/,
  );
  assert.match(dataSizeFinding([run("convnext_micro", 30, 0.5)]), /^No network was run with two numbers/);
});
