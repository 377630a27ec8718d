import assert from "node:assert/strict";
import { baseline, checkExperiment, type Experiment, hashOf } from "../../../src/experiments/mod.ts";
import { randomCrop } from "../../../src/images/mod.ts";
import { createModel } from "../../../src/models/mod.ts";
import { paperMix, paperRecipe } from "../../../src/train/mod.ts";

const datasets = ["tabler", "phosphor", "mdi"];

/** Written out, so that its hash is that of no preset. */
const experiment: Experiment = {
  kind: "classifier",
  datasets,
  imagesPerDataset: 1000,
  validationPerDataset: 500,
  imageSize: 32,
  augmentation: { ...randomCrop, scale: [0.5, 1] },
  model: "convnext_micro",
  recipe: {
    ...paperRecipe,
    epochs: 16,
    samplesPerEpoch: 2048,
    warmupEpochs: 2,
    batchSize: 64,
    learningRate: 6e-3,
    weightDecay: 0.05,
  },
  seed: 0,
};

Deno.test("every preset is a valid experiment", () => {
  for (const preset of ["smoke", "laptop", "paper"] as const) checkExperiment(baseline({ datasets, preset }));
});

Deno.test("the paper preset is Appendix A", () => {
  const paper = baseline({ datasets, preset: "paper" });
  const { imagesPerDataset, validationPerDataset, imageSize, model, recipe, augmentation } = paper;
  const { inferenceInterpolation } = paper;
  assert.deepEqual([imagesPerDataset, validationPerDataset, imageSize, model], [
    1e6,
    1e4,
    224,
    "convnext_tiny",
  ]);
  const { learningRate, weightDecay, betas, batchSize, epochs, warmupEpochs, labelSmoothing } = recipe;
  assert.deepEqual([learningRate, weightDecay, betas, batchSize], [1e-3, 0.3, [0.9, 0.95], 4096]);
  assert.deepEqual([epochs, warmupEpochs, labelSmoothing], [300, 20, 0.1]);
  assert.deepEqual([recipe.mix?.mixup, recipe.mix?.cutmix, recipe.mix?.mode], [0.8, 1, "element"]);
  assert.equal(augmentation.randAugment, "rand-m9-mstd0.5-inc1");
  assert.deepEqual([augmentation.interpolation, inferenceInterpolation], ["bicubic", "bicubic"]);
  assert.ok(createModel(model, 3).dropPath.every((rate) => rate === 0));
});

const ERASE = { probability: 0.25, mode: "pixel", area: [0.02, 0.3], count: 1 };

// deno-lint-ignore no-explicit-any -- faults of every kind
const faults: [string, (e: any) => void, RegExp][] = [
  ["one dataset", (e) => e.datasets = ["tabler"], /datasets: .*two datasets or more/],
  ["a dataset twice", (e) => e.datasets = ["tabler", "tabler"], /datasets: "tabler" is named twice/],
  [
    "a dataset and a part of it",
    (e) => e.datasets = ["tabler", "tabler#1/2"],
    /datasets: "tabler" and "tabler#1\/2" have images in common/,
  ],
  [
    "a part that there is not",
    (e) => e.datasets = ["tabler#1/2", "tabler#3/2"],
    /datasets: .*no part 3 of 2/,
  ],
  [
    "a deal of true labels",
    (e) => e.deal = 3,
    /deal \(3\) names a deal of random labels; set labels to "random"/,
  ],
  [
    "the origin of images of one dataset",
    (e) => e.labels = "origin",
    /labels: "origin" asks which .* are no parts of as many/,
  ],
  ["labels of another kind", (e) => e.labels = "shuffled", /labels: /],
  ["an unknown field", (e) => e.imagesize = 3, /imagesize: there is no such field/],
  ["an unknown field of the recipe", (e) => e.recipe.lr = 3, /recipe\.lr: there is no such field/],
  ["a missing field", (e) => delete e.seed, /seed: /],
  ["no images", (e) => e.imagesPerDataset = 0, /imagesPerDataset: /],
  ["half an image", (e) => e.imagesPerDataset = 1.5, /imagesPerDataset: /],
  [
    "an unknown model",
    (e) => e.model = "resnet_9000",
    /no model "resnet_9000". Did you mean resnet.*Known models: .*convnext_tiny/,
  ],
  [
    "an image below the least side",
    (e) => e.imageSize = 3,
    /imageSize: 3 px is less than convnext_micro's least side of \d+ px/,
  ],
  [
    "patches that do not divide the image",
    (e) => (e.imageSize = 100, e.model = "vit_small_patch16_224"),
    /imageSize: vit_small_patch16_224's patches of 16 px do not divide 100 px/,
  ],
  [
    "an unknown field of the model",
    (e) => e.model = { family: "cnn", dims: [8], depth: 3 },
    /model\.depth: there is no such field/,
  ],
  ["a model of the wrong width", (e) => e.model = { family: "cnn", dims: [0] }, /model\.dims\.0: /],
  ["a family that there is not", (e) => e.model = { family: "mlp" }, /model\.family: /],
  [
    "a model that contradicts itself",
    (e) => e.model = { family: "convnext", depths: [1], dims: [8, 8], patch: 2, layerScale: 1, dropPath: 0 },
    /depths \[1\] and dims \[8,8\]/,
  ],
  [
    "a batch above the epoch",
    (e) => e.recipe.batchSize = 1e6,
    /recipe\.batchSize .* larger than recipe\.samplesPerEpoch/,
  ],
  [
    "an unreadable RandAugment",
    (e) => e.augmentation.randAugment = "rand-m9-x3",
    /augmentation\.randAugment: .*"x3"/,
  ],
  [
    "erasing more than all",
    (e) => e.augmentation.erase = { ...ERASE, probability: 2 },
    /erase\.probability: /,
  ],
  [
    "areas in the wrong order",
    (e) => e.augmentation.erase = { ...ERASE, area: [1, 0.5] },
    /erase\.area: it is 1,0\.5; it must be two numbers, 0 < least <= greatest <= 1/,
  ],
  ["a corruption that there is not", (e) => e.corruption = { name: "fog" }, /corruption\.name: /],
  [
    "a field of another corruption",
    (e) => e.corruption = { name: "gaussian-blur", radius: 1, std: 2 },
    /corruption\.std: there is no/,
  ],
  [
    "an unknown field of mixing",
    (e) => e.recipe.mix = { ...paperMix, alpha: 1 },
    /recipe\.mix\.alpha: there is no such field/,
  ],
  [
    "an end after the schedule's",
    (e) => e.recipe.stopAfter = e.recipe.epochs + 1,
    /recipe\.stopAfter \(\d+\) is larger than recipe\.epochs/,
  ],
  ["label smoothing of 1", (e) => e.recipe.labelSmoothing = 1, /recipe\.labelSmoothing: /],
];

for (const [name, spoil, message] of faults) {
  Deno.test(`${name} is refused`, () => {
    const spoilt = structuredClone(experiment);
    spoil(spoilt);
    assert.throws(() => checkExperiment(spoilt), message);
  });
}

Deno.test("the hash does not depend on the order of the fields, and on nothing but content", () => {
  const shuffled = Object.fromEntries(Object.entries(experiment).reverse()) as Experiment;
  const data = ["a", "b", "c"];
  assert.equal(hashOf(shuffled, data), hashOf(experiment, data));
  assert.notEqual(hashOf({ ...experiment, seed: 1 }, data), hashOf(experiment, data));
  assert.notEqual(hashOf(experiment, ["a", "b", "x"]), hashOf(experiment, data));
  assert.match(hashOf(experiment, data), /^[0-9a-f]{16}$/);
});

Deno.test("a field that is off has the hash of a field that is left out; one that is on has another", () => {
  const data = ["a", "b", "c"];
  const { augmentation, recipe } = experiment;
  const off: Experiment = {
    ...experiment,
    corruption: null,
    fitFirst: false,
    labels: "true",
    inferenceInterpolation: "bilinear",
    recipe: { ...recipe, mix: null },
    augmentation: {
      ...augmentation,
      interpolation: "bilinear",
      randAugment: null,
      colorJitter: null,
      erase: null,
    },
  };
  assert.equal(hashOf(checkExperiment(off) as Experiment, data), hashOf(experiment, data));
  assert.equal(hashOf(experiment, data), "d505e0910b57a472"); // as if these fields were not there
  const on: Experiment[] = [
    { ...experiment, corruption: { name: "low-resolution", size: 8 } },
    { ...experiment, fitFirst: true },
    { ...experiment, labels: "random" },
    { ...experiment, inferenceInterpolation: "bicubic" },
    { ...experiment, labels: "random", deal: 1 },
    { ...experiment, datasets: [1, 2, 3].map((part) => `tabler+mdi+remix#${part}/3`) },
    { ...experiment, datasets: [1, 2, 3].map((part) => `tabler+mdi+remix#${part}/3`), labels: "origin" },
    { ...experiment, recipe: { ...recipe, mix: paperMix } },
    { ...experiment, augmentation: { ...augmentation, interpolation: "random" } },
    { ...experiment, augmentation: { ...augmentation, randAugment: "rand-m9" } },
    {
      ...experiment,
      augmentation: { ...augmentation, erase: { ...ERASE, mode: "const", area: [0.1, 0.2] } },
    },
  ];
  assert.equal(new Set([experiment, ...on].map((e) => hashOf(checkExperiment(e), data))).size, on.length + 1);
  const first: Experiment = { ...experiment, labels: "random", deal: 0 };
  assert.equal(hashOf(first, data), hashOf({ ...experiment, labels: "random" }, data));
});

Deno.test("the data of a part of several datasets are all of theirs", () => {
  const parts = (names: string) => ({ ...experiment, datasets: [1, 2].map((part) => `${names}#${part}/2`) });
  const hashes = ["tabler", "tabler+mdi", "tabler+phosphor"].map((names) => hashOf(parts(names)));
  assert.equal(new Set(hashes).size, 3);
  const spoken = hashOf(parts("tabler+mdi"), ["a+b", "a+b"]);
  assert.notEqual(hashOf(parts("tabler+mdi"), ["a+c", "a+c"]), spoken);
});
