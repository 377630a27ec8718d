import assert from "node:assert/strict";
import { augmentationClaims } from "../../src/chapters/augmentation/claims.ts";
import { baseline, type Overrides, type RunRecord } from "../../src/experiments/mod.ts";
import { table4, testClaims } from "../../src/paper/mod.ts";
import { paperMix } from "../../src/train/mod.ts";
import { ICONS, syntheticRecord } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

const datasets = ICONS.slice(0, 3);
const SIZES = [100, 300, 1000];
const randAugment = "rand-m9-mstd0.5-inc1";
/** In the order of Table 4. */
const AUGMENTATIONS: Pick<Overrides, "augmentation" | "recipe">[] = [
  { augmentation: { crop: "none", flip: 0 } },
  {},
  { augmentation: { randAugment } },
  { augmentation: { randAugment }, recipe: { mix: paperMix } },
];

/** Accuracies as Table 4 has them: a row an augmentation, a column a size. */
const runs = (rows: number[][], validationPerDataset = 500) =>
  rows.flatMap((accuracies, row) =>
    accuracies.map((accuracy, column) =>
      syntheticRecord({
        datasets,
        accuracy,
        validationPerDataset,
        experiment: {
          ...baseline({ datasets, preset: "laptop", ...AUGMENTATIONS[row] }),
          imagesPerDataset: SIZES[column],
        },
      })
    )
  );

/** The four rows between "none" and "all", the two between alike. */
const fromNoneToAll = (none: number[], all: number[], validationPerDataset = 500) =>
  runs([none, all, all, all], validationPerDataset);

const printed = [...Map.groupBy(table4.rows, ({ name }) => name).values()]
  .map((row) => row.map(({ percent }) => percent / 100));

function outcome(id: string, records: RunRecord[]) {
  return outcomeOf(augmentationClaims, id, records);
}

const verdict = (id: string, records: RunRecord[]) => outcome(id, records).verdict;

Deno.test("claims of Table 4: all hold on the paper's own numbers, in whatever order they were run", () => {
  for (const records of [runs(printed, 10_000), runs(printed, 10_000).toReversed()]) {
    const tested = testClaims(augmentationClaims, records);
    assert.deepEqual(tested.map(({ verdict }) => verdict), Array(3).fill("holds"));
    assert.equal(tested[1].ours, "29.2 points with 100, 7.9 points with 1000");
  }
});

Deno.test("claims of Table 4: nothing is shown while a cell of the table is missing", () => {
  const all = runs(printed);
  for (const records of [[], all.slice(0, 9), all.slice(0, -1), runs(printed.map(([first]) => [first]))]) {
    for (const { verdict, reason } of testClaims(augmentationClaims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /was run with [012] of [23] sizes of data/);
    }
  }
});

Deno.test("augmentation-helps: a size at which it certainly harms refutes it, a tie leaves it open", () => {
  const id = "augmentation-helps";
  assert.equal(verdict(id, fromNoneToAll([0.5, 0.6, 0.8], [0.7, 0.7, 0.7])), "does not hold");
  const tie = outcome(id, fromNoneToAll([0.5, 0.6, 0.7], [0.7, 0.7, 0.7]));
  assert.equal(tie.verdict, "not shown at this scale");
  assert.match(tie.reason, /at 2 of 3 sizes of data and lower at 0/);
});

Deno.test("augmentation-helps-more-with-little-data: equal gains leave it open, growing ones refute it", () => {
  const id = "augmentation-helps-more-with-little-data";
  assert.equal(verdict(id, fromNoneToAll([0.5, 0.6, 0.6], [0.55, 0.65, 0.8])), "does not hold");
  assert.equal(verdict(id, fromNoneToAll([0.5, 0.6, 0.7], [0.6, 0.7, 0.8])), "not shown at this scale");
  assert.equal(verdict(id, fromNoneToAll([0.5, 0.6, 0.7], [0.65, 0.7, 0.75])), "holds");
});

Deno.test("data-help-whatever-the-augmentation: one augmentation that falls refutes it", () => {
  const id = "data-help-whatever-the-augmentation";
  const rising = [0.5, 0.6, 0.7];
  assert.equal(verdict(id, runs([rising, rising, [0.7, 0.6, 0.5], rising])), "does not hold");
  const tie = outcome(id, runs([rising, rising, [0.7, 0.7, 0.7], rising]));
  assert.equal(tie.verdict, "not shown at this scale");
  assert.match(tie.reason, /^3 of 4 augmentations are certainly higher/);
});
