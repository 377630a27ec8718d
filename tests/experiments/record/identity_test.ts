import assert from "node:assert/strict";
import fc from "fast-check";
import { baseline, canonicalJson, hashOf, pretraining, probe } from "../../../src/experiments/mod.ts";

Deno.test("canonical JSON is JSON, and blind to the order of keys", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
  }));
  assert.equal(
    canonicalJson({ b: 1, a: { d: 1, c: [2, 1] } }),
    canonicalJson({ a: { c: [2, 1], d: 1 }, b: 1 }),
  );
});

Deno.test("a pre-training's hash is the same whether what is off is null or left out", () => {
  const experiment = pretraining({ datasets: ["tabler", "mdi"], preset: "smoke" });
  const { augmentation } = experiment;
  const off = { ...experiment, augmentation: { ...augmentation, randAugment: null, erase: null } };
  assert.equal(hashOf(off), hashOf(experiment));
});

Deno.test("a batch in parts has the hash of the whole, unless its network has batch norm", () => {
  const hashes = (model: string) =>
    [undefined, 1, 4].map((accumulate) =>
      hashOf(baseline({ datasets: ["tabler", "mdi"], preset: "smoke", model, recipe: { accumulate } }))
    );
  const [whole, one, parts] = hashes("convnext_micro");
  assert.deepEqual([one, parts], [whole, whole]);
  const [wholeWithNorm, oneWithNorm, partsWithNorm] = hashes("resnet_micro");
  assert.equal(oneWithNorm, wholeWithNorm);
  assert.notEqual(partsWithNorm, wholeWithNorm);
});

Deno.test("an end-to-end probe and a pre-training in parts have the hash of the whole", () => {
  const datasets = ["tabler", "mdi"];
  const { model, augmentation, recipe } = baseline({ datasets, preset: "smoke" });
  const task = { of: "datasets", datasets, imagesPerDataset: 64, validationPerDataset: 50 } as const;
  const [whole, parts] = [{}, { accumulate: 2 }].map((more) => [
    hashOf(probe({
      features: { from: "end-to-end", model, augmentation, recipe: { ...recipe, ...more } },
      task,
      preset: "smoke",
    })),
    hashOf(pretraining({ datasets, preset: "smoke", recipe: more })),
  ]);
  assert.deepEqual(parts, whole);
});
