import assert from "node:assert/strict";
import { architecturesFinding } from "../../src/chapters/architectures/findings.ts";
import { architectureClaims, architecturesOf } from "../../src/chapters/architectures/claims.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { architectureOf, testClaims } from "../../src/paper/mod.ts";
import { ICONS, type Shape, syntheticOutcomes, syntheticRecord, threeSeeds } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

/** In the order of Table 3. */
const MODELS = ["alexnet_micro", "vgg_micro", "resnet_micro", "vit_micro", "convnext_micro"];

const shapes = (accuracies: number[], rest: Partial<Shape> = {}) =>
  accuracies.map((accuracy, i): Shape => ({
    datasets: ICONS.slice(0, 3),
    accuracy,
    ...rest,
    experiment: { model: MODELS[i] },
  }));

/** Three seeds of each. */
const runs = (accuracies: number[], rest?: Partial<Shape>) => shapes(accuracies, rest).flatMap(threeSeeds);

const likeThePaper = runs([0.72, 0.8, 0.81, 0.79, 0.85]);
const claims = architectureClaims.filter(({ id }) => id !== "table-3-printed");

function outcome(id: string, records: RunRecord[]) {
  return outcomeOf(architectureClaims, id, records);
}

const verdict = (id: string, records: RunRecord[]) => outcome(id, records).verdict;

Deno.test("architecturesOf: by family whatever the size, seeds together, in Table 3's order", () => {
  const seed1 = syntheticRecord({
    datasets: ICONS.slice(0, 3),
    accuracy: 0.8,
    experiment: { model: "alexnet", seed: 1 },
  });
  const other = syntheticRecord({
    datasets: ICONS.slice(0, 3),
    accuracy: 0.5,
    experiment: { model: "cnn_micro" },
  });
  const single = shapes([0.6, 0.7, 0.71, 0.69, 0.78]).map(syntheticRecord);
  const found = architecturesOf([other, ...single.toReversed(), seed1]);
  assert.deepEqual(found.map(({ name }) => name), ["AlexNet", "VGG", "ResNet", "ViT", "ConvNeXt"]);
  assert.deepEqual([found[0].accuracy.value, found[0].accuracy.n], [0.7, 1500]);
});

Deno.test("architectureOf: a configuration goes by its family; what Table 3 lacks by its own name", () => {
  const experiment = likeThePaper[0].experiment;
  const convnext = {
    family: "convnext",
    depths: [1],
    dims: [8],
    patch: 4,
    layerScale: 1,
    dropPath: 0,
  } as const;
  assert.equal(
    architectureOf({ ...experiment, model: { ...convnext, depths: [1], dims: [8] } }),
    "ConvNeXt",
  );
  assert.equal(architectureOf({ ...experiment, model: "cnn_micro" }), "cnn_micro");
  assert.equal(architectureOf({ ...experiment, model: { family: "cnn", dims: [8] } }), "cnn");
});

Deno.test("claims of Table 3: all hold on runs in the paper's order", () => {
  const tested = testClaims(claims, likeThePaper);
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(4).fill("holds"));
  for (const { reason } of tested) {
    assert.match(reason, /p < 0\.001 for it, .* against it, Holm over 4 claims$/);
  }
});

Deno.test("claims of Table 3: nothing is shown while an architecture is missing", () => {
  for (const records of [[], likeThePaper.slice(3)]) {
    for (const { verdict, reason } of testClaims(claims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /^[04] of the 5 architectures/);
    }
  }
});

Deno.test("the order of architectures: one seed is no order (the old rule: holds)", () => {
  const single = shapes([0.72, 0.8, 0.81, 0.79, 0.85]).map(syntheticRecord);
  for (const id of ["alexnet-least", "convnext-best"]) {
    const { verdict, reason } = outcome(id, single);
    assert.equal(verdict, "not shown at this scale");
    assert.match(reason, /^one seed; three are needed to tell a method from its luck; the least gap/);
  }
});

Deno.test("the order of architectures: seeds that differ by as much as methods show none (the old rule: holds)", () => {
  const offs = (shape: Shape) => shape.accuracy > 0.8 ? [-0.06, 0, 0.06] : [0.06, 0, -0.06];
  const lucky = shapes([0.8, 0.8, 0.8, 0.8, 0.83]).flatMap((shape) =>
    offs(shape).map((off, seed) =>
      syntheticRecord({
        ...shape,
        accuracy: shape.accuracy + off,
        experiment: { ...shape.experiment, seed },
      })
    )
  );
  assert.equal(verdict("convnext-best", lucky), "not shown at this scale");
});

Deno.test("the order of architectures: a small gap on the same images is shown (the old rule: not shown)", () => {
  const outcomes = syntheticOutcomes(ICONS.slice(0, 3), 500, 1200, "hard and easy images");
  // ConvNeXt is right where the others are, and on one image in fifty besides.
  let wrong = 0;
  const better = { ...outcomes, right: outcomes.right.map((right) => right || wrong++ % 10 === 0) };
  const records = shapes([0.8, 0.8, 0.8, 0.8, 0.82]).flatMap((shape) =>
    threeSeeds(shape).map((record) => ({ ...record, outcomes: shape.accuracy > 0.81 ? better : outcomes }))
  );
  assert.equal(verdict("convnext-best", records), "holds");
});

Deno.test("every-architecture-above-chance: refuted by one that was able (the old rule: by a weak learner, too)", () => {
  const id = "every-architecture-above-chance";
  const one = (training: number) =>
    runs([0.335, 0.7, 0.7, 0.7, 0.7], { validationPerDataset: 1000, training });
  assert.equal(verdict(id, one(1)), "does not hold");
  assert.equal(verdict(id, one(0.34)), "not shown at this scale");
  assert.equal(
    verdict(id, shapes([0.45, 0.5, 0.5, 0.5, 0.5], { validationPerDataset: 10 }).map(syntheticRecord)),
    "not shown at this scale",
  );
});

Deno.test("every-architecture-far-above-chance: more than half of the way (the old rule: 1.5 times chance)", () => {
  const id = "every-architecture-far-above-chance";
  const weak = outcome(id, runs([0.8, 0.8, 0.55, 0.8, 0.8]));
  assert.equal(weak.verdict, "does not hold");
  assert.match(weak.ours, /^ResNet 55\.0% \[.*n = 1500, 3 seeds, SD 0\.4$/);
  assert.match(weak.reason, /^at 0\.70, 0\.70, 0\.3[23], 0\.70, 0\.70 of the way; far is more than half/);
  assert.equal(verdict(id, runs([0.667, 0.8, 0.8, 0.8, 0.8])), "not shown at this scale");
  assert.equal(verdict(id, runs([0.7, 0.8, 0.8, 0.8, 0.8])), "holds");
});

Deno.test("alexnet-least: one certainly below AlexNet refutes it, a smaller gap leaves it open", () => {
  const id = "alexnet-least";
  assert.equal(verdict(id, runs([0.6, 0.7, 0.7, 0.5, 0.7])), "does not hold");
  assert.equal(verdict(id, runs([0.6, 0.7, 0.7, 0.612, 0.7])), "not shown at this scale");
  assert.match(
    outcome(id, runs([0.6, 0.7, 0.7, 0.5, 0.7])).reason,
    /the least gap, to ViT, .* 2\.3 points to 3\.4 points/,
  );
});

Deno.test("convnext-best: one certainly above ConvNeXt refutes it, unless ConvNeXt was not able", () => {
  const id = "convnext-best";
  assert.equal(verdict(id, runs([0.6, 0.8, 0.7, 0.6, 0.7])), "does not hold");
  assert.equal(verdict(id, runs([0.6, 0.8, 0.7, 0.6, 0.7], { training: 0.71 })), "not shown at this scale");
  assert.equal(verdict(id, runs([0.6, 0.7, 0.79, 0.7, 0.795])), "not shown at this scale");
});

Deno.test("architecturesFinding: the best is clear of the least, or not", () => {
  const run = (model: string, accuracy: number) =>
    syntheticRecord({ datasets: ICONS.slice(0, 3), accuracy, experiment: { model } });
  const apart = architecturesFinding([run("alexnet_micro", 0.34), run("convnext_micro", 0.7)]);
  assert.match(
    apart,
    /^The intervals of 1 of 2 architectures lie above chance, 33\.3%\. The best, ConvNeXt at 70\.0%/,
  );
  assert.match(apart, /n = 1500, is 36\.0 points \[.*\] above the least, AlexNet at 34\.0%/);
  assert.match(
    architecturesFinding([run("alexnet_micro", 0.7), run("convnext_micro", 0.701)]),
    /is not clear of the least/,
  );
  assert.match(architecturesFinding([]), /^No architecture/);
});
