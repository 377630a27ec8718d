import assert from "node:assert/strict";
import { baseline } from "../../src/experiments/mod.ts";
import { nearPrinted } from "../../src/paper/mod.ts";
import { isCombination, isPaperModel, isPaperScale } from "../../src/paper/printed.ts";
import { outcomeOf } from "../made/paper/outcome.ts";
import { syntheticRecord } from "../made/paper/records.ts";

const YCD = ["yfcc100m", "cc12m", "datacomp-1b"];
const atPaper = baseline({ datasets: YCD, preset: "paper" });
/** At the paper's scale, but for outcomes of fewer images, so that the test is quick. */
const record = (accuracy: number, experiment = atPaper) => {
  const made = syntheticRecord({ datasets: experiment.datasets, accuracy, validationPerDataset: 1000 });
  return { ...made, experiment };
};
const claims = [nearPrinted({
  id: "printed",
  source: "Table 0",
  figures: [
    { name: "YCD", percent: 84.7, isOf: ({ experiment }) => isPaperModel(experiment) },
    { name: "few", percent: 72.4, imagesPerDataset: 10_000, isOf: () => true },
  ],
})];
const outcome = (...records: ReturnType<typeof record>[]) => outcomeOf(claims, "printed", records);
const few = { ...atPaper, imagesPerDataset: 10_000 };

Deno.test("nearPrinted: holds where every figure is met, within a point or the interval", () => {
  assert.equal(outcome(record(0.85), record(0.72, few)).verdict, "holds");
  const missed = outcome(record(0.82), record(0.72, few));
  assert.equal(missed.verdict, "does not hold");
  assert.match(missed.ours, /^1 of 2 are met; the least near, YCD, 82\.0% for 84\.7%$/);
  assert.match(missed.reason, /-2\.7 points from the printed figure; met means within 1\.\d points/);
});

Deno.test("nearPrinted: open while some were not run, missed as soon as one is off", () => {
  assert.equal(outcome(record(0.85)).verdict, "not shown at this scale");
  assert.equal(outcome(record(0.7)).verdict, "does not hold");
});

Deno.test("nearPrinted: at any other scale it is not shown", () => {
  const others = [
    { ...atPaper, imagesPerDataset: 1000 },
    { ...atPaper, imageSize: 64 },
    { ...atPaper, validationPerDataset: 500 },
    { ...atPaper, model: "convnext_micro" },
  ];
  const { verdict, reason } = outcome(...others.map((experiment) => record(0.5, experiment)));
  assert.deepEqual([verdict, reason], ["not shown at this scale", "needs the paper's scale"]);
  assert.ok(isPaperScale(few, 10_000) && !isPaperScale(few));
});

Deno.test("isCombination: the paper's letters, in any order", () => {
  assert.ok(isCombination("YCD", YCD.toReversed()));
  assert.ok(!isCombination("YC", YCD) && !isCombination("YCW", YCD) && !isCombination("YCX", YCD));
});
