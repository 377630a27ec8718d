/** A training that would take no step, whose untrained network would be reported, is refused by every door. */
import assert from "node:assert/strict";
import { createAutoencoder } from "../../src/models/mod.ts";
import { linearProbe } from "../../src/probe/linear_probe.ts";
import { probeLogistic } from "../../src/probe/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { fineTune, pretrain, type Recipe, train } from "../../src/train/mod.ts";
import { createWeights } from "../../src/train/state.ts";
import { recipe, syntheticTraining } from "../made/train/synthetic.ts";

await startEngine();

/** Recipes without a step, and the fields that the error names with their values. */
const NO_STEP: [Partial<Recipe>, RegExp][] = [
  [{ samplesPerEpoch: 15 }, /recipe\.batchSize \(16\) .*recipe\.samplesPerEpoch \(15\).* no step/],
  [{ batchSize: 97 }, /recipe\.batchSize \(97\) .*recipe\.samplesPerEpoch \(96\).* no step/],
  [{ batchSize: 0 }, /recipe\.batchSize \(0\)/],
  [{ samplesPerEpoch: NaN }, /recipe\.samplesPerEpoch \(NaN\)/],
  [{ epochs: 0 }, /recipe\.epochs \(0\)/],
  [{ stopAfter: 0 }, /recipe\.epochs \(4\) and recipe\.stopAfter \(0\)/],
];

Deno.test("train, fineTune and pretrain refuse a recipe without a step, and leave no tensor", async () => {
  const folder = Deno.makeTempDirSync();
  const size = { dim: 8, depth: 1, heads: 2 };
  const mae = { family: "mae", patch: 2, encoder: size, decoder: size, maskRatio: 0.75 } as const;
  const before = tf.memory().numTensors;
  for (const [fields, message] of NO_STEP) {
    const options = syntheticTraining(folder, { recipe: { ...recipe, ...fields } });
    const { model, seed, training } = options;
    await assert.rejects(train(options), { name: "RangeError", message });
    await assert.rejects(fineTune({ ...options, weights: createWeights(model, seed) }), { message });
    const autoencoder = createAutoencoder(mae, 8);
    const pretrained = { model: autoencoder, recipe: options.recipe, training, seed, folder };
    await assert.rejects(pretrain(pretrained), { message });
  }
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual([...Deno.readDirSync(folder)], []);
});

Deno.test("probes refuse to learn from no rows, and to be judged on none", async () => {
  const rows = (count: number) => ({
    rows: count,
    columns: 2,
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
    keys: Array.from({ length: count }, (_, i) => `${i}`),
    read: (wanted: ArrayLike<number>) => new Float32Array(2 * wanted.length).fill(0.5),
  });
  for (const [training, validation] of [[rows(0), rows(4)], [rows(4), rows(0)]]) {
    const options = { classes: 2, seed: 0 };
    await assert.rejects(linearProbe(training, validation, options), /no features/);
    await assert.rejects(async () => await probeLogistic(training, validation, options), /no features/);
  }
});
