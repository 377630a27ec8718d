/**
 * Whole probes at the smoke preset: what they run first, what they choose, and that they go on where they
 * were stopped.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  baseline,
  checkExperiment,
  type FeatureSource,
  hashOf,
  pretraining,
  type Probe,
  probe,
  type ProbeRecord,
  type ProbeTask,
  run,
  RunFolder,
  type RunRecord,
  sweep,
  taskOf,
} from "../../../src/experiments/mod.ts";
import { shared, timeless } from "../../made/experiments/runs.ts";

const preset = "smoke";
const datasets = ["remix", "mingcute", "carbon"];
const experiment = baseline({ datasets, preset });
const task = taskOf(experiment);
const runs = Deno.makeTempDirSync();

const ofRun = probe({ features: { from: "run", experiment }, task, preset });
const wholeProbe = shared(() => run(ofRun, { runs }));

const predictionsOf = ({ hash }: { hash: string }, root = runs) => new RunFolder(hash, root).predictions();

Deno.test("the run that is probed is run first, and the probe judges on the run's own validation images", async () => {
  const whole = await wholeProbe();
  assert.equal(whole.result.source, hashOf(experiment));
  const record = await new RunFolder<RunRecord>(hashOf(experiment), runs).record();
  assert.equal(record!.result.accuracy.n, whole.result.accuracy.n);
  const keys = (await predictionsOf(record!)).map(({ key, label }) => `${datasets[label]}/${key}`);
  assert.deepEqual((await predictionsOf(whole)).map(({ key }) => key), keys);
  assert.deepEqual(
    (await predictionsOf(whole)).map(({ label }) => label),
    [0, 1, 2].flatMap((label) => Array(50).fill(label)),
  );
});

Deno.test("the setting is the best on held-out training images, every layer and rate tried once", async () => {
  const whole = await wholeProbe();
  const { candidates, layer, baseLearningRate } = whole.result;
  assert.equal(candidates!.length, ofRun.layers.length * ofRun.baseLearningRates.length);
  const best = candidates!.reduce((a, b) => b.heldOut.value > a.heldOut.value ? b : a);
  assert.deepEqual([best.layer, best.baseLearningRate], [layer, baseLearningRate]);
  assert.ok(candidates!.every(({ heldOut }) => heldOut.n === Math.round(0.2 * 3 * 64)));
});

Deno.test("asked again it returns the record, and keeps no features", async () => {
  const whole = await wholeProbe();
  const phases: string[] = [];
  const again = await run(ofRun, { runs, onProgress: ({ phase }) => phases.push(phase) });
  assert.deepEqual(again, whole);
  assert.deepEqual(phases, ["record"]);
  const files = [...Deno.readDirSync(join(runs, whole.hash))].map(({ name }) => name).sort();
  assert.deepEqual(files, ["experiment.json", "lock", "predictions.jsonl", "result.json"]);
});

Deno.test("stopped while features are taken, or while it fits, and run again: the same record", async () => {
  const whole = await wholeProbe();
  for (const phase of ["features", "probe"]) {
    const controller = new AbortController();
    await Deno.remove(join(runs, whole.hash), { recursive: true });
    const stopped = run(ofRun, {
      runs,
      signal: controller.signal,
      onProgress: (progress) => progress.phase === phase && progress.done > 2 && controller.abort(),
    });
    await assert.rejects(stopped, { name: "AbortError" }, phase);
    assert.deepEqual(timeless(await run(ofRun, { runs })), timeless(whole), phase);
  }
});

const mae: FeatureSource = {
  from: "pretraining",
  experiment: pretraining({ datasets: ["carbon"], preset }),
};

Deno.test("an outside file of weights is known by its content: a pre-training's encoder gives the pre-training's features", async () => {
  const [ofMae] = await sweep([probe({ features: mae, task, preset })], { runs });
  const { weights } = new RunFolder(ofMae.result.source!, runs);
  const model = {
    family: "vit",
    patch: 8,
    dim: 16,
    depth: 2,
    heads: 2,
    classToken: true,
    pooling: "token",
    positions: "sincos",
    dropPath: 0,
  } as const;
  const copy = `${weights}.copy.safetensors`;
  Deno.copyFileSync(weights, copy);
  const outside = [weights, copy].map((path) =>
    probe({ features: { from: "file", path, model }, task, preset })
  );
  assert.equal(hashOf(outside[0]), hashOf(outside[1]));
  const fromFile = await run(outside[1], { runs });
  assert.deepEqual(fromFile.result.candidates, ofMae.result.candidates);
  assert.deepEqual(fromFile.result.accuracy, ofMae.result.accuracy);
});

Deno.test("semantic classes: a classifier's features, and a whole network on the same images, also when stopped", async () => {
  const photographs = { of: "classes", dataset: "cifar10", images: 200, validation: 100 } as const;
  const { model, recipe, augmentation } = experiment;
  const wholeNetwork: FeatureSource = { from: "end-to-end", model, recipe, augmentation };
  const [probed, trained] = await sweep(
    [ofRun.features, wholeNetwork].map((features) => probe({ features, task: photographs, preset })),
    { runs },
  );
  assert.deepEqual([probed.result.chance, probed.result.accuracy.n, probed.result.classes[3]], [
    0.1,
    100,
    "cat",
  ]);
  const labels = async (record: ProbeRecord) =>
    (await predictionsOf(record)).map(({ key, label }) => [key, label]);
  assert.deepEqual(await labels(trained), await labels(probed));
  assert.equal(new Set((await labels(probed)).map(([, label]) => label)).size, 10);
  assert.ok(trained.result.accuracy.value < 0.6 && probed.result.accuracy.value < 0.6); // of 200 images, no more can be
  assert.equal(trained.epochs.length, recipe.epochs);
  const other = Deno.makeTempDirSync();
  const controller = new AbortController();
  const stopped = run(trained.experiment, {
    runs: other,
    signal: controller.signal,
    onProgress: ({ done, line }) => !line && done === 8 && controller.abort(),
  });
  await assert.rejects(stopped, { name: "AbortError" });
  const resumed = await run(trained.experiment, { runs: other });
  assert.deepEqual(await predictionsOf(resumed, other), await predictionsOf(trained));
});

Deno.test("concepts: pixels are probed on drawings that nobody's version was trained on", async () => {
  const concepts = { of: "concepts", datasets, concepts: 20, drawnBy: 3, validationPerConcept: 1 } as const;
  const features: FeatureSource = { from: "pixels", side: 8 };
  const { result, hash } = await run(probe({ features, task: concepts, preset }), { runs });
  assert.deepEqual([result.accuracy.n, result.chance, result.classes.length], [20, 1 / 20, 20]);
  for (const { key, label } of await predictionsOf({ hash })) {
    assert.ok(key.includes(`/${result.classes[label]}`), `${key} as ${result.classes[label]}`);
  }
});

const words = {
  of: "words" as const,
  datasets,
  trainedOn: ["carbon"],
  words: { arrow: ["arrow"], user: ["user", "account"] },
  mostPerWord: 6,
  validationPerWord: 3,
} satisfies ProbeTask;

Deno.test("words: a network that is trained on one dataset is tested on all, each with as many images", async () => {
  const { model, recipe, augmentation } = experiment;
  const features: FeatureSource = { from: "end-to-end", model, recipe, augmentation };
  const { result, hash } = await run(probe({ features, task: words, preset }), { runs });
  assert.deepEqual([result.chance, result.classes], [1 / 2, ["arrow", "user"]]);
  const predictions = await predictionsOf({ hash });
  for (const [label, of] of [/arrow/, /user|account/].entries()) {
    const named = predictions.filter((prediction) => prediction.label === label);
    assert.ok(named.every(({ key }) => of.test(key)));
    for (const name of datasets) {
      assert.equal(named.filter(({ key }) => key.startsWith(`${name}/`)).length, 3);
    }
  }
});

Deno.test("the hash is of what has a bearing", () => {
  const pixels = probe({ features: { from: "pixels", side: 8 }, task, preset });
  assert.equal(hashOf({ ...pixels, layers: ["stem"], pooling: "flatten" }), hashOf(pixels));
  assert.notEqual(hashOf({ ...pixels, heldOut: 0.3 }), hashOf(pixels));
  assert.notEqual(hashOf({ ...ofRun, layers: ["stem"] }), hashOf(ofRun));
  const reseeded = { from: "run", experiment: { ...experiment, seed: 1 } } as const;
  assert.notEqual(hashOf({ ...ofRun, features: reseeded }), hashOf(ofRun));
});

Deno.test("faults are found before anything is trained, and named", async () => {
  const faults: [Partial<Probe> | object, RegExp][] = [
    [{ layers: ["blocks.1"] }, /no layer "blocks.1". Its layers: stem/],
    [{ layers: [] }, /layers: give one or more/],
    [{ imageSize: 64 }, /imageSize: the experiment has 64 px, its network was trained at 32 px/],
    [{ baseLearningRates: [] }, /baseLearningRates/],
    [
      { features: { from: "file", path: "/no/such.safetensors", model: "vit_micro" } },
      /\/no\/such.safetensors/,
    ],
    [
      { features: { from: "run", experiment: { ...experiment, datasets: ["remix"] } } },
      /two datasets or more/,
    ],
    [{ features: { from: "dreams" } }, /features/],
    [{ task: { ...task, datasets: ["remix", "remix"] } }, /"remix" is named twice/],
    [
      { task: { ...words, trainedOn: ["mdi"] } },
      /task.trainedOn: "mdi" is none of task.datasets: remix, mingcute, carbon/,
    ],
  ];
  for (const [change, message] of faults) {
    await assert.rejects(sweep([{ ...ofRun, ...change } as Probe], { runs }), message);
  }
});

Deno.test("a class token is asked of layers that have one, before anything is trained", async () => {
  const untrained = Deno.makeTempDirSync();
  const wrong = { ...ofRun, pooling: "class-token" as const };
  await assert.rejects(run(wrong, { runs: untrained }), {
    name: "ExperimentError",
    message: /^pooling: "stages\.\d" has no class token: pool it by "mean" or "flatten"\.$/,
  });
  assert.deepEqual([...Deno.readDirSync(untrained)], []);
  const random = probe({ features: { from: "random", model: "vit_micro", seed: 0 }, task, preset });
  assert.equal(checkExperiment({ ...random, layers: ["blocks.1"], pooling: "mean" }).kind, "probe");
});

Deno.test("a run whose network was removed cannot be probed, and the message says what to do", async () => {
  const removed = Deno.makeTempDirSync();
  await run(experiment, { runs: removed });
  Deno.removeSync(new RunFolder(hashOf(experiment), removed).weights);
  await assert.rejects(
    run(ofRun, { runs: removed }),
    /has kept no network: model\.safetensors is missing\. Remove the folder and run its experiment again\.$/,
  );
});

Deno.test("a folder is no file of weights", () => {
  const features = { from: "file", path: runs, model: "vit_micro" } as const;
  assert.throws(
    () => checkExperiment({ ...ofRun, features, layers: ["blocks.1"] }),
    { name: "ExperimentError", message: /is a folder; name a file of weights/ },
  );
});
