/** The peer of `deno task bench train` is the same network as the project's: logits, gradients, loss. */
import assert from "node:assert/strict";
import { plainLogits, plainTfjs } from "../../../src/cli/bench/plain_tfjs/step.ts";
import { configOf, SUBJECTS } from "../../../src/cli/bench/subjects.ts";
import { countParameters, createModel, folded, initialise, type Model } from "../../../src/models/mod.ts";
import { models, type Parameters, type ParameterSpec } from "../../../src/models/mod.ts";
import { random } from "../../../src/stats/mod.ts";
import { startEngine, tf } from "../../../src/tensorflow/mod.ts";
import { alexnet, networks, vgg, vit } from "../../made/bench/small_networks.ts";

await startEngine();
const CLASSES = 3, BATCH = 3;

function batchOf(size: number) {
  const images = tf.randomNormal<tf.Rank.R4>([BATCH, size, size, 3], 0, 1, "float32", 3);
  return { images, targets: tf.tensor2d([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8], [0.2, 0.5, 0.3]]) };
}

const named = (specs: readonly ParameterSpec[], tensors: tf.Tensor[]): Parameters =>
  Object.fromEntries(specs.map(({ name }, i) => [name, tensors[i]]));

/** Tensors as they are drawn at the start. */
function drawn(specs: readonly ParameterSpec[]): tf.Tensor[] {
  const stream = random(0);
  return specs.map((spec) => tf.tensor(initialise([spec], stream), spec.shape));
}

/** So far from the start that nothing is 0 or 1 that may be anything. */
const moved = (specs: readonly ParameterSpec[]) =>
  drawn(specs).map((tensor, i) =>
    tensor.mul(3).add(tf.randomNormal(tensor.shape, 0, 0.05, "float32", i + 1))
  );

/** Equal but for rounding: to 1e-4 of the largest value, or to 1e-8. */
const close = (a: tf.Tensor, b: tf.Tensor, what: string) => {
  assert.deepEqual(a.shape, b.shape, what);
  const [worst] = a.sub(b).abs().max().div(b.abs().max().maximum(1e-4)).dataSync();
  assert.ok(worst < 1e-4, `${what}: ${worst}`);
};

/** A network in one of its two forms. */
type Form = (p: Parameters, images: tf.Tensor4D) => tf.Tensor2D;

function gradients(form: Form, { specs, buffers }: Model, size: number): tf.Tensor[] {
  const { images, targets } = batchOf(size);
  const fixed = named(buffers, drawn(buffers));
  const loss = (...tensors: tf.Tensor[]) =>
    tf.losses.softmaxCrossEntropy(targets, form({ ...fixed, ...named(specs, tensors) }, images));
  return tf.grads(loss)(moved(specs));
}

for (const [title, [config, size]] of Object.entries(networks)) {
  const model = createModel(config, CLASSES, size);
  const ours: Form = (p, images) => model.apply(folded(p, model.folds), images, { training: true });
  const plain: Form = (p, images) => plainLogits(p, config, images);

  Deno.test(`${title}: the plain form has the model's logits and gradients`, () => {
    tf.tidy(() => {
      const p = {
        ...named(model.specs, moved(model.specs)),
        ...named(model.buffers, drawn(model.buffers)),
      };
      const { images } = batchOf(size);
      close(plain(p, images), ours(p, images), "logits");
      const [mine, theirs] = [ours, plain].map((form) => gradients(form, model, size));
      model.specs.forEach(({ name }, i) => close(theirs[i], mine[i], name));
    });
  });

  Deno.test(`${title}: a plain step has the model's loss, and learns the batch`, () => {
    const { images, targets } = batchOf(size);
    const peer = plainTfjs(config, images, targets);
    assert.equal(peer.parameters, countParameters(model.specs));
    const losses = Array.from({ length: 20 }, () => peer.train());
    tf.tidy(() => {
      const specs = [...model.specs, ...model.buffers];
      const p = named(specs, drawn(specs));
      close(tf.scalar(losses[0]), tf.losses.softmaxCrossEntropy(targets, ours(p, images)), "loss");
    });
    assert.ok(losses.at(-1)! < losses[0], `${losses}`);
  });
}

Deno.test("every subject of the benchmark is of a family that is compared here", () => {
  const compared = new Set(Object.values(networks).map(([{ family }]) => family));
  for (const subject of SUBJECTS) assert.ok(compared.has(configOf(subject).model.family), subject.model);
});

for (const config of [alexnet, vgg]) {
  Deno.test(`${config.family}: dropout draws anew at every call`, () => {
    tf.tidy(() => {
      const { specs } = createModel(config, CLASSES, 64);
      const p = named(specs, moved(specs));
      const { images } = batchOf(64);
      const logits = () => plainLogits(p, { ...config, dropout: 0.5 }, images).dataSync();
      assert.notDeepEqual(logits(), logits());
    });
  });
}

Deno.test("what the plain form does not have is refused", () => {
  const { images } = batchOf(16);
  assert.throws(() => plainLogits({}, models.cnn_micro, images), /family: .* not written down for "cnn"/);
  assert.throws(() => plainLogits({}, { ...vit, dropPath: 0.1 }, images), /dropPath: .* instead of 0.1/);
});
