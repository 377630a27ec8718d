import assert from "node:assert/strict";
import { augmentationFinding } from "../../src/chapters/augmentation/findings.ts";
import { augmentationClaims } from "../../src/chapters/augmentation/claims.ts";
import { baseline, type Overrides, type RunRecord } from "../../src/experiments/mod.ts";
import { table4, testClaims } from "../../src/paper/mod.ts";
import { paperMix } from "../../src/train/mod.ts";
import { ICONS, syntheticRecord, threeSeeds } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

const datasets = ICONS.slice(0, 3);
const SIZES = [100, 300, 1000];
const randAugment = "rand-m9-mstd0.5-inc1";
const crops = { crop: "random-resized", shift: 0 } as const;
/** In the order of Table 4. */
const AUGMENTATIONS: Pick<Overrides, "augmentation" | "recipe">[] = [
  { augmentation: { crop: "none", flip: 0, shift: 0 } },
  { augmentation: crops },
  { augmentation: { ...crops, randAugment } },
  { augmentation: { ...crops, randAugment }, recipe: { mix: paperMix } },
];
/** A row of notebook 05 that Table 4 lacks. */
const SHIFTS = { crop: "none", flip: 0.5, shift: 0.125 } as const;

/** Accuracies as Table 4 has them: a row an augmentation, a column a size. */
const shapes = (rows: number[][], training = 1) =>
  rows.flatMap((accuracies, row) =>
    accuracies.map((accuracy, column) => ({
      datasets,
      accuracy,
      training,
      experiment: {
        ...baseline({ datasets, preset: "laptop", ...AUGMENTATIONS[row] }),
        imagesPerDataset: SIZES[column],
      },
    }))
  );

/** Three seeds of each cell. */
const runs = (rows: number[][], training?: number) => shapes(rows, training).flatMap(threeSeeds);

/** The four rows between "none" and "all", the two between alike. */
const fromNoneToAll = (none: number[], all: number[], training?: number) =>
  runs([none, all, all, all], training);

const claims = augmentationClaims.filter(({ id }) => id !== "table-4-printed");
const printed = [...Map.groupBy(table4.rows, ({ name }) => name).values()]
  .map((row) => row.map(({ percent }) => percent / 100));

function outcome(id: string, records: RunRecord[]) {
  return outcomeOf(augmentationClaims, id, records);
}

const verdict = (id: string, records: RunRecord[]) => outcome(id, records).verdict;

Deno.test("claims of Table 4: all hold on the paper's own numbers, in whatever order they were run", () => {
  for (const records of [runs(printed), runs(printed).toReversed()]) {
    const tested = testClaims(claims, records);
    assert.deepEqual(tested.map(({ verdict }) => verdict), Array(3).fill("holds"));
    assert.equal(tested[1].ours, "29.2 points with 100, 7.9 points with 1000");
  }
  const shifted = shapes(printed.slice(0, 1)).map(({ experiment, ...rest }) => ({
    ...rest,
    experiment: { ...experiment, augmentation: { ...experiment.augmentation, ...SHIFTS } },
  })).flatMap(threeSeeds);
  const beside = testClaims(claims, [...runs(printed), ...shifted]);
  assert.deepEqual(beside, testClaims(claims, runs(printed)), "a row that the table lacks");
});

Deno.test("claims of Table 4: nothing is shown while a cell of the table is missing", () => {
  const all = runs(printed);
  for (const records of [[], all.slice(0, 27), all.slice(0, -3), runs(printed.map(([first]) => [first]))]) {
    for (const { verdict, reason } of testClaims(claims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /was run with [012] of [23] sizes of data/);
    }
  }
});

Deno.test("augmentation-helps: a size at which it certainly harms refutes it, a small gain leaves it open", () => {
  const id = "augmentation-helps";
  assert.equal(verdict(id, fromNoneToAll([0.5, 0.6, 0.8], [0.7, 0.7, 0.7])), "does not hold");
  const open = outcome(id, fromNoneToAll([0.5, 0.6, 0.7], [0.7, 0.7, 0.712]));
  assert.notEqual(open.verdict, "holds");
  assert.match(
    open.reason,
    /20\.0 points \[.*\] with 100, .* half of the paper's least, 4\.0 points; p /,
  );
});

Deno.test("claims of Table 4: a network that learnt nothing more is under-fitted (the old rule: does not hold)", () => {
  const flat = fromNoneToAll([0.7, 0.7, 0.7], [0.6, 0.6, 0.6], 0.71);
  for (const { verdict } of testClaims(claims, flat)) assert.equal(verdict, "not shown: under-fitted");
});

Deno.test("claims of Table 4: so is one that augmentation keeps from learning (the old rule: does not hold)", () => {
  const [plain, augmented] = [[0.7, 0.7, 0.7], [0.6, 0.6, 0.6]];
  const learnsLittle = shapes([plain, augmented, augmented, augmented], 0.61).slice(SIZES.length);
  const records = [...shapes([plain]), ...learnsLittle].flatMap(threeSeeds);
  for (const { verdict } of testClaims(claims, records)) assert.equal(verdict, "not shown: under-fitted");
});

Deno.test("claims of Table 4: one seed a cell shows nothing (the old rule: holds)", () => {
  for (const { verdict, reason } of testClaims(claims, shapes(printed).map(syntheticRecord))) {
    assert.equal(verdict, "not shown at this scale");
    assert.match(reason, /^one seed; three are needed/);
  }
});

Deno.test("augmentation-helps-more-with-little-data: a cost of 9 points with the most refutes it (the old rule: holds)", () => {
  const id = "augmentation-helps-more-with-little-data";
  const costly = outcome(id, fromNoneToAll([0.5, 0.6, 0.8], [0.65, 0.65, 0.707]));
  assert.equal(costly.verdict, "does not hold");
  assert.match(costly.reason, /-9\.3 points \[.*\] with the most/);
  const losses = fromNoneToAll([0.6, 0.7, 0.9], [0.58, 0.6, 0.6]);
  assert.equal(
    verdict(id, losses),
    "does not hold",
    "the old rule: holds, since the loss is smaller with few",
  );
});

Deno.test("augmentation-helps-more-with-little-data: equal gains and growing ones refute it", () => {
  const id = "augmentation-helps-more-with-little-data";
  assert.equal(verdict(id, fromNoneToAll([0.5, 0.6, 0.6], [0.55, 0.65, 0.8])), "does not hold");
  assert.equal(verdict(id, fromNoneToAll([0.5, 0.6, 0.7], [0.6, 0.7, 0.8])), "does not hold");
  assert.equal(verdict(id, fromNoneToAll([0.5, 0.6, 0.7], [0.62, 0.7, 0.72])), "holds");
});

Deno.test("data-help-whatever-the-augmentation: one augmentation that falls refutes it", () => {
  const id = "data-help-whatever-the-augmentation";
  const rising = [0.5, 0.6, 0.7];
  const falling = outcome(id, runs([rising, rising, [0.7, 0.6, 0.5], rising]));
  assert.equal(falling.verdict, "does not hold");
  assert.match(falling.reason, /^the least gain, with RandCrop, RandAug, is -20\.0 points/);
  assert.equal(verdict(id, runs([rising, rising, rising, rising])), "holds");
});

Deno.test("augmentationFinding: a gain with few images and none with many; under-fitted networks", () => {
  const found = augmentationFinding(fromNoneToAll([0.5, 0.6, 0.7], [0.6, 0.65, 0.7]));
  assert.match(
    found,
    /^Accuracy rises by 10\.0 points \[.*\] with all augmentation, at 100 images a dataset\. /,
  );
  assert.match(
    found,
    /It is then 60\.0% .*, above chance, 33\.3%\. Accuracy does not clearly change .* at 1000 images/,
  );
  assert.match(
    augmentationFinding(fromNoneToAll([0.5, 0.6, 0.7], [0.4, 0.5, 0.6], 0.7)),
    /falls by .* is under-fitted\.$/,
  );
  // All augmentation alone is under-fitted: the verdict said so, the figure did not.
  const weak = [
    ...fromNoneToAll([0.5, 0.6, 0.7], [0.4, 0.5, 0.6]).slice(0, 9),
    ...fromNoneToAll([0.5, 0.6, 0.7], [0.4, 0.5, 0.6], 0.6).slice(9),
  ];
  assert.match(
    augmentationFinding(weak),
    /\. With all augmentation training accuracy 60\.0% is within 2 points .* is under-fitted\.$/,
  );
  assert.match(augmentationFinding([]), /^No size was run/);
});
