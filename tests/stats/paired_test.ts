import assert from "node:assert/strict";
import { type Random, random, wilson } from "~/stats/mod.ts";
import { contrastOfRuns, mcnemar, meanAccuracy, type Outcomes, pAbove, pBelow } from "~/stats/paired.ts";
import { assertClose } from "../made/stats/close.ts";
import reference from "../reference/stats.json" with { type: "json" };

const runOf = (images: readonly (number | string)[], right: readonly (number | boolean)[]): Outcomes => ({
  images: images.map(String),
  right: right.map(Boolean),
});

/** So many images from the beginning, the first `correct` of them right. */
const firstRight = (correct: number, n: number) =>
  runOf(Array.from({ length: n }, (_, i) => i), Array.from({ length: n }, (_, i) => i < correct));

Deno.test("mcnemar: agrees with scipy's one-sided tests and statsmodels' two-sided", () => {
  for (const { counts: [both, first, second, neither], greater, less, twoSided } of reference.mcnemar) {
    const outcomes = (of: (kind: number) => boolean) =>
      [both, first, second, neither].flatMap((n, kind) => Array(n).fill(of(kind)));
    const images = outcomes(() => true).map((_, i) => i);
    const [a, b] = [
      runOf(images, outcomes((kind) => kind < 2)),
      runOf(images, outcomes((kind) => kind % 2 === 0)),
    ];
    assertClose(mcnemar(a, b).p, greater, 9);
    assertClose(mcnemar(a, b, "less").p, less, 9);
    assertClose(Math.min(1, 2 * Math.min(greater, less)), twoSided, 9);
    assert.deepEqual([mcnemar(a, b).onlyFirst, mcnemar(a, b).onlySecond], [first, second]);
  }
});

Deno.test("mcnemar: images in any order; equal runs show nothing; other images are an error", () => {
  const run = runOf(["a", "b", "c"], [true, false, true]);
  assert.equal(mcnemar(run, runOf(["c", "a", "b"], [true, true, false])).p, 1);
  assert.throws(() => mcnemar(run, runOf(["a", "b", "d"], [true, true, true])), /"c"/);
  assert.throws(() => mcnemar(run, runOf(["a", "b", "c", "d"], [1, 1, 1, 1])), /3 images .* 4/);
});

Deno.test("contrastOfRuns: the clustered variance agrees with statsmodels", () => {
  for (const { images, right, weights, value, deviation } of reference.clustered) {
    const estimate = contrastOfRuns(images.map((shown, r) => [runOf(shown, right[r])]), weights);
    assertClose(estimate.value, value, 8);
    assertClose(estimate.deviation, deviation, 8);
    assert.equal(estimate.n, new Set(images.flat()).size);
    assert.equal(estimate.degrees, Infinity);
  }
});

Deno.test("contrastOfRuns: equal images shared by two methods count once; p-values are of both directions", () => {
  const [a, b] = [firstRight(900, 1000), firstRight(860, 1000)];
  const paired = contrastOfRuns([[a], [b]], [1, -1]);
  const apart = contrastOfRuns([[a], [runOf(b.images.map((name) => `other ${name}`), b.right)]], [1, -1]);
  assert.ok(paired.deviation < apart.deviation / 2, "agreement on the other images is taken off");
  assertClose(pAbove(paired) + pBelow(paired), 1, 12);
  assertClose(pAbove(paired, paired.value), 0.5, 12);
  assert.ok(pAbove(paired) < 1e-6 && pBelow(paired, 0.1) < 1e-6 && pBelow(paired) > 0.99);
  assert.throws(() => contrastOfRuns([[a]], [1, -1]), /weights 1, -1/);
  assert.throws(() => contrastOfRuns([[a], []], [1, -1]), /no run/);
});

Deno.test("contrastOfRuns: runs that agree on every image are no proof that they always would", () => {
  const { deviation, low, high } = contrastOfRuns([[firstRight(8, 10)], [firstRight(8, 10)]], [1, -1]);
  assert.ok(deviation > 0.1 && low < -0.1 && high > 0.1);
});

Deno.test("meanAccuracy: an image that ten runs show counts once", () => {
  const run = firstRight(2100, 3000);
  const { n, low, high, value } = meanAccuracy(Array(10).fill(run));
  const once = wilson(2100, 3000);
  assert.equal(n, 3000);
  assertClose(value, 0.7, 12);
  assert.ok(low < once.low + 1e-9 && high > once.high - 1e-9 && high - low < 1.1 * (once.high - once.low));
});

Deno.test("meanAccuracy: other images each time are as good as a longer run, never better", () => {
  const runs = [0, 1, 2].map((run) =>
    runOf(
      Array.from({ length: 400 }, (_, i) => 400 * run + i),
      Array.from({ length: 400 }, (_, i) => i < 300),
    )
  );
  const { n, low, high, sd, seeds } = meanAccuracy(runs);
  const once = wilson(900, 1200);
  assert.deepEqual([n, sd, seeds], [1200, 0, 3]);
  assert.ok(low <= once.low && high >= once.high);
  const [all, one] = [meanAccuracy([firstRight(50, 50)]), meanAccuracy([firstRight(40, 50)])];
  assert.ok(all.high === 1 && all.low < 0.94 && one.sd === undefined && one.seeds === 1);
});

/** How much of the variance is an image's own hardness, a seed's luck (SD, [0, 1]), and whether seeds share images. */
interface World {
  luck: number;
  shared: boolean;
}

/** Three seeds of a method that is right 70% of the time on 150 images of unequal hardness. */
function seedsOf({ luck, shared }: World, stream: Random): Outcomes[] {
  const images = () => Array.from({ length: 150 }, () => stream.uniform());
  const common = images();
  return [0, 1, 2].map((seed) => {
    const skill = 0.7 + luck * stream.normal();
    const hardness = shared ? common : images();
    return runOf(
      hardness.map((_, i) => `${shared ? "" : seed} ${i}`),
      hardness.map((h) => stream.uniform() < skill + 0.5 * (h - 0.5)),
    );
  });
}

/** The standard error of a coverage of 93% is 1.8 points. With 1,500 rounds they were 91.7% to 99.9%. */
const ROUNDS = 200;

for (
  const world of [
    { luck: 0, shared: true },
    { luck: 0, shared: false },
    { luck: 0.02, shared: true },
    { luck: 0.06, shared: true },
    { luck: 0.02, shared: false },
    { luck: 0.06, shared: false },
  ]
) {
  Deno.test(`simulation: 95% intervals cover, luck ${world.luck}, images ${world.shared ? "shared" : "of each seed's own"}`, () => {
    const stream = random(100, Math.round(100 * world.luck), Number(world.shared));
    let [mean, difference, alarms] = [0, 0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const [a, b] = [seedsOf(world, stream), seedsOf(world, stream)];
      const { low, high } = meanAccuracy(a);
      if (low <= 0.7 && high >= 0.7) mean++;
      const estimate = contrastOfRuns([a, b], [1, -1]);
      if (estimate.low <= 0 && estimate.high >= 0) difference++;
      if (pAbove(estimate) < 0.05) alarms++;
    }
    const [covered, coveredDifference, size] = [mean, difference, alarms].map((count) => count / ROUNDS);
    assert.ok(covered > 0.9 && coveredDifference > 0.89, `${covered}, ${coveredDifference}`);
    assert.ok(size < 0.1, `${size}`);
  });
}
