/** Grad-CAM, rollout and principal components against PyTorch, timm and numpy. */
import assert from "node:assert/strict";
import { attentionRollout, gradCam, principalComponents, projectFeatures } from "../../src/interpret/mod.ts";
import { rollOut } from "../../src/interpret/mod.ts";
import { createModel, type Model, type ModelConfig } from "../../src/models/mod.ts";
import type { ParameterSpec, Weights } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { featuresOf } from "../../src/probe/mod.ts";
import { readFixture, unpack } from "../reference/fixture.ts";
import { uniform, valuesOf } from "../reference/weights.ts";

await startEngine();
const fixture = readFixture("probes");

Deno.test("rolled out attention is numpy's, and its rows sum to 1", () => {
  const { blocks, heads, tokens, attention, rollout } = fixture.rollout;
  tf.tidy(() => {
    const all = tf.tensor(unpack(attention), [2, blocks, heads, tokens, tokens]);
    const joint = rollOut(tf.unstack(all, 1) as tf.Tensor4D[]);
    const expected = unpack(rollout);
    joint.dataSync().forEach((v, i) =>
      assert.ok(Math.abs(v - expected[i]) < 1e-6, `${v}, not ${expected[i]}`)
    );
    joint.sum(-1).dataSync().forEach((sum) => assert.ok(Math.abs(sum - 1) < 1e-6));
  });
});

const imagesOf = (size: number) => {
  const pixels = Float32Array.from(uniform("images", 3 * size * size * 3), (u) => 1.7 * u);
  return tf.tensor4d(pixels, [3, size, size, 3]);
};

/** The weights that the script gave the network. */
function weightsOf({ specs, buffers }: Model): Weights {
  const flat = (tensors: ParameterSpec[]) => tf.concat1d(tensors.map((spec) => tf.tensor1d(valuesOf(spec))));
  return { parameters: flat(specs), buffers: buffers.length > 0 ? flat(buffers) : undefined };
}

function assertMaps(actual: Float32Array, expected: Float32Array, what: string) {
  const largest = expected.reduce((a, b) => Math.max(a, b));
  assert.equal(actual.length, expected.length, what);
  assert.ok(largest > 0, what);
  actual.forEach((v, i) =>
    assert.ok(Math.abs(v - expected[i]) < 1e-4 * largest, `${what}: ${v}, ${expected[i]}`)
  );
}

interface CamFixture {
  config: ModelConfig;
  imageSize: number;
  classes: number[];
  said: number[];
  maps: Record<string, { side: number; values: string }>;
}

Deno.test("Grad-CAM of a ConvNeXt and a ResNet is what PyTorch's gradients give, at each layer", async () => {
  for (const [name, fixtureOf] of Object.entries<CamFixture>(fixture.gradCam)) {
    const { config, imageSize, classes, said, maps } = fixtureOf;
    const model = createModel(config, 4, imageSize);
    const [weights, images] = [weightsOf(model), imagesOf(imageSize)];
    for (const [layer, { side, values }] of Object.entries(maps)) {
      const found = await gradCam(model, weights, images, { layer, classes });
      assert.deepEqual([found.height, found.width], [side, side]);
      assertMaps(found.values, unpack(values), `${name} ${layer}`);
      assert.deepEqual([...(await gradCam(model, weights, images, { layer })).classes], said);
    }
  }
});

Deno.test("the rollout of a ViT is that of timm's own attention", async () => {
  const { config, imageSize, rollout } = fixture.vitRollout;
  const model = createModel(config, 4, imageSize);
  const found = await attentionRollout(model, weightsOf(model), imagesOf(imageSize));
  assertMaps(found.values, unpack(rollout), "rollout");
});

Deno.test("principal components are numpy's, up to their sign", async () => {
  const { rows, columns, components, x, axes, variances, projected, share } = fixture.pca;
  const features = featuresOf(unpack(x), new Int32Array(rows));
  const found = await principalComponents(features, components);
  const [expectedAxes, expectedPoints] = [unpack(axes), unpack(projected)];
  const points = await projectFeatures(features, found);
  for (let c = 0; c < components; c++) {
    const axis = found.axes.subarray(c * columns, (c + 1) * columns);
    const expected = expectedAxes.subarray(c * columns, (c + 1) * columns);
    const sign = Math.sign(axis.reduce((sum, v, i) => sum + v * expected[i], 0));
    axis.forEach((v, i) => assert.ok(Math.abs(v - sign * expected[i]) < 1e-4, `axis ${c}`));
    for (let row = 0; row < rows; row++) {
      const at = row * components + c;
      assert.ok(
        Math.abs(points[at] - sign * expectedPoints[at]) < 2e-3,
        `${points[at]}, ${expectedPoints[at]}`,
      );
    }
    assert.ok(Math.abs(found.variances[c] / variances[c] - 1) < 1e-5);
    assert.ok(Math.abs(found.shares[c] - share[c]) < 1e-5);
    const largest = axis.reduce((most, v) => Math.abs(v) > Math.abs(most) ? v : most, 0);
    assert.ok(largest > 0, "the sign is always the same");
  }
});

Deno.test("components that cannot be are refused", async () => {
  const features = featuresOf(new Float32Array(6), new Int32Array(2));
  await assert.rejects(
    () => principalComponents(features, 4),
    /components is 4; the features have 3 columns/,
  );
  const one = featuresOf(new Float32Array(3), new Int32Array(1));
  await assert.rejects(() => principalComponents(one), /There is 1 row/);
});
