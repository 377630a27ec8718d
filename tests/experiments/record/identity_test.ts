import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, hashOf, pretraining } from "../../../src/experiments/mod.ts";

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
