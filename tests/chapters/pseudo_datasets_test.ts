import assert from "node:assert/strict";
import { pseudoDatasetClaims } from "../../src/chapters/pseudo_datasets/claims.ts";
import { memorizationFigure } from "../../src/chapters/pseudo_datasets/figure.ts";
import { pseudoDatasetKind, runsOfKind } from "../../src/chapters/pseudo_datasets/records.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { testClaims } from "../../src/paper/mod.ts";
import { named } from "../made/figures/traces.ts";
import { augmented, pseudo, randomLabels, real, table6Records } from "../made/paper/pseudo_records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

const verdict = (id: string, records: RunRecord[]) => outcomeOf(pseudoDatasetClaims, id, records).verdict;
const [HOLDS, REFUTED, NOT_SHOWN] = ["holds", "does not hold", "not shown at this scale"];

Deno.test("pseudo-dataset claims: all hold on runs that come out as Table 6", () => {
  const tested = testClaims(pseudoDatasetClaims, table6Records());
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(6).fill(HOLDS));
  for (const claim of tested) assert.ok(claim.ours && claim.reason && claim.source && claim.paper);
  assert.equal(new Set(tested.map(({ id }) => id)).size, 6);
});

Deno.test("pseudo-dataset claims: nothing is shown without runs", () => {
  for (const { verdict, ours, reason } of testClaims(pseudoDatasetClaims, [])) {
    assert.deepEqual([verdict, ours], [NOT_SHOWN, "–"]);
    assert.ok(reason.length > 0);
  }
});

Deno.test("pseudoDatasetKind: parts of one source, with and without augmentation, random labels, real datasets", () => {
  const point = { images: 100 };
  assert.deepEqual([pseudo, augmented, randomLabels, real].map((make) => pseudoDatasetKind(make(point))), [
    "pseudo",
    "pseudo, augmented",
    "random labels",
    "real",
  ]);
  const flipped = pseudo(point);
  flipped.experiment.augmentation = { ...flipped.experiment.augmentation, flip: 0.5 };
  assert.equal(pseudoDatasetKind(flipped), "pseudo, augmented");
  const mixed = pseudo(point);
  mixed.experiment.datasets = ["cifar10#1/2", "tabler#2/2"];
  assert.equal(pseudoDatasetKind(mixed), "real");
  const sizes = runsOfKind([pseudo({ images: 1000 }), real(point), pseudo(point)], "pseudo");
  assert.deepEqual(sizes.map(({ experiment }) => experiment.imagesPerDataset), [100, 1000]);
});

Deno.test("small-sets-memorised: the whole interval of the smallest decides", () => {
  const id = "small-sets-memorised";
  const larger = pseudo({ images: 1000, training: 0.4 });
  assert.equal(verdict(id, [larger, pseudo({ images: 100 }), augmented({ images: 100 })]), HOLDS);
  assert.equal(verdict(id, [pseudo({ images: 100 }), augmented({ images: 100, training: 0.6 })]), REFUTED);
  assert.equal(verdict(id, [pseudo({ images: 10 }), augmented({ images: 10, training: 0.97 })]), NOT_SHOWN);
  assert.equal(verdict(id, [pseudo({ images: 10 })]), NOT_SHOWN);
  const short = { images: 100, training: 0.6, epochs: 14 }; // every image is seen 95 times
  assert.equal(verdict(id, [pseudo({ images: 100 }), augmented(short)]), NOT_SHOWN);
  assert.equal(verdict(id, [pseudo({ images: 100 }), augmented({ ...short, epochs: 15 })]), REFUTED);
});

Deno.test("large-sets-not-memorised: refuted only at a size at which the paper's training fails", () => {
  const id = "large-sets-not-memorised";
  const smallest = augmented({ images: 100 });
  assert.equal(verdict(id, [smallest, augmented({ images: 3000, training: 0.5 })]), HOLDS);
  assert.equal(verdict(id, [smallest, augmented({ images: 10_000 })]), REFUTED);
  assert.equal(verdict(id, [smallest, augmented({ images: 3000 })]), NOT_SHOWN);
  assert.equal(verdict(id, [smallest, augmented({ images: 10_000, training: 0.8 })]), NOT_SHOWN);
  assert.equal(verdict(id, [smallest]), NOT_SHOWN);
  // Training that memorises nothing says nothing about size.
  const untrained = [100, 3000].map((images) => augmented({ images, training: 0.5 }));
  assert.equal(verdict(id, untrained), NOT_SHOWN);
});

Deno.test("augmentation-hinders-memorising: at any size, unless another says the opposite", () => {
  const id = "augmentation-hinders-memorising";
  const at = (images: number, without: number, withIt: number) => [
    pseudo({ images, training: without }),
    augmented({ images, training: withIt }),
  ];
  assert.equal(verdict(id, [...at(100, 1, 1), ...at(1000, 1, 0.9)]), HOLDS);
  assert.equal(verdict(id, [...at(100, 1, 1), ...at(1000, 0.8, 0.9)]), REFUTED);
  assert.equal(verdict(id, at(100, 1, 1)), NOT_SHOWN);
  assert.equal(verdict(id, [...at(100, 0.5, 1), ...at(1000, 1, 0.5)]), NOT_SHOWN);
  assert.equal(verdict(id, [pseudo({ images: 100 }), augmented({ images: 1000 })]), NOT_SHOWN);
});

for (
  const [id, make] of [["pseudo-validation-at-chance", pseudo], [
    "random-labels-at-chance",
    randomLabels,
  ]] as const
) {
  Deno.test(`${id}: one run above chance refutes it; few images show nothing`, () => {
    const runs = (accuracy: number, validationPerDataset = 500) =>
      [100, 1000].map((images) =>
        make({ images, accuracy: images === 100 ? 1 / 3 : accuracy, validationPerDataset })
      );
    assert.equal(verdict(id, runs(0.335)), HOLDS);
    assert.equal(verdict(id, runs(0.4)), REFUTED);
    assert.equal(verdict(id, runs(1 / 3, 20)), NOT_SHOWN);
  });
}

Deno.test("pseudo-validation-at-chance: the mean of runs on the same images is as wide as one run's", () => {
  const many = Array.from({ length: 50 }, (_, i) => pseudo({ images: 100 + i, validationPerDataset: 20 }));
  assert.equal(verdict("pseudo-validation-at-chance", many), NOT_SHOWN);
});

Deno.test("real-datasets-generalise: every size has to be higher; refuted by chance at the largest", () => {
  const id = "real-datasets-generalise";
  const at = (accuracy: number, validationPerDataset = 500) =>
    [100, 1000].flatMap((images) => [
      pseudo({ images, validationPerDataset }),
      real({ images, accuracy: images === 100 ? 0.7 : accuracy, validationPerDataset }),
    ]);
  assert.equal(verdict(id, at(0.8)), HOLDS);
  assert.equal(verdict(id, at(0.34)), REFUTED);
  assert.equal(verdict(id, at(0.37, 200)), NOT_SHOWN);
  assert.equal(verdict(id, [real({ images: 100 })]), NOT_SHOWN);
});

Deno.test("memorizationFigure: each kind once in each panel, training left and validation right", () => {
  const figure = memorizationFigure(table6Records());
  const ours = named(figure, /^ours/);
  assert.equal(ours.length, 8);
  const [training, validation] = named(figure, /^ours, pseudo-datasets, augmented/);
  assert.deepEqual([training.xaxis, validation.xaxis], ["x", "x2"]);
  assert.deepEqual((training.y as number[]).map(Math.round), [100, 100, 35]);
  assert.deepEqual((validation.y as number[]).map(Math.round), [33, 33, 33]);
  assert.equal(ours.filter(({ showlegend }) => showlegend).length, 4);
  assert.equal(named(memorizationFigure([pseudo({ images: 100 })]), /^ours/).length, 2);
});

Deno.test("memorizationFigure: where the paper's training fails there are words and no figure", () => {
  const figure = memorizationFigure(table6Records());
  const [without, augmented] = named(figure, /^the paper/);
  assert.deepEqual([without.y, augmented.y], [[100, 100, 100], [100, 100]]);
  const annotations = figure.layout.annotations as { x: number; text: string }[];
  assert.deepEqual(annotations.map(({ x }) => x), [4, 5]);
  assert.match(annotations[0].text, /augmented.*fails/);
  assert.doesNotMatch(annotations[1].text, /augmented/);
});
