import assert from "node:assert/strict";
import { baseline, combinations, grid, growing, vitBaseline } from "../../../src/experiments/mod.ts";

const six = ["T", "P", "M", "R", "G", "C"];

Deno.test("six datasets have the paper's 20 combinations of three", () => {
  const threes = combinations(six, 3);
  assert.equal(threes.length, 20);
  assert.equal(new Set(threes.map((three) => three.join())).size, 20);
  assert.deepEqual(threes[0], ["T", "P", "M"]);
  assert.deepEqual(combinations(["a"], 3), []);
});

Deno.test("the growing series adds one at a time", () => {
  assert.deepEqual(growing(six, 4).map((set) => set.join("")), ["TPMR", "TPMRG", "TPMRGC"]);
});

Deno.test("a grid is every combination of its values, the last varying fastest", () => {
  const points = grid({ datasets: six, preset: "smoke" }, { imagesPerDataset: [10, 20], seed: [0, 1, 2] });
  assert.deepEqual(
    points.map(({ imagesPerDataset, seed }) => [imagesPerDataset, seed]),
    [[10, 0], [10, 1], [10, 2], [20, 0], [20, 1], [20, 2]],
  );
  assert.deepEqual(points[0], baseline({ datasets: six, preset: "smoke", imagesPerDataset: 10 }));
});

Deno.test("part of a recipe can be changed alone", () => {
  const { recipe } = baseline({ datasets: six, preset: "laptop", recipe: { epochs: 1 } });
  assert.equal(recipe.epochs, 1);
  assert.equal(recipe.batchSize, baseline({ datasets: six, preset: "laptop" }).recipe.batchSize);
});

Deno.test("a ViT's baseline differs from the baseline in network, size and recipe alone, and can be changed likewise", () => {
  const [own, other] = [vitBaseline, baseline].map((make) =>
    make({ datasets: six, preset: "laptop", seed: 7 })
  );
  assert.equal(own.model, "vit_micro");
  const { model, imageSize, recipe } = other;
  assert.deepEqual({ ...own, model, imageSize, recipe }, other);
  assert.ok(
    own.recipe.learningRate < recipe.learningRate,
    "transformers are unstable at a convolution's rate",
  );
  const changed = vitBaseline({ datasets: six, preset: "laptop", model: "vit_tiny", recipe: { epochs: 1 } });
  assert.deepEqual([changed.model, changed.recipe], ["vit_tiny", { ...own.recipe, epochs: 1 }]);
});
