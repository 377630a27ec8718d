/** Probes from images to accuracies. */
import assert from "node:assert/strict";
import { createModel, weightTensors } from "../../src/models/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { createWeights } from "../../src/train/mod.ts";
import { linearProbe } from "../../src/probe/linear_probe.ts";
import {
  collectFeatures,
  colorHistogram,
  extractFeatures,
  type Features,
  featuresOf,
  maeProbe,
  pixelFeatures,
  probeLogistic,
  randomFilters,
  sgdProbe,
  sweepLinearProbe,
} from "../../src/probe/mod.ts";
import { imageSource, SIDE } from "../made/probe/synthetic_images.ts";

await startEngine();
const root = Deno.makeTempDirSync();

/** Normal clouds around a centre a class; `distance` 0 leaves nothing to find. */
function clouds(rows: number, distance: number, seed: number): Features {
  const stream = random(seed);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const values = Float32Array.from({ length: rows * 5 }, (_, i) => {
    const label = labels[Math.floor(i / 5)];
    return 100 + 10 * (stream.normal() + (i % 5 === label ? distance : 0));
  });
  return featuresOf(values, labels);
}

const quick = { ...sgdProbe, epochs: 20, warmupEpochs: 2, batchSize: 64 };

Deno.test("both probes find what is there, and nothing where there is nothing", async () => {
  for (const [distance, low, high] of [[4, 0.93, 1], [0, 0.23, 0.43]]) {
    const [training, validation] = [clouds(300, distance, 1), clouds(300, distance, 2)];
    const logistic = await probeLogistic(training, validation, { seed: 1 });
    const linear = await linearProbe(training, validation, { seed: 1, recipe: quick });
    for (const { accuracy, chance, labels } of [logistic, linear]) {
      assert.ok(accuracy.value >= low && accuracy.value <= high, `${distance}: ${accuracy.value}`);
      assert.deepEqual([accuracy.n, chance, labels.length], [300, 1 / 3, 300]);
      assert.ok(accuracy.low < accuracy.value && accuracy.value < accuracy.high);
    }
  }
});

Deno.test("the strength is the one that did best on held-out training rows", async () => {
  const noise = clouds(60, 0, 3);
  const { model, candidates } = await probeLogistic(noise, clouds(60, 0, 4), { seed: 1 });
  assert.deepEqual(candidates.map(({ l2 }) => l2), [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5]);
  assert.equal(model.l2, 1, "noise is best shrunk");
  const losses = candidates.map(({ loss }) => loss);
  assert.equal(Math.min(...losses), losses[0]);
});

Deno.test("MAE's own settings: one batch of all rows, LARS, and the paper's three base learning rates", async () => {
  const training = clouds(300, 4, 1);
  let epochs = 0;
  const options = {
    seed: 1,
    recipe: { ...maeProbe, epochs: 4, warmupEpochs: 1 },
    onEpoch: () => void epochs++,
  };
  const { candidates } = await sweepLinearProbe([{ layer: "a", training, validation: training }], options);
  assert.deepEqual(candidates.map(({ baseLearningRate }) => baseLearningRate), [0.1, 0.2, 0.3]);
  assert.equal(epochs, 4 * 4, "three candidates and the last");
  assert.deepEqual([maeProbe.epochs, maeProbe.warmupEpochs, maeProbe.batchSize], [90, 10, 16_384]);
});

Deno.test("a probe is decided by its seed", async () => {
  const [training, validation] = [clouds(90, 1, 1), clouds(90, 1, 2)];
  const run = async (seed: number) =>
    (await linearProbe(training, validation, { seed, recipe: quick })).probabilities;
  assert.deepEqual(await run(1), await run(1));
  assert.notDeepEqual(await run(1), await run(2));
});

Deno.test("the sweep takes the layer and the rate that did best, and says how all did", async () => {
  const layers = [["blind", 0], ["seeing", 3]].map(([layer, distance]) => ({
    layer: layer as string,
    training: clouds(200, distance as number, 1),
    validation: clouds(200, distance as number, 2),
  }));
  const options = { seed: 1, recipe: quick, baseLearningRates: [0, 0.1] };
  const { layer, baseLearningRate, candidates, accuracy } = await sweepLinearProbe(layers, options);
  assert.deepEqual([layer, baseLearningRate], ["seeing", 0.1]);
  assert.equal(candidates.length, 4);
  assert.ok(candidates.every(({ heldOut }) => heldOut.n === 40));
  assert.ok(accuracy.value > 0.85 && accuracy.n === 200);
});

Deno.test("pixels are means of rectangles, histograms shares of pixels", async () => {
  const source = imageSource(3);
  const [batch] = source.batches.batches();
  const images = Float32Array.from(
    batch.pixels,
    (v, i) => (v / 255 - [0.485, 0.456, 0.406][i % 3]) / [0.229, 0.224, 0.225][i % 3],
  );
  using whole = await collectFeatures(pixelFeatures(1), source, { root });
  const count = SIDE * SIDE;
  const mean = (image: number, c: number) =>
    Array.from({ length: count }, (_, i) => images[(image * count + i) * 3 + c]).reduce((a, b) => a + b) /
    count;
  [...whole.read([0, 1, 2])].forEach((v, i) =>
    assert.ok(Math.abs(v - mean(Math.floor(i / 3), i % 3)) < 1e-5)
  );
  using all = await collectFeatures(pixelFeatures(SIDE), source, { root });
  assert.deepEqual(all.read([0]), images.slice(0, count * 3));
  using colors = await collectFeatures(colorHistogram({ levels: 2, bins: 2 }), source, { root });
  const shares = colors.read([0, 1, 2]);
  assert.equal(colors.columns, 8);
  for (let i = 0; i < 3; i++) {
    const total = shares.slice(8 * i, 8 * i + 8).reduce((a, b) => a + b);
    assert.ok(Math.abs(total - 1) < 1e-5);
  }
  await assert.rejects(
    () => collectFeatures(pixelFeatures(9), source, { root }),
    /side is 9; the images have 8 px/,
  );
  assert.throws(() => colorHistogram({ levels: 8, bins: 1 }), /bins is 1/);
});

Deno.test("a histogram's cell is the color's", async () => {
  const source = imageSource(1);
  const [batch] = source.batches.batches();
  const white = batch.pixels.map(() => 255);
  const values = await colorHistogram({ levels: 2, bins: 4 }).compute({ ...batch, pixels: white }, SIDE);
  assert.ok(Math.abs(values[63] - 1) < 1e-5);
});

Deno.test("grey images have one mean a place and one axis of levels", async () => {
  const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => i < 16 ? 255 : 0);
  const batch = { pixels, channels: 1, labels: Int32Array.of(0) } as const;
  const levels = await colorHistogram({ levels: 4, bins: 8 }).compute(batch, SIDE);
  assert.deepEqual([...levels].map((share) => Number(share.toFixed(6))), [0.75, 0, 0, 0.25]);
  const [black, white] = [-0.485 / 0.229, 0.515 / 0.229];
  const means = await pixelFeatures(2).compute(batch, SIDE);
  [(black + white) / 2, (black + white) / 2, black, black].forEach((mean, i) =>
    assert.ok(Math.abs(means[i] - mean) < 1e-5)
  );
});

Deno.test("random filters: an even ground answers to none, and the seed decides them", async () => {
  const [batch] = imageSource(2).batches.batches();
  const options = { filters: 4, size: 3, grid: 2, seed: 1 };
  using filters = randomFilters(options);
  using others = randomFilters({ ...options, seed: 2 });
  const even = await filters.compute({ ...batch, pixels: batch.pixels.map(() => 200) }, SIDE);
  assert.equal(even.length, 2 * 4 * 2 * 2);
  assert.ok(even.every((response) => Math.abs(response) < 1e-4));
  const responses = await filters.compute(batch, SIDE);
  assert.ok(responses.some((response) => response > 0.1));
  assert.notDeepEqual(await others.compute(batch, SIDE), responses);
});

Deno.test("a regression is the same whether its features are kept or read in each iteration", async () => {
  const [training, validation] = [clouds(90, 1, 1), clouds(90, 1, 2)];
  const before = tf.memory().numTensors;
  const [kept, read] = [
    await probeLogistic(training, validation, { seed: 1, l2: [0.1] }),
    await probeLogistic(training, validation, { seed: 1, l2: [0.1], keptBytes: 0 }),
  ];
  assert.deepEqual(read.probabilities, kept.probabilities);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("colors are read off every baseline, and no tensor is left behind", async () => {
  const [training, validation] = [imageSource(120), imageSource(120, { seed: 2 })];
  const model = createModel("cnn_micro", 3);
  const weights = weightTensors(createWeights(model, 1));
  const before = tf.memory().numTensors;
  const baselines = [
    (source: typeof training) => collectFeatures(pixelFeatures(2), source, { root }),
    (source: typeof training) => collectFeatures(colorHistogram({ levels: 2, bins: 3 }), source, { root }),
    (source: typeof training) => extractFeatures(model, weights, source, { root }),
  ];
  for (const features of baselines) {
    using fitted = await features(training);
    using judged = await features(validation);
    const { accuracy } = await probeLogistic(fitted, judged, { seed: 1 });
    assert.ok(accuracy.low > 0.5, `${accuracy.value}`);
  }
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a probe can be stopped, and leaves no tensor then; a recipe that cannot be is refused", async () => {
  const training = clouds(90, 1, 1);
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  const options = { seed: 1, recipe: quick, signal: controller.signal };
  const onEpoch = (epoch: number) => epoch === 2 && controller.abort(new Error("stop"));
  await assert.rejects(() => linearProbe(training, training, { ...options, onEpoch }), /stop/);
  const recipe = { ...quick, batchSize: 0 };
  await assert.rejects(() => linearProbe(training, training, { seed: 1, recipe }), /batchSize 0/);
  await assert.rejects(
    () => linearProbe(training, training, { seed: 1, recipe: { ...quick, baseLearningRate: NaN } }),
    /loss became NaN at step/,
  );
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("labels that cannot be are named", async () => {
  const training = clouds(9, 1, 1);
  const strange = featuresOf(training.read([0, 1]), Int32Array.of(0, 5), ["a", "b"]);
  await assert.rejects(() => probeLogistic(training, strange, { seed: 1 }), /b has the label 5/);
  const one = featuresOf(training.read([0, 1]), Int32Array.of(0, 0));
  await assert.rejects(() => linearProbe(one, one, { seed: 1 }), /There are 1 classes/);
});
