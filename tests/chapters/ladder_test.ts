/** The ladder of trivial learners beside the combinations of datasets: figures, table and claim. */
import assert from "node:assert/strict";
import {
  combinationsFigure,
  numberOfDatasetsFigure,
  pairwiseFigure,
} from "../../src/chapters/combinations/figure.ts";
import { ladderClaims } from "../../src/chapters/combinations/claims.ts";
import { combinationsOf } from "../../src/chapters/combinations/records.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { accuracyTable } from "../../src/notebook/mod.ts";
import { type LadderRecord, leastRecall, testClaims } from "../../src/paper/mod.ts";
import { wilson } from "../../src/stats/mod.ts";
import { named } from "../made/figures/traces.ts";
import { iconRecords, ICONS, pairRecords, syntheticRecord } from "../made/paper/records.ts";
import { syntheticLadder } from "../made/paper/trivial_records.ts";

/** Accuracies of the ladder: the third learner, 15 nearest neighbours, is the best. */
const LOW = [0.4, 0.5, 0.6, 0.45, 0.55];
const withLadders = (runs: readonly RunRecord[], accuracies = LOW): LadderRecord[] =>
  runs.flatMap((run) => [run, ...syntheticLadder(run, accuracies)]);

function verdictOf(records: readonly LadderRecord[]) {
  const [{ verdict, reason, ours }] = testClaims(ladderClaims, records);
  return { verdict, reason, ours };
}

const run = (accuracy: number, seed = 0, datasets = ICONS.slice(0, 3)) =>
  syntheticRecord({ datasets, accuracy, experiment: { seed } });

Deno.test("combinationsOf: the learners on a combination's own images, the best first, over all seeds", () => {
  const runs = [run(0.8), run(0.8, 1), run(0.7, 0, ICONS.slice(3))];
  const other = syntheticRecord({
    datasets: ICONS.slice(3),
    accuracy: 0.8,
    experiment: { imagesPerDataset: 100 },
  });
  const records = [...withLadders(runs.slice(0, 2)), runs[2], ...syntheticLadder(other, LOW)];
  const [first, second] = combinationsOf(records);
  assert.deepEqual(first.learners.map(({ learner }) => learner), [
    "15 nearest neighbours",
    "random filters",
    "histogram",
    "logistic regression on pixels",
    "mean",
  ]);
  assert.deepEqual([first.learners[0].accuracy.n, first.learners[0].accuracy.runs], [1500, 2]);
  assert.ok(Math.abs(first.learners[0].margin.value - 0.2) < 1e-3);
  assert.deepEqual(second.learners, []); // learners that saw other training images stand beside nothing
});

Deno.test("above-trivial-learners: holds where every network is above each learner", () => {
  const { verdict, ours, reason } = verdictOf(withLadders([run(0.8), run(0.65, 0, ICONS.slice(3))]));
  assert.equal(verdict, "holds");
  assert.equal(ours, "5.0 points to 20.0 points above it, 1 of 2 by 10.0 points or more");
  assert.match(reason, /2 of 2 combinations .*the least, remix \+ mingcute \+ carbon, is 5\.0 points/);
});

Deno.test("above-trivial-learners: refuted by one learner that is above one network, of whatever name", () => {
  for (const better of LOW.keys()) {
    const accuracies = LOW.map((accuracy, i) => i === better ? 0.75 : accuracy);
    const records = [...withLadders([run(0.9)]), ...withLadders([run(0.68, 0, ICONS.slice(3))], accuracies)];
    assert.equal(verdictOf(records).verdict, "does not hold", `${better}`);
  }
});

Deno.test("above-trivial-learners: above chance and no better than neighbours is not shown", () => {
  assert.equal(
    verdictOf(withLadders([run(0.9), run(0.61, 0, ICONS.slice(3))])).verdict,
    "not shown at this scale",
  );
});

Deno.test("above-trivial-learners: every combination needs its learners", () => {
  const { verdict, reason } = verdictOf([...withLadders([run(0.9)]), run(0.9, 0, ICONS.slice(3))]);
  assert.equal(verdict, "not shown at this scale");
  assert.equal(reason, "trivial learners were run beside 1 of 2 combinations");
  assert.match(verdictOf([]).reason, /beside 0 of 0/);
});

Deno.test("figures: a grey mark for each learner in its network's row, the best named in the hover", () => {
  const figure = combinationsFigure(withLadders(iconRecords()));
  const [ours] = named(figure, /^ours/);
  const [trivial] = named(figure, /^trivial learners/);
  assert.deepEqual([(ours.x as number[]).length, (trivial.x as number[]).length], [20, 100]);
  assert.deepEqual([...new Set(trivial.y as number[])], ours.y);
  assert.match((ours.text as string[])[0], /best trivial learner: 15 nearest neighbours, 60\.0%$/);
  assert.equal(named(combinationsFigure(iconRecords()), /^trivial learners/).length, 0);
  const [series] = named(numberOfDatasetsFigure(withLadders(iconRecords())), /^trivial learners/);
  assert.equal((series.x as number[]).length, 4 * 5);
  const [{ hovertemplate }] = pairwiseFigure(withLadders(pairRecords({ close: 0.7, apart: 0.9 }))).data;
  assert.match(
    (hovertemplate as string[][])[0][0],
    /best trivial learner: 15 nearest neighbours, 60\.0%<br>runs/,
  );
});

Deno.test("accuracyTable: the best learner, by how much the network is above it, and the least recall", async () => {
  const whole = run(0.8);
  const perDataset = [wilson(450, 500), wilson(300, 500), wilson(450, 500)];
  const uneven: RunRecord = { ...whole, result: { ...whole.result, perDataset } };
  const textOf = async (records: readonly LadderRecord[]) =>
    `${(await accuracyTable(records).bundle())["text/plain"]}`;
  const [head, line, ...rest] = (await textOf([uneven, ...syntheticLadder(uneven, LOW)])).split("\n");
  assert.match(head, /chance +best trivial learner +above it \[95% interval\] +least recall/);
  assert.match(
    line,
    /60\.0% \[57\.5, 62\.5\], n = 1500, 15 nearest neighbours +20\.0 points \[.*60\.0% \(phosphor\)/,
  );
  assert.deepEqual(rest, []);
  assert.doesNotMatch(await textOf([uneven]), /trivial|seed/);
  assert.match(await textOf([uneven, run(0.8, 7)]), /^datasets +seed .*\n.*mdi +0 .*\n.*mdi +7 /);
  assert.match(await textOf([uneven, ...syntheticLadder(run(0.8, 7), LOW)]), / – +– +60\.0% \(phosphor\)/);
});

Deno.test("leastRecall: by the datasets' names, over seeds whose order of datasets differs", () => {
  const [whole, turned] = [run(0.8), run(0.8, 1, ["mdi", "tabler", "phosphor"])];
  const recallsOf = (record: RunRecord, correct: number[]): RunRecord => ({
    ...record,
    result: { ...record.result, perDataset: correct.map((right) => wilson(right, 500)) },
  });
  assert.equal(leastRecall([recallsOf(whole, [450, 300, 450])]).dataset, "phosphor");
  const alike = (record: RunRecord, least: string): RunRecord => {
    const right = record.outcomes.images.map((image) => !image.startsWith(least));
    return { ...record, outcomes: { ...record.outcomes, right } };
  };
  const { dataset, recall } = leastRecall([alike(whole, "mdi"), alike(turned, "mdi")]);
  assert.deepEqual([dataset, recall.value, recall.n], ["mdi", 0, 500]);
});
