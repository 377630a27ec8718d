import assert from "node:assert/strict";
import { combinationsFinding, numberOfDatasetsFinding } from "../../src/chapters/combinations/findings.ts";
import { combinationClaims, emojiClaims, pairClaims } from "../../src/chapters/combinations/claims.ts";
import {
  combinationsFigure,
  numberOfDatasetsFigure,
  pairwiseFigure,
} from "../../src/chapters/combinations/figure.ts";
import {
  choicesAmong,
  combinationsOf,
  growingSeries,
  toldApart,
  triplesOf,
} from "../../src/chapters/combinations/records.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { type LadderRecord, pAboveRungs, rungsAmong, table2, testClaims } from "../../src/paper/mod.ts";
import { pairs } from "../made/figures/examples.ts";
import { named } from "../made/figures/traces.ts";
import {
  iconRecords,
  ICONS,
  pairRecords,
  type Shape,
  syntheticRecord,
  triples,
} from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";
import { syntheticLadder } from "../made/paper/trivial_records.ts";

Deno.test("combinationsOf: takes runs of the same datasets together, whatever their order", () => {
  const runs = [
    syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, validationPerDataset: 50 }),
    syntheticRecord({ datasets: ["b", "a"], accuracy: 0.6, validationPerDataset: 50 }),
    syntheticRecord({ datasets: ["a", "c"], accuracy: 0.9, validationPerDataset: 50 }),
  ];
  const [ab, ac] = combinationsOf(runs);
  assert.deepEqual(ab.datasets, ["a", "b"]);
  assert.equal(ab.accuracy.value, 0.7);
  assert.equal(ab.accuracy.n, 100, "both runs are on the same images");
  assert.equal(ab.chance, 0.5);
  assert.equal(ac.accuracy.n, 100);
  assert.deepEqual([ab.runs, ac.runs], [[runs[0].hash, runs[1].hash], [runs[2].hash]]);
});

Deno.test("triplesOf: all 20 of six datasets", () => {
  assert.equal(triplesOf(iconRecords()).length, 20);
  assert.deepEqual([3, 4, 5, 6].map((count) => choicesAmong(count, 3)), [1, 4, 10, 20]);
  assert.deepEqual([2, 3, 6].map((count) => choicesAmong(count, 2)), [1, 3, 15]);
});

Deno.test("growingSeries: the largest combination and its beginnings", () => {
  const series = growingSeries(iconRecords());
  assert.deepEqual(
    series.map(({ datasets }) => datasets),
    [3, 4, 5, 6].map((count) => ICONS.slice(0, count)),
  );
  assert.deepEqual(growingSeries([]), []);
});

function outcome(id: string, records: RunRecord[]) {
  return outcomeOf(combinationClaims, id, records);
}

const allTriples = (shape: (index: number) => Omit<Shape, "datasets">) =>
  triples(ICONS).map((datasets, i) => syntheticRecord({ datasets, ...shape(i) }));

const claims = combinationClaims.filter(({ id }) => id !== "table-2-printed");

Deno.test("claims: all of Table 2 and Figure 6 hold on runs like the probe's", () => {
  const tested = testClaims(claims, iconRecords());
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(5).fill("holds"));
  for (const claim of tested) assert.ok(claim.ours && claim.reason && claim.source && claim.paper);
  assert.equal(new Set(tested.map(({ id }) => id)).size, tested.length);
});

Deno.test("claims: nothing is shown without runs", () => {
  for (const { verdict, reason } of testClaims(combinationClaims, [])) {
    assert.equal(verdict, "not shown at this scale");
    assert.ok(reason.length > 0);
  }
});

/** A combination beside learners that are right on so large a share of its images. */
function beside(accuracy: number, learners: number[], { validationPerDataset = 1000, training = 1 } = {}) {
  const datasets = ICONS.slice(0, 3);
  const record = syntheticRecord({ datasets, accuracy, validationPerDataset, training });
  return combinationsOf([record, ...syntheticLadder(record, learners)])[0];
}

Deno.test("toldApart: a network below nearest neighbours tells nothing apart (the old rule: holds, above chance)", () => {
  assert.ok(toldApart(beside(0.7, [0.5, 0.6])).shown < 0.001);
  assert.ok(toldApart(beside(0.7, [0.5, 0.73])).shown > 0.5);
  assert.ok(toldApart(beside(0.7, [])).shown < 0.001);
});

Deno.test("pAboveRungs: the best learner decides, on the same images", () => {
  const { records, learners } = beside(0.7, [0.5, 0.69]);
  const [strong, weak] = learners;
  assert.ok(pAboveRungs([weak]) < 1e-9);
  assert.equal(pAboveRungs([weak, strong]), pAboveRungs([strong]));
  assert.ok(pAboveRungs([strong]) > 0.05);
  // The network itself, but for one image in fifty of those that it gets right: paired, that is certain.
  const [{ outcomes: { images, right } }] = records;
  let seen = 0;
  const [learner] = syntheticLadder(records[0], [0.5]);
  const close = { ...learner, outcomes: { images, right: right.map((is) => is && seen++ % 50 !== 0) } };
  assert.ok(pAboveRungs(rungsAmong([close])(records)) < 1e-6);
});

Deno.test("toldApart: a weak learner's failure refutes nothing (the old rule: does not hold)", () => {
  assert.ok(toldApart(beside(0.333, [0.33, 0.34])).refuted < 0.01, "able, and every learner at chance");
  assert.equal(toldApart(beside(0.333, [0.33, 0.5])).refuted, 1, "nearest neighbours tell them apart");
  assert.equal(toldApart(beside(0.333, [0.33], { training: 0.34 })).refuted, 1, "the network was not able");
  assert.equal(toldApart(beside(0.333, [])).refuted, 1, "no trivial learner was run");
});

Deno.test("every-triple-above-chance: one triple at chance is not shown (the old rule: does not hold)", () => {
  const records = allTriples((i) => ({ accuracy: i === 7 ? 0.333 : 0.8, validationPerDataset: 300 }));
  const { verdict, reason, ours } = outcome("every-triple-above-chance", records);
  assert.equal(verdict, "not shown at this scale");
  assert.match(reason, /above each of 0 trivial learners: 19 of 20 are .* and 19 are above chance;/);
  assert.match(ours, /the least recall is that of tabler in tabler \+ remix \+ mingcute, 33\.\d%$/);
});

Deno.test("every-triple-above-chance: all have to be, so that the least certain decides", () => {
  // 43% of 120 has p = 0.02, 40% p = 0.08.
  const least = (accuracy: number) =>
    outcome("every-triple-above-chance", allTriples(() => ({ accuracy, validationPerDataset: 40 }))).verdict;
  assert.equal(least(0.43), "holds");
  assert.equal(least(0.4), "not shown at this scale");
});

Deno.test("every-triple-above-chance: not shown while triples are missing", () => {
  const { verdict, reason } = outcome("every-triple-above-chance", iconRecords().slice(3));
  assert.equal(verdict, "not shown at this scale");
  assert.match(reason, /17 of 20/);
});

Deno.test("triples-differ: equal accuracies are refuted by large samples, and by able networks only", () => {
  const equal = (validationPerDataset: number, training = 1) =>
    outcome("triples-differ", allTriples(() => ({ accuracy: 0.8, validationPerDataset, training }))).verdict;
  assert.equal(equal(300), "does not hold");
  assert.equal(equal(10), "not shown at this scale");
  assert.equal(equal(300, 0.8), "not shown at this scale");
});

Deno.test("triples-differ: what the luck of a seed may make is no difference (the old rule: holds)", () => {
  const near = allTriples((i) => ({ accuracy: i % 2 ? 0.78 : 0.8, validationPerDataset: 1000 }));
  assert.equal(outcome("triples-differ", near).verdict, "does not hold");
});

Deno.test("triples-differ: the widest of twenty single seeds is wide by luck (the old rule: holds, beyond 4 points)", () => {
  // Twenty normal numbers of 1.4 points spread over 5.2 points on average, and one time in twenty over 7.0.
  const luck = (i: number) => i === 3 ? 0.035 : i === 11 ? -0.035 : 0;
  const records = allTriples((i) => ({ accuracy: 0.8 + luck(i), validationPerDataset: 2000 }));
  const { verdict, reason } = outcome("triples-differ", records);
  assert.equal(verdict, "does not hold");
  assert.match(reason, /shown by more than 7\.2 points, what the luck of seeds may make among 20;/);
  const [, spread, low] = reason.match(/is (\d\.\d) points \[(\d\.\d), /)!.map(Number);
  assert.ok(spread - 0.84 * (spread - low) > 4, "one-sided, at 5%, it is beyond 4 points");
});

Deno.test("told apart: above chance is counted apart from above every trivial learner", () => {
  const records = emojiRecords((i) => 0.7 + 0.01 * i);
  const ladders = records.flatMap((record) => syntheticLadder(record, Array(5).fill(0.95)));
  const { verdict, reason } = outcomeOf(emojiClaims, "emoji-every-triple-above-chance", [
    ...records,
    ...ladders,
  ]);
  assert.equal(verdict, "not shown at this scale");
  assert.match(reason, /above each of 5 trivial learners: 0 of 20 are .*, and 20 are above chance;/);
});

const series = (accuracies: number[], validationPerDataset = 500, training = 1) =>
  accuracies.map((accuracy, i) =>
    syntheticRecord({ datasets: ICONS.slice(0, i + 3), accuracy, validationPerDataset, training })
  );

Deno.test("more-datasets-above-chance: more than half of the way (the old rule: 1.5 times chance)", () => {
  const id = "more-datasets-above-chance";
  assert.equal(outcome(id, series([0.8, 0.72, 0.68, 0.65])).verdict, "holds");
  assert.equal(outcome(id, series([0.8, 0.7, 0.6, 0.3])).verdict, "does not hold", "the old rule: holds");
  assert.equal(outcome(id, series([0.8, 0.7, 0.6, 0.3], 500, 0.31)).verdict, "not shown at this scale");
  assert.equal(outcome(id, series([0.8, 0.7, 0.6, 0.58], 20)).verdict, "not shown at this scale");
});

Deno.test("more-datasets-harder: falls, rises, or can't be told", () => {
  const id = "more-datasets-harder";
  assert.equal(outcome(id, series([0.8, 0.7, 0.6, 0.6])).verdict, "holds");
  assert.equal(outcome(id, series([0.6, 0.7, 0.7, 0.8])).verdict, "does not hold");
  assert.equal(outcome(id, series([0.7, 0.6, 0.6, 0.6], 50)).verdict, "not shown at this scale");
});

Deno.test("more-datasets-harder: chance falls with more datasets, too (the old rule: holds)", () => {
  // 0.40 of the way from chance to 100% with three and with six.
  const { verdict, reason } = outcome("more-datasets-harder", series([0.6, 0.55, 0.52, 0.5]));
  assert.equal(verdict, "does not hold");
  assert.match(reason, /0\.40 with 3 datasets and 0\.40 with 6: a fall of -?0\.00 \[-0\.04, 0\.04\]/);
});

Deno.test("converges-quickly: fast, slow, and untrained runs", () => {
  const id = "converges-quickly";
  const curves = (course: (epoch: number, epochs: number) => number, accuracy = 0.85) =>
    allTriples(() => ({ accuracy, course }));
  assert.equal(outcome(id, curves(() => 0.97)).verdict, "holds");
  assert.equal(outcome(id, curves((epoch, epochs) => epoch / epochs)).verdict, "does not hold");
  assert.equal(outcome(id, curves(() => 0.9)).verdict, "not shown at this scale");
  assert.match(outcome(id, curves(() => 1, 0.333)).reason, /^exploratory \(.*\): the runs end at chance/);
  const short = [syntheticRecord({ datasets: ["a", "b", "c"], accuracy: 0.8, epochs: 3 })];
  assert.match(outcome(id, short).reason, /4 epochs or more/);
});

Deno.test("converges-quickly: a network that was not able had not converged (the old rule: does not hold)", () => {
  const slow = (training: number) =>
    allTriples(() => ({ accuracy: 0.85, training, course: (epoch, epochs) => epoch / epochs }));
  assert.equal(outcome("converges-quickly", slow(0.86)).verdict, "not shown at this scale");
  assert.equal(outcome("converges-quickly", slow(1)).verdict, "does not hold");
});

Deno.test("converges-quickly: images that nineteen of twenty runs show weigh more (the old rule: alike, holds)", () => {
  const shape = { accuracy: 0.85, course: () => 0.92 };
  const often = Array.from(
    { length: 19 },
    (_, seed) =>
      syntheticRecord({
        datasets: ["a", "b", "c"],
        validationPerDataset: 100,
        ...shape,
        experiment: { seed },
      }),
  );
  const once = syntheticRecord({ datasets: ["d", "e", "f"], validationPerDataset: 5000, ...shape });
  const { verdict, reason } = outcome("converges-quickly", [...often, once]);
  assert.equal(verdict, "not shown at this scale");
  assert.match(reason, /over 20 three-way runs on 15,300 images/);
});

Deno.test("converges-quickly: twenty triples are 3,000 images and no more (the old rule: 30,000, holds)", () => {
  const { verdict, reason } = outcome(
    "converges-quickly",
    allTriples(() => ({ accuracy: 0.85, course: () => 0.92 })),
  );
  assert.equal(verdict, "not shown at this scale");
  assert.match(reason, /over 20 three-way runs on 3,000 images/);
});

const pairVerdicts = (close: number, apart: number, validationPerDataset?: number) =>
  testClaims(pairClaims, pairRecords({ close, apart }, validationPerDataset)).map(({ verdict }) => verdict);

Deno.test("pair claims: hold where every pair is above chance and some are harder", () => {
  assert.deepEqual(pairVerdicts(0.7, 0.9), ["holds", "holds"]);
  const [, differ] = testClaims(pairClaims, pairRecords({ close: 0.7, apart: 0.9 }));
  assert.match(differ.ours, /^70.0% \(mdi \+ remix\) to 90.0%/);
});

Deno.test("pair claims: pairs at chance are not shown without an able learner (the old rule: does not hold)", () => {
  assert.deepEqual(pairVerdicts(0.5, 0.9), ["not shown at this scale", "holds"]);
  assert.deepEqual(pairVerdicts(0.8, 0.8), ["holds", "does not hold"]);
});

Deno.test("pair claims: not shown by few images", () => {
  assert.deepEqual(pairVerdicts(0.55, 0.6, 10), ["not shown at this scale", "not shown at this scale"]);
});

Deno.test("pair claims: not run without every pair; combinations of three are not pairs", () => {
  for (const records of [iconRecords(), pairRecords({ close: 0.7, apart: 0.9 }).slice(1)]) {
    for (const { verdict, reason } of testClaims(pairClaims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /^(0 of 1|14 of 15) pairs were run$/);
    }
  }
});

const vendors = ["noto", "twemoji", "openmoji", "fluent-emoji", "emojione", "fxemoji"];
const emojiRecords = (accuracy: (index: number) => number, validationPerDataset = 200) =>
  triples(vendors).map((datasets, i) =>
    syntheticRecord({ datasets, accuracy: accuracy(i), validationPerDataset })
  );

Deno.test("emoji claims: hold on vendors who are told apart, have ids of their own, are open while triples are missing", () => {
  const verdicts = (records: LadderRecord[]) =>
    testClaims(emojiClaims, records).map(({ verdict }) => verdict);
  assert.deepEqual(verdicts(emojiRecords((i) => 0.6 + 0.015 * i)), ["holds", "holds"]);
  const atChance = emojiRecords((i) => i === 0 ? 1 / 3 : 0.8, 2000);
  assert.equal(verdicts(atChance)[0], "not shown at this scale", "no trivial learner was run");
  const ladders = atChance.flatMap((record) => syntheticLadder(record, Array(5).fill(1 / 3)));
  assert.equal(verdicts([...atChance, ...ladders])[0], "does not hold");
  const open = Array(2).fill("not shown at this scale");
  assert.deepEqual(verdicts(emojiRecords(() => 0.9).slice(1)), open);
  const ids = [...combinationClaims, ...pairClaims, ...emojiClaims].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("combinationsFigure: says what is told apart", () => {
  const { layout } = combinationsFigure(emojiRecords(() => 0.9), "Telling three vendors apart");
  assert.match(JSON.stringify(layout.title), /Telling three vendors apart: 20 combinations/);
});

const records = iconRecords();

Deno.test("combinationsFigure: ours sorted, with intervals; the paper's 20 on a strip of their own", () => {
  const figure = combinationsFigure(records);
  const [ours] = named(figure, /^ours/);
  const [paper] = named(figure, /^the paper/);
  const x = ours.x as number[];
  assert.equal(x.length, 20);
  assert.deepEqual(x, x.toSorted((a, b) => a - b));
  const bars = ours.error_x as { array: number[]; arrayminus: number[] };
  assert.ok(bars.array.every((bar) => bar > 0) && bars.arrayminus.every((bar) => bar > 0));
  assert.deepEqual((paper.x as number[]).toSorted(), table2.rows.map(({ percent }) => percent).toSorted());
  assert.ok(Math.max(...(paper.y as number[])) < Math.min(...(ours.y as number[])));
});

Deno.test("numberOfDatasetsFigure: chance is 1/N at each N", () => {
  const [chance] = named(numberOfDatasetsFigure(records), /^chance/);
  const values = new Set((chance.y as (number | null)[]).filter((y) => y !== null));
  assert.deepEqual([...values], [100 / 3, 25, 20, 100 / 6]);
});

Deno.test("pairwiseFigure: every pair once, below the diagonal, with its runs; other combinations left out", () => {
  const [{ z, text, hovertemplate }] = pairwiseFigure([...records, ...pairs]).data;
  const cells = (z as (number | null)[][]).map((row) => row.map((value) => value ?? 0));
  assert.deepEqual(cells.map((row) => row.filter((value) => value > 0).length), [1, 2, 3, 4, 5]);
  // mdi, remix and mingcute are the third to the fifth: remix below mdi is in row 2, column 2.
  assert.deepEqual([cells[2][2], cells[3][2], cells[3][3], cells[4][2]], [0.62, 0.62, 0.62, 0.88]);
  assert.equal((text as string[][])[0][0], "88.0%<br>[85.8, 89.9]");
  assert.equal((text as string[][])[0][1], "");
  const { hash } = pairs[0];
  assert.match(
    (hovertemplate as string[][])[0][0],
    new RegExp(`^tabler \\+ phosphor<br>88.0%.*runs/${hash}<extra>`),
  );
});

Deno.test("combinationsFinding: counts what is above chance, and names the ends", () => {
  const found = combinationsFinding(iconRecords());
  assert.match(
    found,
    /^The intervals of 20 of 20 combinations lie above chance, 33\.3%\. The hardest, mdi \+ remix/,
  );
  assert.match(found, /The easiest, .* is at 88\.4% \[.*\], n = 1500\.$/);
  assert.match(
    combinationsFinding(pairRecords({ close: 0.5, apart: 0.88 }), 2),
    /12 of 15 pairs lie above chance, 50/,
  );
  assert.match(combinationsFinding([], 3), /^No combination of 3 datasets was run\.$/);
});

Deno.test("numberOfDatasetsFinding: a fall, no clear change, and no series", () => {
  const series = (accuracies: number[]) =>
    accuracies.map((accuracy, i) => syntheticRecord({ datasets: ICONS.slice(0, i + 3), accuracy }));
  const falls = numberOfDatasetsFinding(series([0.85, 0.76, 0.66, 0.61]));
  assert.match(
    falls,
    /^Accuracy falls by 24\.0 points \[.*\] from 3 to 6 datasets\. Chance falls from 33\.3% to 16\.7%\./,
  );
  assert.match(falls, /Accuracy with 6 is 61\.0% \[.*\], n = 3000, above chance, 16\.7%\.$/);
  assert.match(
    numberOfDatasetsFinding(series([0.85, 0.85])),
    /^Accuracy does not clearly change from 3 to 4/,
  );
  assert.match(numberOfDatasetsFinding(series([0.85])), /^No growing series/);
});
