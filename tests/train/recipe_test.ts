import assert from "node:assert/strict";
import { paperMix, paperRecipe, pretrainingRecipeSchema, recipeSchema } from "../../src/train/mod.ts";

Deno.test("the paper's recipe is a recipe, with and without its MixUp and CutMix", () => {
  for (const recipe of [paperRecipe, { ...paperRecipe, mix: paperMix }, { ...paperRecipe, mix: null }]) {
    assert.deepEqual(recipeSchema.parse(recipe), recipe);
  }
});

Deno.test("every field of a recipe is described", () => {
  for (const [field, schema] of Object.entries(recipeSchema.shape)) {
    assert.match(schema.description ?? "", /^.+\.$/s, field);
  }
});

Deno.test("a field that is out of range, or unknown, is named", () => {
  const faults = [{ labelSmoothing: 1 }, { betas: [0.9, 1.1] }, { ema: 0 }, { batchSize: 0 }, { warmup: 1 }];
  for (const fault of faults) {
    const { error } = recipeSchema.safeParse({ ...paperRecipe, ...fault });
    assert.ok(error?.message.includes(Object.keys(fault)[0]), JSON.stringify(fault));
  }
});

Deno.test("an autoencoder's recipe has no labels to smooth, no mixing and no moving average", () => {
  const { labelSmoothing: _, ema: __, ...recipe } = paperRecipe;
  assert.deepEqual(pretrainingRecipeSchema.parse(recipe), recipe);
  assert.ok(!pretrainingRecipeSchema.safeParse(paperRecipe).success);
});
