/** Training steps: what they hold in memory on their way, and what a step that fails leaves. */
import assert from "node:assert/strict";
import { countParameters, createModel } from "../../src/models/mod.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";
import { classifierRule, createState, paperRecipe, type StepInput, Stepper } from "../../src/train/mod.ts";

await startEngine();

const SIDE = 8, BATCH = 3;
const model = createModel(
  { family: "convnext", depths: [1], dims: [16], patch: 2, layerScale: 1, dropPath: 0 },
  3,
);

const inputOf = (): StepInput => ({
  pixels: tf.zeros([BATCH, SIDE, SIDE, 3]),
  targets: tf.ones([BATCH, 3]),
  learningRate: tf.scalar(1e-3),
  corrections: tf.tensor1d([0.1, 0.05]),
});

/** Called with the number of a native function, in the order in which they are made. */
interface Watchers {
  before?(number: number): void;
  after?(number: number): void;
}

/** A stepper whose native functions tell when they are called. */
function watched({ before, after }: Watchers): Stepper<StepInput> {
  let functions = 0;
  const wrap: typeof compile = (f) => {
    const [native, number] = [compile(f), functions++];
    const { histograms, dispose } = native;
    const call = async (...inputs: Parameters<typeof native>) => {
      before?.(number);
      const output = await native(...inputs);
      after?.(number);
      return output;
    };
    return Object.assign(call, { histograms, dispose });
  };
  return new Stepper(classifierRule(model, paperRecipe), createState(model, paperRecipe, 0), wrap);
}

Deno.test("beside the state and the gradient a step holds one vector of the network's length", async () => {
  const vector = 4 * countParameters(model.specs);
  const bytes: number[] = [];
  const before = tf.memory().numBytes;
  const stepper = watched({
    after: () => bytes.push((tf.memory().numBytes - before) / vector),
  });
  const input = inputOf();
  await stepper.take(input);
  assert.deepEqual(bytes.map(Math.floor), [4, 5, 5, 4], "after the passes, v, m, parameters");
  tf.dispose(input as tf.TensorContainer);
  stepper.dispose();
});

Deno.test("a step that cannot begin leaves the state as it was; the next goes on", async () => {
  const stepper = watched({});
  const [good, bad] = [inputOf(), inputOf()];
  bad.pixels.dispose();
  const before = await stepper.state.parameters.data();
  const tensors = tf.memory().numTensors;
  await assert.rejects(stepper.take(bad));
  assert.ok(stepper.isWhole);
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual(await stepper.state.parameters.data(), before);
  assert.ok(Number.isFinite(await stepper.take(good)));
  tf.dispose([good, bad] as unknown as tf.TensorContainer);
  stepper.dispose();
});

Deno.test("a step that fails on its way says so, and leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  for (const failing of [1, 2, 3]) {
    const fail = (number: number) => {
      if (number === failing) throw new Error("out of memory");
    };
    const stepper = watched({ before: fail });
    const input = inputOf();
    await assert.rejects(stepper.take(input), /out of memory/);
    assert.equal(stepper.isWhole, false);
    tf.dispose(input as tf.TensorContainer);
    stepper.dispose();
    assert.equal(tf.memory().numTensors, before);
  }
});
