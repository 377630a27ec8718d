import assert from "node:assert/strict";
import { architectureClaims, architecturesOf } from "../../src/chapters/architectures/claims.ts";
import type { RunRecord } from "../../src/experiments/mod.ts";
import { architectureOf, testClaims } from "../../src/paper/mod.ts";
import { ICONS, syntheticRecord } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

/** In the order of Table 3. */
const MODELS = ["alexnet_micro", "vgg_micro", "resnet_micro", "vit_micro", "convnext_micro"];

const runs = (accuracies: number[], validationPerDataset = 500) =>
  accuracies.map((accuracy, i) =>
    syntheticRecord({
      datasets: ICONS.slice(0, 3),
      accuracy,
      validationPerDataset,
      experiment: { model: MODELS[i] },
    })
  );

const likeThePaper = runs([0.6, 0.7, 0.71, 0.69, 0.78]);

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
  const found = architecturesOf([other, ...likeThePaper.toReversed(), seed1]);
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
  const tested = testClaims(architectureClaims, likeThePaper);
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(4).fill("holds"));
});

Deno.test("claims of Table 3: nothing is shown while an architecture is missing", () => {
  for (const records of [[], likeThePaper.slice(1)]) {
    for (const { verdict, reason } of testClaims(architectureClaims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /^[04] of the 5 architectures/);
    }
  }
});

Deno.test("every-architecture-above-chance: one at chance refutes it, few images leave it open", () => {
  assert.equal(
    verdict("every-architecture-above-chance", runs([0.335, 0.7, 0.7, 0.7, 0.7], 1000)),
    "does not hold",
  );
  assert.equal(
    verdict("every-architecture-above-chance", runs([0.45, 0.5, 0.5, 0.5, 0.5], 10)),
    "not shown at this scale",
  );
});

Deno.test("every-architecture-far-above-chance: by whole intervals; ours is the least", () => {
  const weak = outcome("every-architecture-far-above-chance", runs([0.7, 0.7, 0.45, 0.7, 0.7]));
  assert.equal(weak.verdict, "does not hold");
  assert.match(weak.ours, /^ResNet 45\.0% \[.*n = 1500$/);
  assert.equal(
    verdict("every-architecture-far-above-chance", runs([0.51, 0.7, 0.7, 0.7, 0.7])),
    "not shown at this scale",
  );
});

Deno.test("alexnet-least: one certainly below AlexNet refutes it, ties leave it open", () => {
  const id = "alexnet-least";
  assert.equal(verdict(id, runs([0.6, 0.7, 0.7, 0.5, 0.7])), "does not hold");
  const tie = outcome(id, runs([0.6, 0.7, 0.7, 0.61, 0.7]));
  assert.equal(tie.verdict, "not shown at this scale");
  assert.match(tie.reason, /^3 of the 4 others are above AlexNet and 0 below/);
});

Deno.test("convnext-best: one certainly above ConvNeXt refutes it, ties leave it open", () => {
  const id = "convnext-best";
  assert.equal(verdict(id, runs([0.6, 0.8, 0.7, 0.6, 0.7])), "does not hold");
  const tie = outcome(id, runs([0.6, 0.7, 0.79, 0.7, 0.8]));
  assert.equal(tie.verdict, "not shown at this scale");
  assert.match(tie.reason, /^3 of the 4 others are below ConvNeXt and 0 above/);
});

Deno.test("the order of architectures: corrected for the number of comparisons", () => {
  // 64.2% against 61% of 1500 has p = 0.035: enough for the last of four steps, not where all four are as weak.
  const alike = runs([0.61, 0.642, 0.642, 0.642, 0.642]);
  assert.equal(verdict("alexnet-least", alike), "not shown at this scale");
  assert.equal(verdict("alexnet-least", runs([0.61, 0.642, 0.8, 0.8, 0.8])), "holds");
});
