import assert from "node:assert/strict";
import {
  alikeFinding,
  moreImagesFinding,
  powerFinding,
} from "../../src/chapters/same_distribution/findings.ts";
import { sameDistributionClaims } from "../../src/chapters/same_distribution/claims.ts";
import { alikeFigure, powerFigure } from "../../src/chapters/same_distribution/figure.ts";
import { likenessOf, pairsAlike } from "../../src/chapters/same_distribution/records.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { testClaims } from "../../src/paper/mod.ts";
import { binomialPowers, sampleForPower } from "../../src/stats/mod.ts";
import { named } from "../made/figures/traces.ts";
import { alikeRecords, pairOf } from "../made/paper/alike_records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

const RELEASES = ["tabler", "tabler-old"];
const verdict = (id: string, records: RunRecord[]) => outcomeOf(sameDistributionClaims, id, records).verdict;
const [HOLDS, REFUTED, NOT_SHOWN] = ["holds", "does not hold", "not shown at this scale"];

Deno.test("same-distribution claims: all hold on runs that come out as Appendix B", () => {
  const tested = testClaims(sameDistributionClaims, alikeRecords());
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(4).fill(HOLDS));
  for (const claim of tested) assert.ok(claim.ours && claim.reason && claim.source && claim.paper);
  assert.equal(new Set(tested.map(({ id }) => id)).size, 4);
});

Deno.test("same-distribution claims: nothing is shown without runs", () => {
  for (const { verdict, ours, reason } of testClaims(sameDistributionClaims, [])) {
    assert.deepEqual([verdict, ours], [NOT_SHOWN, "–"]);
    assert.ok(reason.length > 0);
  }
});

Deno.test("likenessOf: in what way two datasets are alike", () => {
  const of = (datasets: string[]) => likenessOf(pairOf(datasets, 0.5));
  assert.equal(of(["cifar10#1/2", "cifar10#2/2"]), "halves");
  assert.equal(of(["cifar10@test#1/2", "cifar10@test#2/2"]), "halves");
  assert.equal(of(["cifar10@train", "cifar10@test"]), "splits");
  assert.equal(of(["cifar10@train#1/2", "cifar10@test#2/2"]), "other");
  assert.equal(of(["tabler-old", "tabler"]), "releases");
  assert.equal(of(["tabler-old", "mdi"]), "other");
  assert.equal(of(["imagenet-val", "imagenet-v2"]), "releases"); // the paper's own pair
  assert.equal(of(["tabler", "mdi"]), "other");
});

Deno.test("pairsAlike: a pair's runs together, whatever its order, the fewest images first", () => {
  const runs = [pairOf(RELEASES, 0.6, { images: 2000 }), pairOf(RELEASES.toReversed(), 0.6, { images: 200 })];
  const pairs = pairsAlike(
    [...runs, pairOf(["mdi", "mdi-old"], 0.5), pairOf(["tabler", "mdi"], 0.9)],
    "releases",
  );
  assert.deepEqual(pairs.map((runs) => runs.map(({ experiment }) => experiment.imagesPerDataset)), [
    [200, 2000],
    [1000],
  ]);
});

Deno.test("meant-alike-told-apart: every pair has to be; one at chance refutes it", () => {
  const id = "meant-alike-told-apart";
  const both = (first: number, second: number, validation = 1000) => [
    pairOf(RELEASES, first, { validation }),
    pairOf(["mdi", "mdi-old"], second, { validation }),
  ];
  assert.equal(verdict(id, both(0.7, 0.6)), HOLDS);
  assert.equal(verdict(id, both(0.7, 0.5)), REFUTED, "one of two pairs held before");
  assert.match(outcomeOf(sameDistributionClaims, id, both(0.7, 0.5)).reason, /up to 5 points above chance/);
  const unable = both(0.7, 0.5).map(({ result, ...rest }) => ({
    ...rest,
    result: { ...result, training: result.accuracy },
  }));
  assert.equal(verdict(id, unable), NOT_SHOWN, "a weak learner's failure refuted it before");
  assert.equal(verdict(id, both(0.7, 0.53, 200)), NOT_SHOWN);
  assert.equal(verdict(id, [pairOf(["tabler", "mdi"], 0.9)]), NOT_SHOWN);
});

Deno.test("more-images-help: rises, falls, cannot be told, on three seeds", () => {
  const id = "more-images-help";
  const from = (fewest: number, most: number, seeds = 3) =>
    Array.from({ length: seeds }, (_, seed) => [
      pairOf(RELEASES, fewest, { images: 200, seed }),
      pairOf(RELEASES, most, { images: 2000, seed }),
    ]).flat();
  assert.equal(verdict(id, from(0.55, 0.7)), HOLDS);
  assert.equal(verdict(id, from(0.7, 0.55)), REFUTED);
  assert.equal(verdict(id, from(0.6, 0.605)), NOT_SHOWN);
  assert.equal(
    verdict(id, from(0.55, 0.7).filter(({ experiment }) => experiment.imagesPerDataset > 200)),
    NOT_SHOWN,
  );
  const unable = from(0.7, 0.55).map(({ result, ...rest }) => ({
    ...rest,
    result: { ...result, training: result.accuracy },
  }));
  assert.equal(verdict(id, unable), "not shown: under-fitted", "the old rule: does not hold");
  const single = outcomeOf(sameDistributionClaims, id, from(0.55, 0.7, 1));
  assert.equal(single.verdict, NOT_SHOWN);
  assert.match(single.reason, /one seed; three are needed/);
});

for (
  const [id, pair] of [
    ["halves-at-chance", ["cifar10#1/2", "cifar10#2/2"]],
    ["random-split-at-chance", ["cifar10@train", "cifar10@test"]],
  ] as const
) {
  Deno.test(`${id}: needs enough images to have shown an effect; refuted above chance`, () => {
    const at = (accuracy: number, validation: number) => [pairOf([...pair], accuracy, { validation })];
    assert.equal(verdict(id, at(0.505, 1000)), HOLDS);
    assert.equal(verdict(id, at(0.56, 1000)), REFUTED);
    assert.match(
      outcomeOf(sameDistributionClaims, id, at(0.505, 1000)).reason,
      /up to 5 points above chance/,
    );
    assert.equal(verdict(id, at(0.4, 200)), NOT_SHOWN); // far below chance, of too few images
    assert.equal(verdict(id, at(0.53, 330)), NOT_SHOWN);
    assert.equal(verdict(id, [pairOf(RELEASES, 0.5)]), NOT_SHOWN);
  });

  Deno.test(`${id}: a network that learnt nothing controls nothing (the old rule: holds)`, () => {
    const at = (datasets: readonly string[], accuracy: number, training: number, images = 1000) =>
      pairOf([...datasets], accuracy, { training, images });
    const idle = at(pair, 0.5, 0.51);
    assert.equal(verdict(id, [idle]), "not shown: under-fitted");
    assert.equal(verdict(id, [idle, at(pair, 0.5, 0.9, 200)]), HOLDS, "it has learnt fewer images by heart");
    assert.equal(verdict(id, [idle, at(RELEASES, 0.7, 0.7)]), HOLDS, "it tells releases apart");
    assert.equal(verdict(id, [idle, at(RELEASES, 0.5, 0.5)]), "not shown: under-fitted");
  });
}

Deno.test("alikeFigure: a row a pair at its most images, and the paper's", () => {
  const figure = alikeFigure(alikeRecords());
  const { ticktext } = figure.layout.yaxis as { ticktext: string[] };
  assert.deepEqual(ticktext.slice(1), [
    "tabler against tabler-old",
    "mdi against mdi-old",
    "cifar10@train against cifar10@test",
    "cifar10#1/2 against cifar10#2/2",
  ]);
  const [releases] = named(figure, /another release/);
  assert.deepEqual([(releases.x as number[])[0], releases.y], [68, [1, 2]]);
  assert.match((releases.customdata as string[])[0], /2000 training images each/);
});

Deno.test("powerFigure: the lines are the exact power, and the points are where it stays above 80%", () => {
  const effects = [0.05, 0.02];
  const figure = powerFigure({ chance: 0.5, effects, n: 1000 });
  const [five] = named(figure, /^5 points/);
  const powers = binomialPowers({ chance: 0.5, effect: 0.05 }, 2000);
  (five.x as number[]).forEach((n, i) =>
    n <= 2000 && assert.ok(Math.abs((five.y as number[])[i] - 100 * powers[n]) < 1e-9)
  );
  const [points] = named(figure, /^from here on/);
  assert.deepEqual(points.x, effects.map((effect) => sampleForPower({ chance: 0.5, effect })));
  assert.deepEqual(named(figure, /^here: 1000/)[0].x, [1000, 1000]);
  assert.equal(named(powerFigure({ chance: 0.5, effects }), /^here/).length, 0);
});

Deno.test("alikeFinding: a release that is told apart, controls that are not", () => {
  const found = alikeFinding(alikeRecords());
  assert.match(
    found,
    /^The pair tabler against tabler-old is at 68\.0% \[.*\], n = 2000, .*, above chance, 50\.0%\. /,
  );
  assert.match(
    found,
    /The pair cifar10#1\/2 against cifar10#2\/2 is at 49\.7% .*, not clear of chance, 50\.0%\.$/,
  );
  assert.match(alikeFinding([]), /^No pair/);
});

Deno.test("moreImagesFinding: a rise, no clear change, and one number of images alone", () => {
  const pair = (images: number, accuracy: number) => pairOf(["tabler", "tabler-old"], accuracy, { images });
  assert.match(
    moreImagesFinding([pair(200, 0.55), pair(2000, 0.7)]),
    /^The pair tabler against tabler-old rises by 15\.0 points \[.*\] from 200 to 2000 images each\. It ends at 70\.0%/,
  );
  assert.match(moreImagesFinding([pair(200, 0.7), pair(2000, 0.701)]), /does not clearly change/);
  assert.match(
    moreImagesFinding([pair(200, 0.5)]),
    /not clear of chance, 50\.0%, with 200 images each, which alone/,
  );
});

Deno.test("powerFinding: the smallest effect that would have been found, or none", () => {
  const asked = { chance: 0.5, effects: [0.02, 0.05] };
  assert.match(
    powerFinding({ ...asked, n: 2000 }),
    /5 in over 99% of cases\. The smallest .* 80% or more has 5 points\.$/,
  );
  assert.match(powerFinding({ ...asked, n: 50 }), /None of these effects is found in 80% of cases\.$/);
});
