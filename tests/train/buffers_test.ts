/** Batch norm's running statistics and dropout in training. */
import assert from "node:assert/strict";
import { createModel } from "../../src/models/mod.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";
import { loadCheckpoint } from "../../src/train/checkpoint.ts";
import { classifierRule, createState, train, type TrainOptions } from "../../src/train/mod.ts";
import { pixelsTensor } from "~/train/input.ts";
import { batchOf, recipe, syntheticTraining } from "../made/train/synthetic.ts";

await startEngine();

const model = createModel(
  { family: "vgg", dims: [[4], [8]], batchNorm: true, pool: 2, hidden: 8, dropout: 0.5 },
  3,
);
const averaged = { ...recipe, ema: 0.9 };

async function outcome(folder: string, more: Partial<TrainOptions> = {}) {
  const { probabilities } = await train(syntheticTraining(folder, { model, recipe: averaged, ...more }));
  return { probabilities, values: (await loadCheckpoint(folder))!.values };
}

let trained: ReturnType<typeof outcome> | undefined;

/** The training that the others are compared with. It runs once, when the first test asks for it. */
const wholeTraining = () => trained ??= outcome(Deno.makeTempDirSync());

Deno.test("interrupted and resumed, it ends with the same bits, buffers and their averages among them", async () => {
  const whole = await wholeTraining();
  assert.deepEqual(Object.keys(whole.values).sort(), [
    "buffers",
    "ema",
    "emaBuffers",
    "m",
    "parameters",
    "v",
  ]);
  for (const stopAfter of [1, 9]) {
    const folder = Deno.makeTempDirSync();
    const controller = new AbortController();
    const onStep: TrainOptions["onStep"] = ({ step }) => step === stopAfter && controller.abort();
    await assert.rejects(outcome(folder, { signal: controller.signal, onStep }), { name: "AbortError" });
    assert.deepEqual(await outcome(folder), whole, `stopped after step ${stopAfter}`);
  }
});

Deno.test("what is evaluated reads the averages of the running statistics", async () => {
  const whole = await wholeTraining();
  const folder = Deno.makeTempDirSync();
  const still = await outcome(folder, { recipe: { ...recipe, ema: 0.999999 } });
  const start = tf.tidy(() => createState(model, averaged, 1).buffers!.dataSync());
  still.values.emaBuffers.forEach((v, i) => assert.ok(Math.abs(v - start[i]) < 1e-3));
  assert.ok(still.values.buffers.some((v, i) => Math.abs(v - start[i]) > 0.1), "the statistics have moved");
  assert.notDeepEqual(still.probabilities, whole.probabilities);
});

Deno.test("no tensor is left behind", async () => {
  const before = tf.memory().numTensors;
  await outcome(Deno.makeTempDirSync());
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a checkpoint without the model's buffers is refused", async () => {
  const folder = Deno.makeTempDirSync();
  await train(syntheticTraining(folder));
  await assert.rejects(outcome(folder), /belongs to another experiment/);
});

Deno.test("dropout draws anew for each key of a compiled step, and the same for the same key", async () => {
  const state = createState(model, recipe, 1);
  const step = compile(classifierRule(model, recipe).pass);
  const input = {
    pixels: pixelsTensor(batchOf(16, 0), 8),
    targets: tf.oneHot(tf.range(0, 16, 1, "int32").mod(tf.scalar(3, "int32")), 3).toFloat() as tf.Tensor2D,
    learningRate: tf.scalar(1e-3),
    corrections: tf.tensor1d([0.1, 0.05]),
  };
  const losses: number[] = [];
  for (const key of [[1, 2], [1, 3], [2, 2], [1, 2]]) {
    const dropout = tf.tensor1d(key, "int32");
    const output = await step(state, { ...input, dropout });
    losses.push(output.loss.dataSync()[0]);
    tf.dispose([dropout, output]);
  }
  assert.equal(losses[3], losses[0]);
  assert.equal(new Set(losses).size, 3);
  assert.equal(Object.keys(step.histograms()).length, 1, "one trace");
  tf.dispose([state, input]);
  step.dispose();
});
