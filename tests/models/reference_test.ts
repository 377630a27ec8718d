/** Every architecture against timm's or torchvision's own: same weights, same images; logits, loss, gradients, statistics. */
import assert from "node:assert/strict";
import { IMAGENET_MEAN, IMAGENET_STD } from "../../src/images/mod.ts";
import {
  countParameters,
  createAutoencoder,
  createModel,
  describe,
  initialise,
  type ModelConfig,
  models,
  type ParameterSpec,
  tensorsOf,
  torchShape,
  unflatten,
  type Weights,
} from "../../src/models/mod.ts";
import { crossEntropy } from "../../src/ops/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { classifierRule, paperRecipe } from "../../src/train/mod.ts";
import { createHash } from "node:crypto";
import { readFixture, unpack } from "../reference/fixture.ts";
import { torchOrder, uniform, valuesOf } from "../reference/weights.ts";

await startEngine();
const { published, classifiers, mae } = readFixture("models");

interface Classifier {
  config: ModelConfig;
  imageSize: number;
  logits: string;
  loss: number;
  running: Record<string, string>;
  gradients: Record<string, Sampled>;
}

interface Published {
  parameters: number;
  multiplyAdds: number;
  /** sha256 of names and shapes. */
  tensors: string;
}

const B = 3, CLASSES = 4;

/** Relative to the largest value of a tensor. */
const TOLERANCE = 1e-4;

function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  scale = Math.max(...Array.from(expected, Math.abs)),
) {
  assert.equal(actual.length, expected.length, what);
  Array.from(expected).forEach((want, i) =>
    assert.ok(
      Math.abs(actual[i] - want) <= TOLERANCE * scale,
      `${what}[${i}]: ${actual[i]}, the reference has ${want}, and up to ${scale}`,
    )
  );
}

interface Sampled {
  size: number;
  largest: number;
  values: string;
}

/** Largest magnitude of what is 0 but for rounding. */
const ROUNDING = 1e-6;

/** A tensor of ours at the places that the script has kept, in PyTorch's order. */
function assertSampled(values: ArrayLike<number>, order: number[], sampled: Sampled, what: string) {
  assert.equal(values.length, sampled.size, what);
  const expected = unpack(sampled.values);
  const places = Array.from(expected, (_, k) => order[Math.floor(k * sampled.size / expected.length)]);
  assertClose(places.map((i) => values[i]), expected, what, sampled.largest);
}

/** Gradients of all parameters, given as one flat vector. */
function assertGradients(specs: ParameterSpec[], grad: tf.Tensor, expected: Record<string, Sampled>) {
  assert.deepEqual(specs.map(({ name }) => name).sort(), Object.keys(expected).sort());
  const gradients = unflatten(specs, grad as tf.Tensor1D);
  for (const spec of specs) {
    const [name, values] = [spec.name, gradients[spec.name].dataSync()];
    if (expected[name].largest < ROUNDING) { // a bias that a batch norm takes out again
      assert.ok(values.every((v) => Math.abs(v) < ROUNDING), `gradient of ${name}`);
    } else assertSampled(values, torchOrder(spec), expected[name], `gradient of ${name}`);
  }
}

const imagesOf = (size: number) =>
  tf.tensor4d(Float32Array.from(uniform("images", B * size * size * 3), (u) => 1.7 * u), [B, size, size, 3]);

const madeUp = (specs: ParameterSpec[]) => tf.concat1d(specs.map((spec) => tf.tensor1d(valuesOf(spec))));

/** Made-up running statistics, or fixed positions as they are. */
function buffersOf(specs: ParameterSpec[]): tf.Tensor1D | undefined {
  if (specs.length === 0) return undefined;
  const fixed = specs.every(({ init }) => typeof init === "object");
  return fixed ? tf.tensor1d(initialise(specs, random(1))) : madeUp(specs);
}

/** Values of pixels, not whole, that a step sees as these images. */
function pixelsThatShow(images: tf.Tensor4D): tf.Tensor4D {
  const [std, mean] = [IMAGENET_STD, IMAGENET_MEAN].map((shares) => tf.tensor1d(shares.map((v) => 255 * v)));
  return images.mul(std).add(mean);
}

const softTargets = () => tf.oneHot(tf.tensor1d([0, 2, 3], "int32"), CLASSES).mul(0.9).add(0.1 / CLASSES);

for (const [name, { config, imageSize, ...expected }] of Object.entries<Classifier>(classifiers)) {
  Deno.test(`${name}: logits, loss, gradients and statistics equal the reference's`, () => {
    const model = createModel(config, CLASSES, imageSize);
    tf.tidy(() => {
      const weights: Weights = { parameters: madeUp(model.specs), buffers: buffersOf(model.buffers) };
      const images = imagesOf(imageSize);
      const targets = softTargets() as tf.Tensor2D;
      const logits = model.apply(tensorsOf(model, weights), images);
      assertClose(logits.dataSync(), unpack(expected.logits), "logits");
      const { value, grad } = tf.valueAndGrad((parameters: tf.Tensor) => {
        const p = tensorsOf(model, { ...weights, parameters: parameters as tf.Tensor1D });
        return crossEntropy(model.apply(p, images, { training: true }), targets);
      })(weights.parameters);
      assertClose(value.dataSync(), [expected.loss], "loss");
      assertGradients(model.specs, grad, expected.gradients);
    });
  });

  if (Object.keys(expected.running).length === 0) continue;
  Deno.test(`${name}: a step moves the running statistics as PyTorch does`, () => {
    const model = createModel(config, CLASSES, imageSize);
    tf.tidy(() => {
      const weights = { parameters: madeUp(model.specs), buffers: madeUp(model.buffers) };
      const input = {
        pixels: pixelsThatShow(imagesOf(imageSize)),
        targets: softTargets() as tf.Tensor2D,
        learningRate: tf.scalar(1e-3),
        corrections: tf.tensor1d([0.1, 0.05]),
      };
      const moved = unflatten(
        model.buffers,
        classifierRule(model, paperRecipe).pass(weights, input).buffers!,
      );
      assert.deepEqual(Object.keys(moved).sort(), Object.keys(expected.running).sort());
      for (const [buffer, want] of Object.entries<string>(expected.running)) {
        assertClose(moved[buffer].dataSync(), unpack(want), buffer);
      }
    });
  });
}

Deno.test("mae: positions, masking, prediction, loss and gradients equal the reference's", () => {
  const model = createAutoencoder(mae.config, mae.imageSize);
  tf.tidy(() => {
    const buffers = buffersOf(model.buffers)!;
    for (const [name, tensor] of Object.entries(unflatten(model.buffers, buffers))) {
      assertClose(tensor.dataSync(), unpack(mae.positions[name]), name);
    }
    const parameters = madeUp(model.specs);
    const images = imagesOf(mae.imageSize);
    const noise = tf.tensor2d(Float32Array.from(uniform("noise", B * model.patches)), [B, model.patches]);
    const { loss, prediction, mask } = model.apply(tensorsOf(model, { parameters, buffers }), images, noise);
    assert.deepEqual([...mask.dataSync()], [...unpack(mae.mask)]);
    assertSampled(
      prediction.dataSync(),
      Array.from({ length: prediction.size }, (_, i) => i),
      mae.prediction,
      "prediction",
    );
    assertClose(loss.dataSync(), [mae.loss], "loss");
    const grad = tf.grad((flat: tf.Tensor) =>
      model.apply(tensorsOf(model, { parameters: flat as tf.Tensor1D, buffers }), images, noise).loss
    )(parameters);
    assertGradients(model.specs, grad, mae.gradients);
  });
});

for (const [name, { parameters, multiplyAdds, tensors }] of Object.entries<Published>(published)) {
  Deno.test(`${name} has the reference's tensors, parameters and multiply-adds`, () => {
    const model = createModel(name, 1000);
    assert.equal(countParameters(model.specs), parameters);
    const lines = [...model.specs, ...model.buffers].map((spec) => `${spec.name}[${torchShape(spec)}]`);
    const digest = createHash("sha256").update(lines.sort().join("\n")).digest("hex");
    assert.equal(digest, tensors, lines.join("\n"));
    const description = describe(model, 224);
    assert.equal(description.parameters, parameters);
    assert.equal(description.flops, multiplyAdds);
  });
}

Deno.test("the fixture has every model that is not the project's own", () => {
  const own = /_micro(_patch8)?$|^convnext_(mini|\d+[km])$|^resnet_(tiny(_deep|_pool)?|mini)$/;
  assert.deepEqual(
    Object.keys(published).sort(),
    Object.keys(models).filter((name) => !own.test(name)).sort(),
  );
});
