import assert from "node:assert/strict";
import { firstGate, pooledAccuracy } from "../../src/paper/mod.ts";
import {
  enoughSeeds,
  farFromChance,
  formatAccuracy,
  luckInWords,
  luckOfPicked,
  luckOfSeeds,
  pAboveChance,
  pAtChance,
  repetitionsOf,
  underFitted,
} from "../../src/paper/runs.ts";
import { wilson } from "../../src/stats/mod.ts";
import { ICONS, syntheticRecord, threeSeeds, triples } from "../made/paper/records.ts";

const three = ICONS.slice(0, 3);
const at = (accuracy: number, training = 1) => threeSeeds({ datasets: three, accuracy, training });

Deno.test("pooledAccuracy: twenty triples are 3,000 images (the old rule: 30,000, an interval three times too narrow)", () => {
  const pooled = pooledAccuracy(
    triples(ICONS).map((datasets) => syntheticRecord({ datasets, accuracy: 0.8 })),
  );
  const once = wilson(2400, 3000);
  assert.equal(pooled.n, 3000);
  assert.ok(pooled.high - pooled.low >= once.high - once.low);
});

Deno.test("pooledAccuracy: one run has its own interval; seeds have a standard deviation", () => {
  const [one, ...rest] = at(0.8);
  assert.deepEqual(pooledAccuracy([one]), { ...one.result.accuracy, runs: 1 });
  const all = pooledAccuracy([one, ...rest]);
  assert.equal(
    formatAccuracy(all),
    `80.0% [${(100 * all.low).toFixed(1)}, ${(100 * all.high).toFixed(1)}], n = 1500, 3 seeds, SD 0.4`,
  );
  assert.match(formatAccuracy(pooledAccuracy([one])), /^79\.6% \[.*\], n = 1500$/);
});

Deno.test("repetitionsOf: in the order of seeds, so that methods are compared seed by seed", () => {
  const records = at(0.7);
  assert.deepEqual(repetitionsOf(records.toReversed()), records.map(({ outcomes }) => outcomes));
});

Deno.test("underFitted: training accuracy within two points of validation accuracy, over the seeds", () => {
  assert.equal(underFitted(at(0.8, 0.83)), undefined);
  assert.equal(underFitted(at(0.8, 0.81))?.verdict, "not shown: under-fitted");
  assert.equal(underFitted(at(0.8, 0.7))?.verdict, "not shown: under-fitted");
  assert.match(
    underFitted(at(0.8, 0.81))!.reason,
    /^training accuracy 81\.0% is within 2 points of .* 80\.0%/,
  );
});

Deno.test("enoughSeeds: three on each side", () => {
  assert.equal(enoughSeeds([1, 2, 3], [1, 2, 3, 4]), undefined);
  assert.match(
    enoughSeeds([1, 2, 3], [1])!.reason,
    /^one seed; three are needed to tell a method from its luck$/,
  );
  assert.match(enoughSeeds([1, 2])!.reason, /^2 seeds; three/);
  assert.equal(firstGate(undefined, enoughSeeds([1]), enoughSeeds([1, 2]))!.reason, enoughSeeds([1])!.reason);
});

Deno.test("luckOfSeeds: twice 1.4 points, by the weights and the seeds; none where three are in the interval", () => {
  const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 5e-5, `${value}`);
  near(luckOfSeeds([[1], [1]]), 1.96 * 0.014 * Math.SQRT2);
  near(luckOfSeeds([[1, 2], [1, 2, 3]]), 1.96 * 0.014 / Math.SQRT2);
  near(luckOfSeeds([[1], [1]], [1.5, -1.2]), 1.96 * 0.014 * Math.hypot(1.5, 1.2));
  assert.equal(luckOfSeeds([[1, 2, 3], [1, 2, 3]]), 0);
  near(luckOfPicked([[1], [1]]), luckOfSeeds([[1], [1]]));
  // 19 of 20 ranges of 20 normal numbers are below 5.01 standard deviations (Tukey); Bonferroni's bound: 5.16.
  const ofTwenty = luckOfPicked(Array(20).fill([1])) / 0.014;
  assert.ok(ofTwenty > 5.01 && ofTwenty < 5.3, `${ofTwenty}`);
  near(luckOfPicked(Array(20).fill([1, 2, 3, 4])), luckOfPicked(Array(20).fill([1])) / 2);
  assert.deepEqual([luckInWords(0), luckInWords(0.02)], [
    "",
    ": up to 2.0 points may be luck and count as nothing",
  ]);
});

Deno.test("against chance: above, at it by an able network, and far from it", () => {
  assert.ok(pAboveChance(at(0.5), 1 / 3) < 1e-6 && pAboveChance(at(0.5).slice(0, 1), 1 / 3) < 1e-6);
  assert.ok(pAboveChance(at(0.333), 1 / 3) > 0.3);
  assert.ok(pAtChance(at(0.333), 1 / 3) < 0.001 && pAtChance(at(0.333, 0.34), 1 / 3) === 1);
  const far = farFromChance(at(0.8), 1 / 3);
  assert.ok(Math.abs(far.share - 0.7) < 1e-9 && far.shown < 1e-6 && far.refuted > 0.99);
  // 1.5 times chance, which was far by the old rule, is a quarter of the way.
  assert.ok(farFromChance(at(0.55), 1 / 3).shown > 0.99 && farFromChance(at(0.55), 1 / 3).refuted < 1e-6);
});
