/** What the training loop does about images that come late, or not at all. */
import assert from "node:assert/strict";
import type { Batch, TrainingBatches } from "../../src/data/mod.ts";
import { nativeBackend } from "../../src/tensorflow/backend.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { loadCheckpoint } from "../../src/train/checkpoint.ts";
import { type EpochSummary, train, type TrainOptions } from "../../src/train/mod.ts";
import { StepInputs } from "../../src/train/train.ts";
import { syntheticTraining } from "../made/train/synthetic.ts";

await startEngine();

/** The synthetic source with something done to each batch. */
function sourceWith(change: (step: number, batch: Batch) => Batch | Promise<Batch>): TrainingBatches {
  const { training } = syntheticTraining("");
  return { ...training, batch: (step) => change(step, training.batch(step) as Batch) };
}

const saved = async (folder: string) => (await loadCheckpoint(folder))!;

/** Tensors that tfjs counts, and those in native memory. */
const alive = () => [tf.memory().numTensors, nativeBackend()!.binding.getNumOfTensors()];

/**
 * Trains by a clock of the test's own: making a batch takes `making` seconds while the step before it runs; it is handed over
 * `late` seconds after that step's end. Returns each epoch's share of waiting.
 */
async function sharesOfWaiting(making: number, late: number): Promise<number[]> {
  const { now } = performance;
  let clock = 0;
  let handOver = () => {};
  const training = sourceWith((_, batch) => {
    clock += 1000 * making;
    if (late === 0) return batch;
    const { promise, resolve } = Promise.withResolvers<Batch>();
    handOver = () => resolve(batch);
    return promise;
  });
  // What is due after the step's end happens in a task of its own: the loop is waiting by then.
  const due = () => {
    const hand = handOver;
    setTimeout(() => {
      clock += 1000 * late;
      hand();
    });
  };
  const shares: number[] = [];
  performance.now = () => clock;
  try {
    const onEpoch = ({ inputWait }: EpochSummary) => void shares.push(inputWait!);
    await train(syntheticTraining(Deno.makeTempDirSync(), { training, onStart: due, onStep: due, onEpoch }));
  } finally {
    performance.now = now;
  }
  return shares;
}

Deno.test("the share of waiting is high where batches come late, and none where they come in time", async () => {
  assert.deepEqual(await sharesOfWaiting(1, 0), [0, 0, 0, 0]);
  const late = await sharesOfWaiting(1, 3);
  // The batch after an epoch's last step comes during evaluation, which is not the training's time.
  assert.deepEqual(late.map((share) => share.toFixed(3)), ["0.750", "0.714", "0.714", "0.750"]);
});

Deno.test("a batch that comes later is the same batch", async () => {
  const folders = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
  await train(syntheticTraining(folders[0]));
  const training = sourceWith((_, batch) => new Promise((resolve) => setTimeout(() => resolve(batch))));
  await train(syntheticTraining(folders[1], { training }));
  assert.deepEqual((await saved(folders[1])).values, (await saved(folders[0])).values);
});

const refusal = new Error("remix: images.bin ended early");
const FAILURES: Record<string, (step: number) => Promise<Batch>> = {
  "throws": () => {
    throw refusal;
  },
  "rejects": () => Promise.reject(refusal),
  "rejects later": () => new Promise((_, reject) => setTimeout(() => reject(refusal))),
};

for (const [how, fail] of Object.entries(FAILURES)) {
  Deno.test(`a source that ${how} while a step runs: the step counts, its state is saved, nothing leaks`, async () => {
    for (const failing of [0, 1, 7]) {
      const folder = Deno.makeTempDirSync();
      const before = alive();
      const training = sourceWith((step, batch) => step === failing ? fail(step) : batch);
      await assert.rejects(train(syntheticTraining(folder, { training })), refusal);
      assert.deepEqual(alive(), before);
      assert.equal((await saved(folder)).step, failing);
    }
  });
}

Deno.test("after a source has failed, training goes on from there and ends with the same bits", async () => {
  const folders = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
  const training = sourceWith((step, batch) => step === 8 ? Promise.reject(refusal) : batch);
  await assert.rejects(train(syntheticTraining(folders[0], { training })), refusal);
  for (const folder of folders) await train(syntheticTraining(folder));
  assert.deepEqual((await saved(folders[0])).values, (await saved(folders[1])).values);
});

Deno.test("aborted while a batch does not come, it ends at once, saved, and nothing leaks", async () => {
  const never = new Promise<never>(() => {});
  async function* noValidation() {
    yield await never;
  }
  const sources: [number, Partial<TrainOptions>][] = [
    [4, { training: sourceWith((step, batch) => step === 4 ? never : batch) }],
    [6, { validation: { ...syntheticTraining("").validation, batches: noValidation } }],
  ];
  for (const [step, options] of sources) {
    const folder = Deno.makeTempDirSync();
    const controller = new AbortController();
    const before = alive();
    const training = train(syntheticTraining(folder, {
      ...options,
      signal: controller.signal,
      onStep: (progress) => progress.step === step && void setTimeout(() => controller.abort()),
    }));
    await assert.rejects(training, { name: "AbortError" });
    assert.deepEqual(alive(), before);
    assert.equal((await saved(folder)).step, step);
  }
});

Deno.test("a batch that is made after the end becomes no tensor", async () => {
  const before = alive();
  const { promise, resolve } = Promise.withResolvers<Batch>();
  let made!: Batch;
  const controller = new AbortController();
  const training = sourceWith((step, batch) => step === 2 ? (made = batch, promise) : batch);
  const ended = train(syntheticTraining(Deno.makeTempDirSync(), {
    training,
    signal: controller.signal,
    onStep: ({ step }) => step === 2 && controller.abort(),
  }));
  await assert.rejects(ended, { name: "AbortError" });
  resolve(made);
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(alive(), before);
});

Deno.test("a residual branch is left out as often as it should be, and scaled such that its expectation stays", async () => {
  const options = syntheticTraining("");
  const inputs = new StepInputs(options);
  const { dropPath } = options.model;
  const kept = dropPath.map((): number[] => []);
  for (let step = 0; step < 400; step++) {
    const { input } = await inputs.take(step);
    const rows = await input.keep!.array();
    rows.forEach((row, branch) => kept[branch].push(...row));
    tf.dispose(input as tf.TensorContainer);
  }
  inputs.dispose();
  dropPath.forEach((p, branch) => {
    const n = kept[branch].length;
    const left = kept[branch].filter((factor) => factor === 0).length / n;
    const mean = kept[branch].reduce((sum, factor) => sum + factor, 0) / n;
    const error = 4 * Math.sqrt(p * (1 - p) / n); // four standard errors; the draws are the same at every run
    assert.ok(Math.abs(left - p) <= error, `branch ${branch}: ${left} of ${p} were left out`);
    assert.ok(Math.abs(mean - 1) <= error / (1 - p) + 1e-6, `branch ${branch}: the mean factor is ${mean}`);
  });
  assert.ok(dropPath.some((p) => p > 0));
});
