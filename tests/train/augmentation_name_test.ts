import assert from "node:assert/strict";
import { table4 } from "../../src/paper/mod.ts";
import { baseline, type Overrides } from "../../src/experiments/mod.ts";
import { augmentationName, paperMix } from "../../src/train/mod.ts";

const nameOf = (augmentation: Overrides["augmentation"], recipe: Overrides["recipe"] = {}) =>
  augmentationName(baseline({ datasets: ["a", "b"], preset: "smoke", augmentation, recipe }));

Deno.test("augmentationName: the words of Table 4", () => {
  const randAugment = "rand-m9-mstd0.5-inc1";
  const names = [
    nameOf({ crop: "none", flip: 0 }),
    nameOf({}),
    nameOf({ randAugment }),
    nameOf({ randAugment }, { mix: paperMix }),
  ];
  assert.deepEqual(names, [...new Set(table4.rows.map(({ name }) => name))]);
});

Deno.test("augmentationName: what is off has no name", () => {
  assert.equal(nameOf({ randAugment: null }, { mix: { ...paperMix, mixup: 0 } }), "RandCrop, CutMix");
  assert.equal(nameOf({ crop: "none" }, { mix: { ...paperMix, cutmix: 0 } }), "MixUp");
  assert.equal(nameOf({}, { mix: { ...paperMix, mixup: 0, cutmix: 0 } }), "RandCrop");
  assert.equal(nameOf({ crop: "none", shift: 0.125 }), "Shift"); // beyond Table 4
});

Deno.test("augmentationName: the paper's own experiment has all of Table 4's", () => {
  const { name } = table4.rows[table4.rows.length - 1];
  assert.equal(augmentationName(baseline({ datasets: ["a", "b"], preset: "paper" })), name);
});
