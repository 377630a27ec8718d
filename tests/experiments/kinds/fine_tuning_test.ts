/**
 * Whole fine-tunings at the smoke preset: what they start from, their records, and that they go on where they
 * were killed.
 */
import assert from "node:assert/strict";
import {
  baseline,
  findRun,
  type FineTuning,
  fineTuning,
  hashOf,
  openNetwork,
  pretraining,
  run,
  RunFolder,
  sweep,
  taskOf,
} from "../../../src/experiments/mod.ts";
import { killedAfter, shared, timeless } from "../../made/experiments/runs.ts";

const preset = "smoke";
const datasets = ["remix", "mingcute", "carbon"];
const classifier = baseline({ datasets, preset });
const task = taskOf(classifier);
const mae = pretraining({ datasets: ["carbon"], preset });
const experiment = fineTuning({ start: { from: "pretraining", experiment: mae }, task, preset });
const runs = Deno.makeTempDirSync();
const wholeFineTuning = shared(() => run(experiment, { runs }));

const predictionsIn = ({ hash }: { hash: string }, root = runs) => new RunFolder(hash, root).predictions();

Deno.test("the pre-training is run first; the record has an accuracy with its interval, and predictions of it", async () => {
  const { hash, result, epochs } = await wholeFineTuning();
  assert.equal(result.source, hashOf(mae));
  assert.ok(await new RunFolder(hashOf(mae), runs).record());
  assert.deepEqual([result.classes, result.chance, result.accuracy.n], [datasets, 1 / 3, 150]);
  assert.ok(result.accuracy.low <= result.accuracy.value && result.accuracy.value <= result.accuracy.high);
  assert.equal(epochs.length, experiment.recipe.epochs);
  const predictions = await predictionsIn({ hash });
  const correct = predictions.filter(({ label, probabilities }) =>
    probabilities[label] === Math.max(...probabilities)
  );
  assert.equal(correct.length, result.accuracy.correct);
  assert.deepEqual(
    predictions.map(({ label }) => label),
    [0, 1, 2].flatMap((label) => Array(50).fill(label)),
  );
  const files = [...Deno.readDirSync(`${runs}/${hash}`)].map(({ name }) => name).sort();
  assert.deepEqual(files, [
    "epochs.jsonl",
    "experiment.json",
    "lock",
    "model.safetensors",
    "predictions.jsonl",
    "result.json",
  ]);
});

Deno.test("asked again it returns the record and trains nothing", async () => {
  const phases: string[] = [];
  const again = await run(experiment, { runs, onProgress: ({ phase }) => phases.push(phase) });
  assert.deepEqual(again, await wholeFineTuning());
  assert.deepEqual(phases, ["record"]);
});

Deno.test("its network is kept, names the classes, and is found by its hash", async () => {
  const { hash } = await wholeFineTuning();
  const network = openNetwork((await findRun(hash, runs)).weights);
  assert.deepEqual([network.datasets, network.imageSize, network.model.name], [datasets, 32, "vit"]);
  await assert.rejects(findRun("ffff", runs), /carbon \(MAE\), fine-tuned, vit\n/);
});

Deno.test("killed in the second epoch, it goes on and ends with the same numbers and weights", async () => {
  const whole = await wholeFineTuning();
  const killed = Deno.makeTempDirSync();
  const { samplesPerEpoch, batchSize } = experiment.recipe;
  await run(mae, { runs: killed });
  await killedAfter(samplesPerEpoch / batchSize + 2, experiment, killed);
  const folder = new RunFolder(whole.hash, killed);
  assert.equal((await folder.epochs()).length, 1);
  assert.equal(await folder.record(), undefined);
  assert.deepEqual(timeless(await run(experiment, { runs: killed })), timeless(whole));
  assert.deepEqual(await folder.predictions(), await predictionsIn(whole));
  assert.deepEqual(
    Deno.readFileSync(folder.weights),
    Deno.readFileSync(new RunFolder(whole.hash, runs).weights),
  );
});

Deno.test("it starts from the given weights: a rate of nearly 0 leaves them as they are", async () => {
  // So small that it is lost beside every weight: some biases of the autoencoder are as small as rounding errors.
  const still = {
    ...experiment,
    recipe: { ...experiment.recipe, epochs: 1, learningRate: 1e-30, weightDecay: 0 },
  };
  const { hash } = await run(still, { runs });
  const { model, weights } = openNetwork(new RunFolder(hash, runs).weights);
  const other = await run({ ...still, layerDecay: 0.5 }, { runs });
  assert.notEqual(other.hash, hash);
  assert.deepEqual(
    openNetwork(new RunFolder(other.hash, runs).weights).weights.parameters,
    weights.parameters,
  );
  const encoder = new RunFolder(hashOf(mae), runs).weights;
  const fromFile = { ...still, start: { from: "file", path: encoder } } as const;
  const ofFile = await run(fromFile, { runs });
  assert.equal(ofFile.result.source, undefined);
  assert.deepEqual(
    openNetwork(new RunFolder(ofFile.hash, runs).weights).weights.parameters,
    weights.parameters,
  );
  assert.ok(model.specs.some(({ name }) => name === "fc_norm.weight"), "it averages the patches");
});

Deno.test("a classifier is fine-tuned for other classes", async () => {
  const photographs = { of: "classes", dataset: "cifar10", images: 200, validation: 100 } as const;
  const [record] = await sweep(
    [fineTuning({ start: { from: "run", experiment: classifier }, task: photographs, preset })],
    { runs },
  );
  assert.equal(record.result.source, hashOf(classifier));
  assert.deepEqual(record.experiment.model, classifier.model);
  assert.deepEqual([record.result.chance, record.result.accuracy.n, record.result.classes[3]], [
    0.1,
    100,
    "cat",
  ]);
});

Deno.test("every field that changes the outcome changes the hash, a field that is off does not", () => {
  const { recipe, augmentation } = experiment;
  const changed: Partial<FineTuning>[] = [
    { start: { from: "pretraining", experiment: { ...mae, seed: 1 } } },
    { start: { from: "run", experiment: classifier } },
    { task: { ...task, imagesPerDataset: 65 } as FineTuning["task"] },
    { imageSize: 64 },
    { model: "vit_micro" },
    { augmentation: { ...augmentation, flip: 0 } },
    { recipe: { ...recipe, epochs: 3 } },
    { layerDecay: 0.5 },
    { seed: 1 },
  ];
  const hashes = changed.map((change) => hashOf({ ...experiment, ...change }));
  assert.equal(new Set([...hashes, hashOf(experiment)]).size, changed.length + 1);
  const off = {
    ...experiment,
    recipe: { ...recipe, mix: null },
    augmentation: { ...augmentation, erase: null },
  };
  assert.equal(hashOf(off), hashOf(experiment));
  assert.equal(hashOf(JSON.parse(JSON.stringify(experiment))), hashOf(experiment));
});

Deno.test("the paper preset is MAE's Table 9", () => {
  const start = { from: "pretraining", experiment: pretraining({ datasets, preset: "paper" }) } as const;
  const paper = fineTuning({ start, task, preset: "paper" });
  const { recipe, augmentation, layerDecay, model } = paper;
  const { epochs, warmupEpochs, batchSize, learningRate, weightDecay, betas, labelSmoothing, mix } = recipe;
  assert.deepEqual([epochs, warmupEpochs, batchSize, weightDecay], [100, 5, 1024, 0.05]);
  assert.deepEqual([learningRate * 256 / batchSize, betas, labelSmoothing], [1e-3, [0.9, 0.999], 0.1]);
  assert.deepEqual([mix?.mixup, mix?.cutmix, mix?.mode, layerDecay], [0.8, 1, "batch", 0.75]);
  assert.equal(augmentation.randAugment, "rand-m9-mstd0.5-inc1");
  const filters = [augmentation, start.experiment.augmentation].map(({ interpolation }) => interpolation);
  assert.deepEqual([...filters, paper.inferenceInterpolation], ["bicubic", "bicubic", "bicubic"]);
  assert.ok(
    typeof model !== "string" && model.family === "vit" && model.dim === 768 && model.dropPath === 0.1,
  );
});

Deno.test("faults are found before anything is trained, and named", async () => {
  const faults: [object, RegExp][] = [
    [{ model: "vit_micro" }, /model: mae_encoder, from which it starts, lacks \d+ tensors of vit_micro/],
    [{ model: "vit_mikro" }, /Did you mean vit_micro/],
    [{ imageSize: 64 }, /imageSize: the experiment has 64 px, its network was trained at 32 px/],
    [{ layerDecay: 0 }, /layerDecay/],
    [{ recipe: { ...experiment.recipe, batchSize: 500 } }, /batchSize \(500\) is larger/],
    [{ task: { ...task, imagesPerDataset: 1e6 } }, /1000050 images of "remix" are asked for/],
    [{ start: { from: "file", path: "/no/such.safetensors" } }, /\/no\/such.safetensors cannot be read/],
    [{ start: { from: "random" } }, /start/],
    [{ freeze: 3 }, /freeze: there is no such field/],
    [{ kind: "distillation" }, /no kind of experiment "distillation". Known kinds: classifier.*fine_tuning/],
  ];
  for (const [change, message] of faults) {
    await assert.rejects(sweep([{ ...experiment, ...change } as FineTuning], { runs }), message);
  }
  assert.throws(
    () => fineTuning({ start: { from: "file", path: "x" }, task, preset }),
    /model: name the network/,
  );
});
