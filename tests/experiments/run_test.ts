/**
 * Whole runs at the smoke preset on real data: records, resume after a kill, sweeps that cost nothing twice.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  baseline,
  type Experiment,
  hashOf,
  inputWaitOf,
  openNetwork,
  run,
  RunFolder,
  type RunProgress,
  type RunRecord,
  sweep,
} from "../../src/experiments/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { killedAfter, shared, timeless } from "../made/experiments/runs.ts";

const datasets = ["remix", "mingcute", "carbon"];
const experiment = baseline({ datasets, preset: "smoke" });

const runs = Deno.makeTempDirSync();
const wholeRun = shared(() => run(experiment, { runs }));

Deno.test("a run leaves a record that a person can read", async () => {
  const whole = await wholeRun();
  const folder = join(runs, hashOf(experiment));
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(join(folder, "experiment.json"))), experiment);
  assert.equal(
    Deno.readTextFileSync(join(folder, "epochs.jsonl")).trim().split("\n").length,
    experiment.recipe.epochs,
  );
  const { accuracy, chance, perDataset, confusion, engine } = whole.result;
  assert.equal(accuracy.n, 3 * experiment.validationPerDataset);
  assert.equal(chance, 1 / 3);
  assert.ok(accuracy.low <= accuracy.value && accuracy.value <= accuracy.high);
  assert.equal(perDataset.reduce((sum, { correct }) => sum + correct, 0), accuracy.correct);
  assert.deepEqual(confusion.map((row) => row.reduce((a, b) => a + b)), [50, 50, 50]);
  assert.match(engine, /TensorFlow/);
  const isShare = (value?: number) => value !== undefined && value >= 0 && value <= 1;
  assert.ok(isShare(whole.result.inputWait) && whole.epochs.every(({ inputWait }) => isShare(inputWait)));
  assert.ok(whole.epochs.every(({ seconds, trainSeconds }) => trainSeconds! > 0 && trainSeconds! < seconds));
  const predictions = await new RunFolder(whole.hash, runs).predictions();
  assert.equal(predictions.length, accuracy.n);
  assert.ok(
    predictions.every(({ probabilities }) => Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-3),
  );
});

Deno.test("running it again reads the record and trains nothing", async () => {
  const whole = await wholeRun();
  const read: unknown[] = [];
  const onProgress = ({ phase, byOtherCode }: RunProgress) => read.push({ phase, byOtherCode });
  const again = await run(experiment, { runs, onProgress });
  assert.deepEqual(again, whole);
  assert.deepEqual(read, [{ phase: "record", byOtherCode: false }]);
});

Deno.test("a record that was made by other code is read back, and says so", async () => {
  const { hash } = await wholeRun();
  const copy = Deno.makeTempDirSync();
  Deno.mkdirSync(join(copy, hash));
  for (const name of ["experiment.json", "epochs.jsonl", "result.json"]) {
    Deno.copyFileSync(join(runs, hash, name), join(copy, hash, name));
  }
  const file = join(copy, hash, "result.json");
  const { code, ...before } = JSON.parse(Deno.readTextFileSync(file));
  assert.match(code, /^[0-9a-f]{12}$/);
  for (const result of [{ ...before, code: "0123456789ab" }, before]) {
    Deno.writeTextFileSync(file, JSON.stringify(result));
    const read: (boolean | undefined)[] = [];
    await run(experiment, { runs: copy, onProgress: ({ byOtherCode }) => read.push(byOtherCode) });
    assert.deepEqual(read, [true]);
  }
});

Deno.test("killed in the middle of the second epoch, it goes on and ends with the same numbers", async () => {
  const whole = await wholeRun();
  const killed = Deno.makeTempDirSync();
  await killedAfter(experiment.recipe.samplesPerEpoch / experiment.recipe.batchSize + 2, experiment, killed);
  const folder = new RunFolder<RunRecord>(whole.hash, killed);
  assert.equal((await folder.epochs()).length, 1);
  assert.equal(await folder.record(), undefined);
  assert.deepEqual(timeless(await run(experiment, { runs: killed })), timeless(whole));
});

Deno.test("a torn line and an epoch that the checkpoint does not hold are dropped on resume", async () => {
  const whole = await wholeRun();
  const torn = Deno.makeTempDirSync();
  await killedAfter(experiment.recipe.samplesPerEpoch / experiment.recipe.batchSize + 2, experiment, torn);
  const file = join(torn, whole.hash, "epochs.jsonl");
  Deno.writeTextFileSync(file, JSON.stringify(whole.epochs[1]) + '\n{"epoch": 3, "st', { append: true });
  assert.deepEqual(timeless(await run(experiment, { runs: torn })), timeless(whole));
});

Deno.test("a sweep trains only what is new, and keeps the order", async () => {
  await wholeRun();
  const trained: string[] = [];
  const points: Experiment[] = [baseline({ datasets, preset: "smoke", seed: 5 }), experiment];
  const onProgress = ({ phase, position }: { phase: string; position?: { index: number; of: number } }) => {
    if (phase === "train") trained.push(`${position?.index} of ${position?.of}`);
  };
  const records = await sweep(points, { runs, onProgress });
  assert.deepEqual(records.map(({ experiment }) => experiment.seed), [5, 0]);
  assert.deepEqual([...new Set(trained)], ["1 of 2"]);
});

Deno.test("two at once do the work once", async () => {
  const shared = Deno.makeTempDirSync();
  let steps = 0;
  const onProgress = ({ phase, line }: { phase: string; line?: unknown }) =>
    void (phase === "train" && !line && steps++);
  const [a, b] = await Promise.all([1, 2].map(() => run(experiment, { runs: shared, onProgress })));
  assert.deepEqual(a, b);
  const { epochs, samplesPerEpoch, batchSize } = experiment.recipe;
  assert.equal(steps, epochs * samplesPerEpoch / batchSize);
});

Deno.test("what cannot be run is said before anything is trained", async () => {
  const refuse = (fields: object, message: RegExp) =>
    assert.rejects(() => run({ ...experiment, ...fields }, { runs: Deno.makeTempDirSync() }), message);
  await refuse({ datasets: ["tabler"] }, /two datasets or more/);
  await refuse({ datasets: ["tabler", "imagenet"] }, /no dataset "imagenet".*tabler/s);
  await refuse({ datasets: ["remix@train", "tabler"] }, /remix has no split "train"/);
  await refuse({ datasets: ["remix#1/3", "remix#2/3"], imagesPerDataset: 1300 }, /about 1077/);
  await refuse({ imagesPerDataset: 100_000 }, /ask for 100050 images of "remix", which has 3229/);
  await refuse({ imagesPerDataset: 2733 }, /carbon/); // enough in the manifest, not once validation's likes are set aside
  await refuse({ imageSize: 2 }, /least side of 8 px/);
  const points = [experiment, { ...experiment, imageSize: 2 }];
  let events = 0;
  await assert.rejects(
    () => sweep(points, { runs: Deno.makeTempDirSync(), onProgress: () => events++ }),
    /least side of 8 px/,
  );
  assert.equal(events, 0, "the whole sweep is checked first");
});

Deno.test("the share of waiting is weighed by time; a record without it is read as one without", async () => {
  const whole = await wholeRun();
  const line = (trainSeconds?: number, inputWait?: number) => ({
    ...whole.epochs[0],
    trainSeconds,
    inputWait,
  });
  assert.equal(inputWaitOf([line(), line(10, 0.5), line(30, 0.1)]), 0.2);
  assert.equal(inputWaitOf([line(), line()]), undefined);
});

Deno.test("the training accuracy is of all training images, or of as many of each dataset as make 10,000", async () => {
  const whole = await wholeRun();
  const { training } = whole.result;
  assert.equal(training.n, 3 * experiment.imagesPerDataset);
  assert.ok(training.low <= training.value && training.value <= training.high);
  const many = baseline({
    preset: "smoke",
    datasets: ["cifar10#1/3", "cifar10#2/3", "cifar10#3/3"],
    imagesPerDataset: 4000,
    recipe: { epochs: 1, warmupEpochs: 0 },
  });
  assert.equal((await run(many, { runs })).result.training.n, 9999);
});

/** Enough epochs at a steady rate to memorise a few images. */
const memorising = {
  preset: "smoke",
  imagesPerDataset: 16,
  validationPerDataset: 100,
  augmentation: { crop: "none", flip: 0 },
  recipe: { epochs: 6, samplesPerEpoch: 640, labelSmoothing: 0, weightDecay: 0 },
} as const satisfies Omit<Parameters<typeof baseline>[0], "datasets">;

Deno.test("random labels are memorised, and say nothing about other images", async () => {
  const random = baseline({ ...memorising, datasets, labels: "random" });
  const { result } = await run(random, { runs });
  assert.ok(result.training.value > 0.9, `${result.training.value}`);
  const { value, high } = result.accuracy;
  // The luck of 300 images has a standard deviation of 3 points; that of the deal of 48 labels adds about as much.
  assert.ok(Math.abs(value - 1 / 3) < 0.1, `${value}`);
  // More images, since of 48 drawings at random scales this network learns little that holds for others.
  const { result: told } = await run({ ...random, labels: "true", imagesPerDataset: 300 }, { runs });
  assert.ok(high < told.accuracy.low, `${value}, with true labels ${told.accuracy.value}`);
});

Deno.test("parts of one source are memorised, not told apart", async () => {
  const parts = ["remix#1/3", "remix#2/3", "remix#3/3"];
  const { hash, result } = await run(baseline({ ...memorising, datasets: parts }), { runs });
  assert.deepEqual(openNetwork(new RunFolder(hash, runs).weights).datasets, parts);
  assert.ok(result.training.value > 0.9, `${result.training.value}`);
  assert.ok(result.accuracy.low < 1 / 3 && result.accuracy.high > 1 / 3, `${result.accuracy.value}`);
});

/** Paths of the files that this process has open, without libraries and devices; Linux alone tells. */
function openFiles(): string[] {
  if (Deno.build.os !== "linux") return [];
  const targets = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return ""; // It was that of the listing itself.
    }
  });
  return targets.filter((path) => path.startsWith("/") && !/^\/(dev|proc|sys)\//.test(path)).sort();
}

Deno.test("a run leaves no tensors and no open files behind, also when it is stopped", async () => {
  await startEngine();
  await wholeRun();
  const held = () => {
    const { numTensors: tensors, numBytes: bytes } = tf.memory();
    return { tensors, bytes, files: openFiles() };
  };
  const closed = async (isDone: () => boolean) => {
    const deadline = Date.now() + 10_000; // Threads close their files soon after they have been ended.
    while (!isDone() && Date.now() < deadline) await delay(50);
  };
  await closed(() => openFiles().every((path) => !path.includes("/.data/")));
  const before = held();
  const assertAsBefore = async () => {
    await closed(() => openFiles().length <= before.files.length);
    assert.deepEqual(held(), before);
  };
  await run({ ...experiment, seed: 11 }, { runs: Deno.makeTempDirSync() });
  await assertAsBefore();
  const controller = new AbortController();
  const stopped = run({ ...experiment, seed: 12 }, {
    runs: Deno.makeTempDirSync(),
    signal: controller.signal,
    onProgress: ({ phase, done }) => phase === "train" && done === 3 && controller.abort(),
  });
  await assert.rejects(stopped, { name: "AbortError" });
  await assertAsBefore();
});

Deno.test("two sweeps that claim share the work, and both return every record", async () => {
  const shared = Deno.makeTempDirSync();
  const points = [5, 6, 7].map((seed) => baseline({ datasets, preset: "smoke", seed }));
  const steps = [0, 0];
  const places: number[][] = [[], []];
  const records = await Promise.all(steps.map((_, i) => {
    const onProgress = ({ phase, line, position }: RunProgress) => {
      if (phase === "train" && !line) steps[i]++;
      places[i].push(position!.index);
    };
    return sweep(points, { runs: shared, claim: true, onProgress });
  }));
  assert.deepEqual(records[0], records[1]);
  assert.deepEqual(records[0].map(({ experiment }) => experiment.seed), [5, 6, 7]);
  const { epochs, samplesPerEpoch, batchSize } = experiment.recipe;
  const one = epochs * samplesPerEpoch / batchSize;
  assert.equal(steps[0] + steps[1], 3 * one, "nothing twice");
  assert.ok(steps.every((own) => own >= one), `${steps}: each has had some`);
  for (const each of places) {
    assert.deepEqual([...new Set(each)], [1, 2, 3]);
    assert.deepEqual(each, each.toSorted((a, b) => a - b), "never back");
  }
});

Deno.test("a sweep goes on after an experiment that fails, where it is told whom to tell", async () => {
  const { hash } = await wholeRun();
  const damaged = Deno.makeTempDirSync();
  Deno.writeTextFileSync(join(damaged, hash), "no folder");
  const failed: number[] = [];
  const onFailure = ({ seed }: { seed: number }) => void failed.push(seed);
  const points = [experiment, baseline({ datasets, preset: "smoke", seed: 5 })];
  const records = await sweep(points, { runs: damaged, onFailure });
  assert.deepEqual([failed, records.map(({ experiment }) => experiment.seed)], [[0], [5]]);
  await assert.rejects(sweep(points, { runs: damaged }));
});
