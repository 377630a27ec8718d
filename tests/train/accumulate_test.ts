/** Gradient accumulation: a batch in parts is the batch whole, but for batch norm. */
import assert from "node:assert/strict";
import { createAutoencoder, createModel } from "../../src/models/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { bytesTensor, startEngine, tf } from "../../src/tensorflow/mod.ts";
import {
  classifierRule,
  createState,
  paperMix,
  paperRecipe,
  type Recipe,
  type StepInput,
  Stepper,
} from "../../src/train/mod.ts";
import { partOf, partsOf } from "../../src/train/step.ts";
import { mixInput, mixPlan } from "../../src/train/mixup.ts";
import { maskedRule } from "../../src/train/pretrain.ts";
import type { ModelConfig } from "../../src/models/mod.ts";

const ignore = (await startEngine()).backend !== "tensorflow";

const SIDE = 32, B = 16, CLASSES = 3;
const recipe: Recipe = { ...paperRecipe, batchSize: B, mix: paperMix, clipNorm: 0.5 };

const pixelsOf = (batch = B) => {
  const stream = random(7, 1);
  const bytes = Uint8Array.from({ length: batch * SIDE * SIDE * 3 }, () => stream.below(256));
  return bytesTensor<tf.Rank.R4>(bytes, [batch, SIDE, SIDE, 3]);
};

const rates = () => ({ learningRate: tf.scalar(1e-3), corrections: tf.tensor1d([0.1, 0.05]) });

function inputOf(model: ReturnType<typeof createModel>): StepInput {
  const stream = random(7, 2);
  const keep = model.dropPath.map((p) =>
    Array.from({ length: B }, () => stream.uniform() < p ? 0 : 1 / (1 - p))
  );
  return {
    pixels: pixelsOf(),
    targets: tf.oneHot(Array.from({ length: B }, (_, i) => i % CLASSES), CLASSES).cast("float32"),
    ...rates(),
    ...(keep.length > 0 && { keep: tf.tensor2d(keep) }),
    ...(model.dropout && { dropout: tf.tensor1d([3, 4], "int32") }),
    mixing: mixInput(mixPlan(paperMix, stream, B, SIDE)),
  };
}

/** A network's loss, gradient (AdamW's first moment after a step, by its factor) and buffers. */
async function stepOf(config: string | ModelConfig, accumulate?: number) {
  const model = createModel(config, CLASSES, SIDE);
  const input = inputOf(model);
  const own = { ...recipe, accumulate };
  const stepper = new Stepper(classifierRule(model, own), createState(model, own, 0));
  const before = tf.memory().numTensors;
  const loss = await stepper.take(input);
  assert.equal(tf.memory().numTensors, before, "a step leaves no tensor");
  const gradient = await stepper.state.m.data() as Float32Array;
  const buffers = await stepper.state.buffers?.data() as Float32Array | undefined;
  stepper.dispose();
  tf.dispose(input as tf.TensorContainer);
  return { loss, gradient, buffers };
}

const norm = (x: Float32Array) =>
  Math.hypot(...x.length > 1e5 ? [Math.sqrt(x.reduce((s, v) => s + v * v, 0))] : x);

/** Distance of two vectors by the length of the first. */
const distance = (a: Float32Array, b: Float32Array) => norm(a.map((value, i) => value - b[i])) / norm(a);

/** One of each family without batch norm, with stochastic depth or dropout where it has it. */
const networks: (string | ModelConfig)[] = [
  { family: "convnext", depths: [1, 1], dims: [8, 16], patch: 4, layerScale: 1, dropPath: 0.3 },
  "vit_micro",
  "alexnet_micro",
  { family: "vgg", dims: [[8], [16]], batchNorm: false, pool: 4, hidden: 32, dropout: 0.5 },
  "cnn_micro",
];

for (const config of networks) {
  const name = typeof config === "string" ? config : config.family;
  Deno.test(`${name}: a batch in two and in four parts has the step of the whole`, { ignore }, async () => {
    const whole = await stepOf(config);
    for (const parts of [2, 4]) {
      const { loss, gradient } = await stepOf(config, parts);
      assert.ok(Math.abs(loss - whole.loss) < 1e-5, `${loss} ${whole.loss}`);
      const far = distance(whole.gradient, gradient);
      assert.ok(far < 1e-4, `${parts} parts: ${far}`);
    }
  });
}

Deno.test("a masked autoencoder's batch in parts has the step of the whole", { ignore }, async () => {
  const size = { dim: 16, depth: 1, heads: 2 };
  const model = createAutoencoder(
    { family: "mae", patch: 8, encoder: size, decoder: size, maskRatio: 0.75 },
    SIDE,
  );
  const gradients = [];
  for (const accumulate of [undefined, 4]) {
    const own = { ...recipe, accumulate };
    const stepper = new Stepper(maskedRule(model, own), createState(model, { ema: null }, 0));
    const noise = tf.randomUniform<tf.Rank.R2>([B, model.patches], 0, 1, "float32", 5);
    const input = { pixels: pixelsOf(), noise, ...rates() };
    await stepper.take(input);
    gradients.push(await stepper.state.m.data() as Float32Array);
    stepper.dispose();
    tf.dispose(input);
  }
  assert.ok(distance(gradients[0], gradients[1]) < 1e-4);
});

Deno.test("with batch norm the step is another: each part has its own statistics", { ignore }, async () => {
  const whole = await stepOf("resnet_micro");
  const parts = await stepOf("resnet_micro", 4);
  assert.ok(distance(whole.gradient, parts.gradient) > 1e-2);
  assert.ok(distance(whole.buffers!, parts.buffers!) > 1e-2);
});

Deno.test("a part has images from the front and from the end, and every image is in one", () => {
  const places: number[] = [];
  for (const part of [0, 1, 2]) {
    const pixels = tf.range(0, 12).reshape<tf.Tensor4D>([12, 1, 1, 1]);
    const dropout = tf.tensor1d([0, 0], "int32");
    const cut = partOf<Partial<StepInput>>({ pixels, dropout }, part, 3);
    const own = [...cut.images!.dataSync()];
    assert.deepEqual([...cut.pixels!.dataSync()], own);
    assert.deepEqual(own.toReversed().map((place) => 11 - place), own, "pairs of a reversed batch");
    places.push(...own);
  }
  assert.deepEqual(places.sort((a, b) => a - b), Array.from({ length: 12 }, (_, i) => i));
});

Deno.test("parts that would not be equal are a fault that names both fields", () => {
  assert.equal(partsOf({ batchSize: 7 }), 1);
  assert.equal(partsOf({ batchSize: 4096, accumulate: 16 }), 16);
  assert.throws(
    () => partsOf({ batchSize: 12, accumulate: 4 }),
    /recipe\.accumulate \(4\) must cut recipe\.batchSize \(12\)/,
  );
});
