/** MixUp and CutMix against timm's, with its own lambdas and boxes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { random } from "../../src/stats/mod.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";
import { mix, type MixInput, mixInput, type MixPlan, mixPlan } from "../../src/train/mixup.ts";
import { paperMix } from "../../src/train/mod.ts";
import { type Mix } from "../../src/train/recipe.ts";
import { smoothTargets } from "../../src/train/mod.ts";
import { cutMixOf } from "../../src/train/mixup.ts";
import { readFixture, unpack } from "../reference/fixture.ts";

await startEngine();
const fixture = readFixture("mixup");
const { height, width, classes, smoothing } = fixture;

/** timm's boxes are [first row, row after the last, first column, column after the last]. */
const boxOf = ([top, bottom, left, right]: number[]) => ({
  top,
  left,
  height: bottom - top,
  width: right - left,
});

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) < 1e-6, `${what} ${i}: ${actual[i]}, not ${expected[i]}`);
  }
}

Deno.test("a batch is mixed as timm mixes it, compiled", async () => {
  const mixed = compile((images: tf.Tensor4D, targets: tf.Tensor2D, input: MixInput) =>
    mix(images, targets, input)
  );
  for (const { mode, images, labels, plan, mixed: expected, targets } of fixture.cases) {
    const known: MixPlan = plan.map(({ lambda, box }: { lambda: number; box: number[] | null }) =>
      box ? { lambda, box: boxOf(box) } : { lambda }
    );
    const input = mixInput(known);
    const pixels = tf.tensor4d(unpack(images), [labels.length, height, width, 3]);
    const smooth = tf.tensor2d(smoothTargets(labels, classes, smoothing), [labels.length, classes]);
    const result = await mixed(pixels, smooth, input);
    assertClose(await result.images.data(), unpack(expected), `${mode}, pixel`);
    assertClose(await result.targets.data(), unpack(targets), `${mode}, target`);
    tf.dispose([input, pixels, smooth, result]);
  }
  mixed.dispose();
});

Deno.test("CutMix's box and corrected lambda are timm's", () => {
  for (const { lambda, centre, box, corrected } of fixture.boxes) {
    const cut = cutMixOf(lambda, centre[0], centre[1], height, width);
    assert.deepEqual(cut.box, boxOf(box));
    assert.ok(Math.abs(cut.lambda - corrected) < 1e-12);
  }
});

Deno.test("a plan is a function of its stream", () => {
  const plan = (seed: number, step: number) => mixPlan(paperMix, random(seed, step), 8, 32);
  assert.deepEqual(plan(1, 7), plan(1, 7));
  assert.notDeepEqual(plan(1, 7), plan(1, 8));
  assert.notDeepEqual(plan(1, 7), plan(2, 7));
});

Deno.test("a plan has one draw a batch or one an image, and both kinds half of the time", () => {
  const ofBatch: Mix = { ...paperMix, mode: "batch" };
  const batches = Array.from({ length: 2000 }, (_, step) => mixPlan(ofBatch, random(3, step), 4, 16));
  for (const plan of batches) assert.ok(plan.every((image) => image === plan[0]));
  const cuts = batches.filter(([image]) => image.box).length;
  assert.ok(Math.abs(cuts - 1000) < 90, `${cuts} of 2000 are CutMix`);
  const each = mixPlan(paperMix, random(3), 64, 16);
  assert.equal(new Set(each.map(({ lambda, box }) => `${lambda} ${box?.top} ${box?.left}`)).size, 64);
});

Deno.test("lambda is the share of the pixels that are the image's own; boxes lie in the image", () => {
  const config: Mix = { ...paperMix, mixup: 0 };
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 64 }), (seed, size) => {
    const [{ lambda, box }] = mixPlan(config, random(seed), 1, size);
    const { left, top, width, height } = box!;
    assert.ok(left >= 0 && top >= 0 && left + width <= size && top + height <= size);
    assert.ok(Math.abs(lambda - (1 - width * height / size ** 2)) < 1e-12);
  }));
});

Deno.test("only what is switched on is drawn, and the rest is left as it is", () => {
  const lambdas = (change: Partial<Mix>) =>
    Array.from({ length: 400 }, (_, step) => mixPlan({ ...paperMix, ...change }, random(5, step), 1, 16)[0]);
  assert.ok(lambdas({ cutmix: 0 }).every(({ lambda, box }) => lambda < 1 && !box));
  assert.ok(lambdas({ mixup: 0 }).every(({ box }) => box));
  assert.ok(lambdas({ mixup: 0, cutmix: 0 }).every(({ lambda, box }) => lambda === 1 && !box));
  const left = lambdas({ probability: 0.25 }).filter(({ lambda, box }) => lambda === 1 && !box).length;
  assert.ok(Math.abs(left - 300) < 40, `${left} of 400 were left`);
});

Deno.test("a batch whose lambdas are 1 stays as it is, to the last bit", () => {
  tf.tidy(() => {
    const images = tf.randomNormal([3, 5, 5, 3]) as tf.Tensor4D;
    const targets = tf.randomUniform([3, 2]) as tf.Tensor2D;
    const result = mix(images, targets, mixInput(new Array(3).fill({ lambda: 1 })));
    assert.deepEqual(result.images.dataSync(), images.dataSync());
    assert.deepEqual(result.targets.dataSync(), targets.dataSync());
  });
});
