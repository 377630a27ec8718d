import assert from "node:assert/strict";
import { isAugmented } from "../../../src/images/mod.ts";
import {
  checkExperiment,
  hashOf,
  type Preset,
  pseudoDatasetExperiments,
} from "../../../src/experiments/mod.ts";

const real = ["tabler", "phosphor", "mdi"];
const sources = ["tabler+phosphor+mdi", "cifar10"];
const sizes = [100, 400];
const made = (preset: Preset) => pseudoDatasetExperiments({ preset, real, sources, sizes, deals: 10 });

/** How often each training image is shown: whole steps alone count. */
function passesOf({ recipe, datasets, imagesPerDataset }: ReturnType<typeof made>[number]): number {
  const steps = recipe.epochs * Math.floor(recipe.samplesPerEpoch / recipe.batchSize);
  return steps * recipe.batchSize / (datasets.length * imagesPerDataset);
}

Deno.test("the experiments of Table 6 can be run at every preset, and are all different", () => {
  for (const preset of ["smoke", "laptop", "paper"] as const) {
    const experiments = made(preset);
    for (const experiment of experiments) checkExperiment(experiment);
    assert.equal(experiments.length, 2 * 4 + 2 + 10);
    assert.equal(new Set(experiments.map((experiment) => hashOf(experiment))).size, experiments.length);
  }
});

Deno.test("at laptop images of the smallest sets are shown 300 times, others 100, of random labels 50", () => {
  for (const experiment of made("laptop")) {
    const least = experiment.labels === "random" ? 50 : experiment.imagesPerDataset === 100 ? 300 : 100;
    assert.ok(passesOf(experiment) >= least && passesOf(experiment) < least + 7, `${passesOf(experiment)}`);
  }
});

Deno.test("real datasets are told apart on the very images of their pseudo-datasets, with the same recipe", () => {
  const experiments = made("laptop");
  const origin = experiments.filter(({ labels }) => labels === "origin");
  assert.deepEqual(origin.map(({ imagesPerDataset }) => imagesPerDataset), sizes);
  for (const { labels: _, ...rest } of origin) {
    assert.ok(experiments.some((other) => JSON.stringify(other) === JSON.stringify(rest)));
  }
});

Deno.test("without augmentation there is none, whatever the preset's baseline has", () => {
  for (const preset of ["smoke", "laptop", "paper"] as const) {
    const augmented = made(preset).map(({ augmentation }) => isAugmented(augmentation));
    const ofSource = [false, true, false, true];
    assert.deepEqual(augmented, [...ofSource, ...ofSource, ...Array(12).fill(false)]);
  }
});

Deno.test("deals of random labels differ in nothing but the deal", () => {
  const deals = made("laptop").filter(({ labels }) => labels === "random");
  assert.deepEqual(deals.map(({ deal }) => deal), Array.from({ length: 10 }, (_, deal) => deal));
  assert.deepEqual(new Set(deals.map((one) => JSON.stringify({ ...one, deal: 0 }))).size, 1);
  assert.equal(deals[0].imagesPerDataset, 100);
});

Deno.test("at paper the recipe is the baseline's; without augmentation nothing is mixed", () => {
  const [plain, augmented] = made("paper");
  assert.deepEqual({ ...plain.recipe, mix: augmented.recipe.mix }, augmented.recipe);
  assert.ok(augmented.recipe.mix && !plain.recipe.mix && augmented.recipe.weightDecay > 0);
});
