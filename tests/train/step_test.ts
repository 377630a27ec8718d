/** The compiled training step of each architecture: which ops it is made of, and that it leaves nothing behind. */
import assert from "node:assert/strict";
import { createModel, type Model } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { classifierRule, createState, paperRecipe, Stepper, trialInput } from "../../src/train/mod.ts";

const ignore = (await startEngine()).backend !== "tensorflow";

const SIDE = 32, BATCH = 4;

const inputOf = (model: Model) =>
  trialInput(model, tf.randomUniform<tf.Rank.R4>([BATCH, SIDE, SIDE, 3], 0, 255, "float32", 1));

/** A training of one network on one batch: each call of `step` gives the next loss. */
function training(name: string, recipe = paperRecipe) {
  const model = createModel(name, 3, SIDE);
  const stepper = new Stepper(classifierRule(model, recipe), createState(model, recipe, 0));
  const input = inputOf(model);
  return {
    step: () => stepper.take(input),
    ops: () => stepper.histogram(),
    model,
    dispose: () => {
      tf.dispose(input as tf.TensorContainer);
      stepper.dispose();
    },
  };
}

/**
 * Ops that go over activations once more where another op could have done it on its way: how many each network may have in a
 * tower. A `Transpose` of patches and of heads, a `Sum` of small tensors (the depthwise kernel's gradient, the head's norm) has no
 * other form; attention's `Softmax`, and the `Sum` in its gradient, are faster than what XLA makes of them.
 */
const BOUNDS: Record<string, Record<string, number>> = {
  convnext_micro: { Transpose: 7, Sum: 6, Mean: 1, Tile: 0, Select: 0, Erf: 0, Exp: 0, Square: 0, SplitV: 0 },
  vit_micro: { Transpose: 17, Sum: 6, Mean: 1, Tile: 0, Erf: 0, Exp: 0, Softmax: 4, Square: 0, SplitV: 0 },
  resnet_micro: { Transpose: 0, Sum: 0, Mean: 1, Tile: 0, Square: 0, Rsqrt: 0, SplitV: 0 },
  vgg_micro: { Transpose: 0, Sum: 0, Mean: 0, Tile: 0, Square: 0, Rsqrt: 0, SplitV: 0 },
  alexnet_micro: { Transpose: 0, Sum: 0, Mean: 0, Tile: 0, Square: 0, SplitV: 0 },
};

/** What there is of them once for all towers: in the loss, and in folds, each of which sums over weights in its gradient. */
const once = (folds: number): Record<string, number> => ({ Sum: 1 + folds, Exp: 1, Tile: folds > 0 ? 1 : 0 });

for (const [name, bounds] of Object.entries(BOUNDS)) {
  Deno.test(`${name}: no op goes over memory where a fused one could`, { ignore }, async () => {
    const { step, ops, model, dispose } = training(name);
    assert.ok(Number.isFinite(await step()));
    const histogram = ops();
    const allowed = once(model.folds.length);
    for (const [op, most] of Object.entries(bounds)) {
      assert.ok(
        (histogram[op] ?? 0) <= most * model.towers + (allowed[op] ?? 0),
        `${op}: ${histogram[op]}; all: ${JSON.stringify(histogram)}`,
      );
    }
    for (const part of ["adamw", "adamw_m", "adamw_v"]) assert.equal(histogram[`fused ${part}`], 1);
    dispose();
  });
}

for (const name of Object.keys(BOUNDS)) {
  Deno.test(`${name}: a step in bfloat16 has about the loss of one in float32`, { ignore }, async () => {
    const losses = [];
    for (const precision of ["float32", "bfloat16"] as const) {
      const { step, dispose } = training(name, { ...paperRecipe, precision });
      losses.push(await step(), await step());
      dispose();
    }
    for (const i of [0, 1]) assert.ok(Math.abs(losses[i] - losses[i + 2]) < 0.05 * losses[i], `${losses}`);
  });
}

for (const name of ["resnet_micro", "convnext_7k"]) {
  Deno.test(
    `${name} overfits one batch, and 500 steps leave memory as it was`,
    { ignore },
    () => overfit(name),
  );
}

async function overfit(name: string): Promise<void> {
  const { step, dispose } = training(name);
  const resident = () => Deno.memoryUsage().rss / 1e6;
  const first = await step();
  for (let i = 1; i < 100; i++) await step();
  const [tensors, before] = [tf.memory().numTensors, resident()];
  let last = NaN;
  for (let i = 0; i < 500; i++) last = await step();
  assert.ok(resident() - before < 20, `${(resident() - before).toFixed(1)} MB more after 500 steps`);
  assert.equal(tf.memory().numTensors, tensors);
  assert.ok(last < first / 2, `the loss went from ${first} to ${last}`);
  dispose();
}

Deno.test("two networks train in one process, each as if it were alone", { ignore }, async () => {
  const losses = async (names: string[]) => {
    const trainings = names.map((name) => training(name));
    const rows: number[][] = [];
    for (let i = 0; i < 3; i++) rows.push(await Promise.all(trainings.map(({ step }) => step())));
    for (const { dispose } of trainings) dispose();
    return names.map((_, n) => rows.map((row) => row[n]));
  };
  const [convnext] = await losses(["convnext_micro"]);
  const [vit] = await losses(["vit_micro"]);
  assert.deepEqual(await losses(["convnext_micro", "vit_micro"]), [convnext, vit]);
});
