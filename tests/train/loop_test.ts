import assert from "node:assert/strict";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { loadCheckpoint } from "../../src/train/checkpoint.ts";
import { type EpochSummary, paperMix, train, type TrainOptions } from "../../src/train/mod.ts";
import { recipe, syntheticTraining } from "../made/train/synthetic.ts";

await startEngine();

/** An epoch without what differs between two honest runs: times. */
function timeless({ seconds: _, trainSeconds: _t, inputWait: _i, ...rest }: EpochSummary) {
  return rest;
}

/** Trains and returns everything that must be reproducible: curves without times, predictions, final weights. */
async function outcome(folder: string, more: Partial<TrainOptions> = {}) {
  const epochs: ReturnType<typeof timeless>[] = [];
  const onEpoch = (summary: EpochSummary) => void epochs.push(timeless(summary));
  const { probabilities, accuracy, loss } = await train(syntheticTraining(folder, { onEpoch, ...more }));
  const { values, step } = loadCheckpoint(folder)!;
  return { epochs, probabilities, accuracy, loss, values, step };
}

let trained: ReturnType<typeof outcome> | undefined;

/** The training that the others are compared with. It runs once, when the first test asks for it. */
const wholeTraining = () => trained ??= outcome(Deno.makeTempDirSync());

Deno.test("it learns the task, reports every epoch, and takes the recipe's steps", async () => {
  const whole = await wholeTraining();
  assert.deepEqual(whole.epochs.map(({ epoch, step }) => [epoch, step]), [[1, 6], [2, 12], [3, 18], [4, 24]]);
  assert.equal(whole.step, 24);
  assert.ok(whole.accuracy.low > 0.6, `${whole.accuracy.value}`);
  assert.ok(whole.epochs[3].trainLoss < whole.epochs[0].trainLoss);
});

Deno.test("stopped after an epoch, it has what the whole training had there, rates included", async () => {
  const whole = await wholeTraining();
  const stopped = await outcome(Deno.makeTempDirSync(), { recipe: { ...recipe, stopAfter: 2 } });
  assert.deepEqual(stopped.epochs, whole.epochs.slice(0, 2));
  assert.equal(stopped.step, 12);
});

Deno.test("same seed, same bits; another seed, others", async () => {
  const whole = await wholeTraining();
  assert.deepEqual(await outcome(Deno.makeTempDirSync()), whole);
  assert.notDeepEqual((await outcome(Deno.makeTempDirSync(), { seed: 2 })).values, whole.values);
});

Deno.test("interrupted after any step and resumed, it ends with the same bits", async () => {
  const whole = await wholeTraining();
  for (const stopAfter of [1, 6, 9, 23]) {
    const folder = Deno.makeTempDirSync();
    const controller = new AbortController();
    const stopped: ReturnType<typeof timeless>[] = [];
    const interrupted = train(syntheticTraining(folder, {
      signal: controller.signal,
      onStep: ({ step }) => step === stopAfter && controller.abort(),
      onEpoch: (summary) => void stopped.push(timeless(summary)),
    }));
    await assert.rejects(interrupted, { name: "AbortError" });
    assert.equal(loadCheckpoint(folder)!.step, stopAfter);
    const resumed = await outcome(folder);
    assert.deepEqual(
      { ...resumed, epochs: [...stopped, ...resumed.epochs] },
      whole,
      `stopped after step ${stopAfter}`,
    );
  }
});

Deno.test("with MixUp and CutMix it still learns, and ends with the same bits when resumed", async () => {
  const whole = await wholeTraining();
  const mixed = { ...recipe, mix: paperMix };
  const once = await outcome(Deno.makeTempDirSync(), { recipe: mixed });
  assert.notDeepEqual(once.values, whole.values);
  assert.ok(once.accuracy.low > 1 / 3, `${once.accuracy.value}`);
  const folder = Deno.makeTempDirSync();
  const controller = new AbortController();
  const interrupted = train(syntheticTraining(folder, {
    recipe: mixed,
    signal: controller.signal,
    onStep: ({ step }) => step === 9 && controller.abort(),
  }));
  await assert.rejects(interrupted, { name: "AbortError" });
  assert.deepEqual((await outcome(folder, { recipe: mixed })).values, once.values);
});

Deno.test("a training that is finished is evaluated again, not trained again", async () => {
  const whole = await wholeTraining();
  const folder = Deno.makeTempDirSync();
  await outcome(folder);
  let steps = 0;
  const again = await outcome(folder, { onStep: () => steps++ });
  assert.equal(steps, 0);
  assert.deepEqual(again.probabilities, whole.probabilities);
});

Deno.test("no tensor is left behind, interrupted or not", async () => {
  const before = tf.memory().numTensors;
  await outcome(Deno.makeTempDirSync());
  const controller = new AbortController();
  const interrupted = train(syntheticTraining(Deno.makeTempDirSync(), {
    signal: controller.signal,
    onStep: ({ step }) => step === 3 && controller.abort(),
  }));
  await assert.rejects(interrupted);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("memory does not grow over 1,000 steps", async () => {
  const long = { ...recipe, epochs: 3, samplesPerEpoch: 400 * recipe.batchSize };
  const resident: number[] = [];
  const more = { recipe: long, onEpoch: () => void resident.push(Deno.memoryUsage().rss) };
  await train(syntheticTraining(Deno.makeTempDirSync(), more));
  const growth = (resident[2] - resident[0]) / 1e6;
  assert.ok(growth < 30, `${growth.toFixed(1)} MB over the last 800 of 1,200 steps`);
});

Deno.test("a moving average of the weights is what is evaluated", async () => {
  const whole = await wholeTraining();
  const folder = Deno.makeTempDirSync();
  const still = await outcome(folder, { recipe: { ...recipe, ema: 0.999999 } });
  const moved = still.values.ema.reduce(
    (most, v, i) => Math.max(most, Math.abs(v - still.values.parameters[i])),
    0,
  );
  assert.ok(moved > 1e-3);
  assert.ok(
    Math.abs(still.loss - whole.loss) > 1e-3,
    "the average of almost no steps is not the trained network",
  );
});
