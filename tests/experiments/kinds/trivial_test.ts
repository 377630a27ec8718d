/** Trivial learners on made-up images where the answer is known, and as experiments beside a classifier. */
import assert from "node:assert/strict";
import { randomLabels, startBatchWorkers } from "../../../src/data/mod.ts";
import {
  baseline,
  hashOf,
  run,
  RunFolder,
  sweep,
  type Trivial,
  trivialsOf,
} from "../../../src/experiments/mod.ts";
import { trivialKind } from "../../../src/experiments/kinds/trivial/execute.ts";
import { type Random, random } from "../../../src/stats/mod.ts";
import { startEngine, tf } from "../../../src/tensorflow/mod.ts";
import { poolInMemory } from "../../made/data/made_up_pools.ts";
import { shared, timeless } from "../../made/experiments/runs.ts";

await startEngine();

const SIDE = 12;

/** The value of a pixel of image `image`, in row `y` and column `x`. */
type Draw = (stream: Random, at: { image: number; x: number; y: number }) => number;

/** A pool of grey images that are drawn pixel by pixel. */
function drawnPool(name: string, draw: Draw) {
  const pool = poolInMemory(name, 300, SIDE, 1);
  const read = (image: number, into: Uint8Array<ArrayBuffer> = new Uint8Array(SIDE * SIDE)) => {
    const stream = random([...name].reduce((sum, c) => (31 * sum + c.charCodeAt(0)) % 2 ** 31, 7), image);
    for (let p = 0; p < into.length; p++) {
      const value = draw(stream, { image, x: p % SIDE, y: Math.floor(p / SIDE) });
      into[p] = Math.max(0, Math.min(255, Math.round(value)));
    }
    return into;
  };
  return { ...pool, folders: [name], read };
}

/** Accuracies of the ladder where two datasets are drawn so, by the learners' names. */
async function ladder(name: string, draws: [Draw, Draw], fields: Partial<Trivial> = {}) {
  const pools = draws.map((draw, d) => drawnPool(`${name} ${d}`, draw));
  const datasets = pools.map((pool) => pool.name);
  const experiment = baseline({
    datasets,
    preset: "smoke",
    imagesPerDataset: 150,
    validationPerDataset: 100,
    imageSize: SIDE,
  });
  using workers = startBatchWorkers({ workers: 0 });
  const accuracies: Record<string, number> = {};
  for (const trivial of trivialsOf(experiment)) {
    const folder = new RunFolder<never>("none", "none");
    const session = { folder, workers, pools, needed: [], options: {}, label: "" };
    const { result } = await trivialKind.execute({ ...trivial, ...fields }, session);
    accuracies[trivial.learner.name] = result.accuracy.value;
  }
  return accuracies;
}

/** Right nearly always, and right about as often as a coin. */
const knows = (accuracy: number) => accuracy > 0.95;
const guesses = (accuracy: number) => Math.abs(accuracy - 0.5) < 0.15;

const LEARNERS = ["mean", "histogram", "neighbours", "logistic", "random-filters"];

Deno.test("mean ink decides: the mean alone is enough, and no tensor is left behind", async () => {
  const before = tf.memory().numTensors;
  const ink = (level: number): Draw => (stream) => level + 20 * stream.normal();
  const found = await ladder("ink", [ink(110), ink(140)]);
  assert.deepEqual(Object.keys(found), LEARNERS);
  for (const name of LEARNERS) {
    assert.ok(name === "random-filters" || knows(found[name]), JSON.stringify(found));
  }
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("the histogram decides: the mean guesses, and so does what weighs each pixel by itself", async () => {
  const even: Draw = (stream) => 128 + 10 * stream.normal();
  const split: Draw = (stream) => 128 + (stream.uniform() < 0.5 ? -90 : 90);
  const found = await ladder("histogram", [even, split]);
  assert.ok(knows(found.histogram), JSON.stringify(found));
  // A plane can leave the even images on one side and half of the others: it is right about three quarters.
  assert.ok(guesses(found.mean) && found.logistic < 0.8, JSON.stringify(found));
});

Deno.test("the place of the ink decides: pixels know, the mean and the histogram guess", async () => {
  const half = (left: boolean): Draw => (stream, { x }) =>
    (x < SIDE / 2) === left ? 120 + 60 * stream.normal() : 60 * stream.uniform();
  const found = await ladder("place", [half(true), half(false)]);
  assert.ok(knows(found.neighbours) && knows(found.logistic), JSON.stringify(found));
  assert.ok(guesses(found.mean) && guesses(found.histogram), JSON.stringify(found));
});

Deno.test("only the direction of stripes decides: random filters know, all others but neighbours guess", async () => {
  const stripes = (upright: boolean): Draw => (stream, { image, x, y }) =>
    ((upright ? x : y) + image) % 4 < 2 ? 40 + 10 * stream.normal() : 200 + 10 * stream.normal();
  const found = await ladder("stripes", [stripes(true), stripes(false)]);
  assert.ok(knows(found["random-filters"]), JSON.stringify(found));
  for (const name of ["mean", "histogram", "logistic"]) {
    assert.ok(guesses(found[name]), `${name} ${found[name]}`);
  }
});

Deno.test("nothing decides, or the labels are random: all guess", async () => {
  const noise: Draw = (stream) => 128 + 40 * stream.normal();
  const ink = (level: number): Draw => (stream) => level + 20 * stream.normal();
  const nothing = await ladder("nothing", [noise, noise]);
  for (const name of LEARNERS) assert.ok(guesses(nothing[name]), `${name} ${nothing[name]}`);
  const dealt = await ladder("dealt", [ink(110), ink(140)], { labels: "random" });
  assert.ok(dealt.neighbours < 0.75, `${dealt.neighbours}`); // true labels: all right
});

const preset = "smoke";
const datasets = ["remix", "mingcute", "carbon"];
const classifier = baseline({
  datasets,
  preset,
  validationPerDataset: 30,
  recipe: { epochs: 1, samplesPerEpoch: 32, warmupEpochs: 0 },
});
const trivials = trivialsOf(classifier);
const runs = Deno.makeTempDirSync();
const wholeLadder = shared(() => sweep(trivials, { runs }));
const predictionsOf = ({ hash }: { hash: string }, root = runs) => new RunFolder(hash, root).predictions();

Deno.test("every learner is judged on the validation images of the classifier, in its order", async () => {
  const network = await run(classifier, { runs });
  const shown = (await predictionsOf(network)).map(({ key, label }) => ({ key, label }));
  assert.equal(shown.length, 90);
  for (const record of await wholeLadder()) {
    const predictions = await predictionsOf(record);
    assert.deepEqual(predictions.map(({ key, label }) => ({ key, label })), shown);
    const { accuracy, chance, perDataset, confusion } = record.result;
    const right = predictions.filter(({ label, probabilities }) =>
      probabilities.indexOf(Math.max(...probabilities)) === label
    );
    assert.deepEqual([accuracy.correct, accuracy.n, chance], [right.length, 90, 1 / 3]);
    assert.equal(perDataset.reduce((sum, { correct }) => sum + correct, 0), accuracy.correct);
    assert.deepEqual(confusion.map((row) => row.reduce((a, b) => a + b)), [30, 30, 30]);
    const sums = predictions.map(({ probabilities }) => probabilities.reduce((a, b) => a + b));
    assert.ok(sums.every((sum) => Math.abs(sum - 1) < 1e-3));
    assert.equal(predictions[0].key, shown[0].key);
  }
});

Deno.test("executed anew, in another order, and after it was stopped: the same records", async () => {
  const whole = await wholeLadder();
  const other = Deno.makeTempDirSync();
  for (const record of whole.toReversed()) {
    const controller = new AbortController();
    const stopped = run(record.experiment, {
      runs: other,
      signal: controller.signal,
      onProgress: ({ phase }) => phase === "features" && controller.abort(),
    });
    await assert.rejects(stopped, { name: "AbortError" });
    assert.equal(await new RunFolder(record.hash, other).record(), undefined);
    const again = await run(record.experiment, { runs: other });
    assert.deepEqual(timeless(again), timeless(record));
    assert.deepEqual(await predictionsOf(again, other), await predictionsOf(record));
  }
});

Deno.test("neighbours vote; of equals the class that is nearer wins", async () => {
  const dots: Draw = (stream, { image }) => (image % 2) * 200 + 20 * stream.uniform();
  const pools = ["even", "odd"].map((name, d) =>
    drawnPool(name, (stream, at) => dots(stream, { ...at, image: d }))
  );
  const [, , neighbours] = trivialsOf({
    ...classifier,
    datasets: ["even", "odd"],
    imagesPerDataset: 3,
    imageSize: SIDE,
  });
  using workers = startBatchWorkers({ workers: 0 });
  const folder = new RunFolder<never>("none", "none");
  const session = { folder, workers, pools, needed: [], options: {}, label: "" };
  const learner = { name: "neighbours", k: 6, side: SIDE } as const;
  const { predictions, result } = await trivialKind.execute({ ...neighbours, learner }, session);
  assert.equal(result.accuracy.value, 1); // all six vote, three for each: the nearest decides
  for (const { label, probabilities } of predictions!) {
    assert.deepEqual(probabilities, label === 0 ? [0.5385, 0.4615] : [0.4615, 0.5385]);
  }
});

Deno.test("the hash is of what has a bearing, and the first 10,000 images of each dataset are enough", () => {
  const [mean, , neighbours] = trivials;
  assert.equal(new Set(trivials.map((trivial) => hashOf(trivial))).size, 5);
  assert.equal(hashOf({ ...mean, corruption: null, labels: "true" }), hashOf(mean));
  assert.notEqual(hashOf({ ...mean, labels: "random" }), hashOf(mean));
  assert.notEqual(
    hashOf({ ...neighbours, learner: { name: "neighbours", k: 5, side: 32 } }),
    hashOf(neighbours),
  );
  const [paper] = trivialsOf(baseline({ datasets, preset: "paper" }));
  assert.deepEqual([paper.imagesPerDataset, paper.validationPerDataset], [10_000, 10_000]);
});

Deno.test("each learner sees the images as the classifier does, with its labels", async () => {
  const noise: Draw = (stream) => 128 + 40 * stream.normal();
  const pools = ["one", "other"].map((name) => drawnPool(`seen ${name}`, noise));
  const seenWith = async (fields: Partial<typeof classifier>) => {
    const seen: Parameters<typeof workers.validation>[0][] = [];
    const validation: typeof workers.validation = (options) => {
      seen.push(options);
      return workers.validation(options);
    };
    const folder = new RunFolder<never>("none", "none");
    const session = {
      folder,
      pools,
      needed: [],
      options: {},
      label: "",
      workers: { ...workers, validation },
    };
    const datasets = pools.map(({ name }) => name);
    const [mean, ...others] = trivialsOf({ ...classifier, datasets, imageSize: SIDE, ...fields });
    for (const other of others) assert.deepEqual({ ...other, learner: mean.learner }, mean);
    await trivialKind.execute(mean, session);
    assert.equal(seen.length, 2);
    return seen;
  };
  using workers = startBatchWorkers({ workers: 0 });
  const corruption = { name: "gaussian-noise", std: 0.2, seed: 0 } as const;
  for (const side of await seenWith({ corruption, fitFirst: true, inferenceInterpolation: "bicubic" })) {
    assert.deepEqual([side.corruption, side.fitFirst, side.interpolation], [corruption, true, "bicubic"]);
  }
  const [training, validation] = await seenWith({ labels: "random", deal: 3 });
  assert.deepEqual(training.labels, randomLabels(training.indices, 3));
  assert.equal(validation.labels, undefined);
  const plain = await seenWith({});
  assert.deepEqual(
    plain.map(({ labels, fitFirst }) => [labels, fitFirst]),
    Array(2).fill([undefined, undefined]),
  );
});

Deno.test("faults are found before anything is learnt, and named", async () => {
  const [mean, , neighbours, logistic] = trivials;
  const faults: [object, RegExp][] = [
    [{ ...mean, datasets: ["remix", "remix"] }, /datasets: "remix" is named twice/],
    [{ ...mean, imagesPerDataset: 1e6 }, /imagesPerDataset \(1000000\)/],
    [
      { ...neighbours, learner: { name: "neighbours", k: 193, side: 8 } },
      /learner\.k is 193, more than the 192/,
    ],
    [
      { ...logistic, learner: { name: "logistic", l2: 1, side: 33 } },
      /learner\.side is 33, more than the 32 px/,
    ],
    [{ ...mean, learner: { name: "oracle" } }, /learner/],
    [{ ...mean, deal: 1 }, /deal \(1\) names a deal of random labels/],
    [{ ...mean, labels: "origin" }, /labels: "origin" asks which of several datasets/],
  ];
  for (const [experiment, message] of faults) {
    await assert.rejects(sweep([experiment as Trivial], { runs }), message);
  }
});
