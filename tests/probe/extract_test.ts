import assert from "node:assert/strict";
import { createModel, tensorsOf, weightTensors } from "../../src/models/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { type FeatureOptions } from "../../src/probe/extract.ts";
import { computeFeatures, extractFeatures, networkFeatures } from "../../src/probe/mod.ts";
import { imagesFromPixels } from "../../src/ops/mod.ts";
import { createWeights, pixelsTensor } from "../../src/train/mod.ts";
import { imageSource, SIDE } from "../made/probe/synthetic_images.ts";

await startEngine();

const model = createModel(
  { family: "convnext", depths: [1, 1], dims: [4, 6], patch: 2, layerScale: 1, dropPath: 0 },
  3,
);
const weights = weightTensors(createWeights(model, 5));
const source = imageSource(20);

/** The first batch's output of a layer, as the model itself gives it. */
function outputOf(layer: string): tf.Tensor {
  const [batch] = source.batches.batches();
  let output!: tf.Tensor;
  tf.tidy(() => {
    const tap = <T extends tf.Tensor>(name: string, x: T) => {
      if (name === layer) output = tf.keep(x.clone());
      return x;
    };
    model.apply(tensorsOf(model, weights), imagesFromPixels(pixelsTensor(batch, SIDE)), { tap });
  });
  return output;
}

const extract = (options: FeatureOptions = {}, root = Deno.makeTempDirSync()) =>
  extractFeatures(model, weights, source, { ...options, root });

Deno.test("features of any layer are that layer's output, pooled", async () => {
  for (const layer of model.layers) {
    for (const pooling of ["mean", "flatten"] as const) {
      using features = await extract({ layer, pooling });
      const output = outputOf(layer);
      const expected = output.rank === 2
        ? output
        : pooling === "mean"
        ? output.mean([1, 2])
        : output.reshape([16, -1]);
      assert.equal(features.columns, expected.size / 16, layer);
      const [ours, theirs] = [features.read(Array(16).keys().toArray()), expected.dataSync()];
      ours.forEach((v, i) => assert.ok(Math.abs(v - theirs[i]) < 1e-5, `${layer} ${pooling}`));
    }
  }
});

Deno.test("of tokens, the mean is over patches, and the class token is the first", async () => {
  const size = { patch: 4, dim: 6, depth: 2, heads: 2, positions: "learnt", dropPath: 0 } as const;
  const vit = createModel({ ...size, family: "vit", classToken: true, pooling: "token" }, 3, SIDE);
  const values = weightTensors(createWeights(vit, 1));
  const [batch] = source.batches.batches();
  const outputs = new Map<string, tf.Tensor>();
  const tap = <T extends tf.Tensor>(name: string, x: T) => {
    outputs.set(name, tf.keep(x.clone()));
    return x;
  };
  tf.tidy(() => {
    vit.apply(tensorsOf(vit, values), imagesFromPixels(pixelsTensor(batch, SIDE)), { tap });
  });
  for (
    const [layer, pooling, from, to] of [
      ["blocks.1", "mean", 1, 5],
      ["blocks.1", "class-token", 0, 1],
      ["norm", "class-token", 0, 1],
      ["patch_embed", "mean", 0, 4],
    ] as const
  ) {
    using features = await extractFeatures(vit, values, source, {
      layer,
      pooling,
      root: Deno.makeTempDirSync(),
    });
    const expected = outputs.get(layer)!.slice([0, from, 0], [-1, to - from, -1]).mean(1).dataSync();
    features.read(Array(16).keys().toArray()).forEach((v, i) =>
      assert.ok(Math.abs(v - expected[i]) < 1e-5, `${layer} ${pooling}`)
    );
  }
});

Deno.test("labels and keys come with them, the last batch too", async () => {
  using features = await extract();
  assert.deepEqual([features.rows, features.columns], [20, 6]);
  assert.deepEqual([...features.labels], Array.from({ length: 20 }, (_, i) => i % 3));
  assert.deepEqual(features.keys, source.keys);
});

Deno.test("in memory they are what they are on disk", async () => {
  const before = tf.memory().numTensors;
  using stored = await extract();
  using featurizer = await networkFeatures(model, weights);
  const computed = await computeFeatures(featurizer, source);
  const rows = Array.from({ length: 20 }, (_, row) => row);
  assert.deepEqual(computed.read(rows), stored.read(rows));
  assert.deepEqual([computed.labels, computed.keys], [stored.labels, stored.keys]);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("the same features are computed once; others are others", async () => {
  const root = Deno.makeTempDirSync();
  let batches = 0;
  const onProgress = () => batches++;
  const identity = async (more: FeatureOptions = {}, w = weights, from = source) => {
    using features = await extractFeatures(model, w, from, { ...more, root, onProgress });
    return features.identity;
  };
  const first = await identity();
  assert.equal(await identity(), first);
  assert.equal(batches, 2);
  const others = [
    await identity({ layer: "stem" }),
    await identity({ layer: "stem", pooling: "flatten" }),
    await identity({}, weightTensors(createWeights(model, 6))),
    await identity({}, weights, imageSource(20, { seed: 2 })),
    await identity({}, weights, imageSource(20, { strength: 2 })),
  ];
  assert.equal(new Set([first, ...others]).size, 6);
  assert.equal([...Deno.readDirSync(root)].length, 6);
});

Deno.test("an unknown layer and a pooling that doesn't suit say what would", async () => {
  await assert.rejects(() => extract({ layer: "stages.7" }), /no layer "stages.7". Its layers: stem, /);
  await assert.rejects(() => extract({ layer: "stem", pooling: "class-token" }), /"stem" has no class token/);
  await assert.rejects(
    () => extract({ layer: "stem", pooling: "flatten", limit: 63 }),
    /"stem" gives 64 values an image, more than 63: pool it by "mean"/,
  );
});

Deno.test("an interrupted extraction keeps nothing, and no tensor is left behind", async () => {
  const before = tf.memory().numTensors;
  const root = Deno.makeTempDirSync();
  const signal = AbortSignal.abort(new Error("stop"));
  await assert.rejects(() => extractFeatures(model, weights, source, { root, signal }), /stop/);
  assert.deepEqual([...Deno.readDirSync(root)], []);
  (await extract())[Symbol.dispose]();
  assert.equal(tf.memory().numTensors, before);
});
