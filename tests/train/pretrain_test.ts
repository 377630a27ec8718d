/** Pre-training of a tiny masked autoencoder on the synthetic images. */
import assert from "node:assert/strict";
import { createAutoencoder } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { loadCheckpoint } from "../../src/train/checkpoint.ts";
import { type EpochPace, pretrain } from "../../src/train/mod.ts";
import { type PretrainOptions } from "../../src/train/pretrain.ts";
import { recipe, syntheticTraining } from "../made/train/synthetic.ts";

await startEngine();

const size = { dim: 8, depth: 1, heads: 2 };
const model = createAutoencoder(
  { family: "mae", patch: 2, encoder: size, decoder: size, maskRatio: 0.75 },
  8,
);

function options(folder: string, more: Partial<PretrainOptions> = {}): PretrainOptions {
  const { training, seed } = syntheticTraining(folder);
  return { model, recipe: { ...recipe, weightDecay: 0.05 }, training, seed, folder, ...more };
}

/** All that two honest runs must agree on. */
async function outcome(folder: string, more: Partial<PretrainOptions> = {}) {
  const losses: number[] = [];
  const onEpoch = ({ trainLoss }: EpochPace) => void losses.push(trainLoss);
  const { weights } = await pretrain(options(folder, { onEpoch, ...more }));
  return { losses, weights };
}

let trained: ReturnType<typeof outcome> | undefined;

/** The training that the others are compared with. It runs once, when the first test asks for it. */
const wholeTraining = () => trained ??= outcome(Deno.makeTempDirSync());

Deno.test("pretrain: the loss falls from that of knowing nothing, epoch by epoch", async () => {
  const whole = await wholeTraining();
  assert.equal(whole.losses.length, recipe.epochs);
  // Normalised patches have a variance of nearly 1 (n - 1 of n), which is the loss of predicting their mean.
  assert.ok(whole.losses[0] > 0.9, `${whole.losses}`);
  assert.ok(whole.losses.every((loss, i) => i === 0 || loss < whole.losses[i - 1]), `${whole.losses}`);
});

Deno.test("pretrain: another seed hides other patches", async () => {
  const whole = await wholeTraining();
  const other = await outcome(Deno.makeTempDirSync(), { seed: 2 });
  assert.notDeepEqual(other.losses, whole.losses);
});

Deno.test("pretrain: fixed positions stay as they were", async () => {
  const whole = await wholeTraining();
  const longer = await outcome(Deno.makeTempDirSync(), { seed: 2 });
  assert.deepEqual(longer.weights.buffers, whole.weights.buffers);
  assert.notDeepEqual(longer.weights.parameters, whole.weights.parameters);
});

Deno.test("pretrain: interrupted and resumed, it ends with the same bits and leaves no tensor", async () => {
  const whole = await wholeTraining();
  const before = tf.memory().numTensors;
  for (const stopAfter of [1, 9, 12]) {
    const folder = Deno.makeTempDirSync();
    const controller = new AbortController();
    const losses: number[] = [];
    const interrupted = pretrain(options(folder, {
      signal: controller.signal,
      onStep: ({ step }) => step === stopAfter && controller.abort(),
      onEpoch: ({ trainLoss }) => void losses.push(trainLoss),
    }));
    await assert.rejects(interrupted, { name: "AbortError" });
    assert.equal(loadCheckpoint(folder)!.step, stopAfter);
    const resumed = await outcome(folder);
    assert.deepEqual(
      { ...resumed, losses: [...losses, ...resumed.losses] },
      whole,
      `after step ${stopAfter}`,
    );
  }
  assert.equal(tf.memory().numTensors, before);
});
