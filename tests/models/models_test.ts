/** What every model keeps to, whatever its family. */
import assert from "node:assert/strict";
import {
  checkImageSize,
  countParameters,
  createAutoencoder,
  createModel,
  describe,
  familyOf,
  type ModelConfig,
  models,
  tensorsOf,
  unflatten,
} from "../../src/models/mod.ts";
import { inPrecision } from "../../src/ops/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { movedWeights } from "../made/models/moved_weights.ts";

await startEngine();
const CLASSES = 5;

const bottleneck: ModelConfig = {
  family: "resnet",
  block: "bottleneck",
  depths: [1, 2, 1, 1],
  dims: [2, 3, 4, 5],
  stemDim: 4,
  stem: "7x7",
};
const token: ModelConfig = {
  family: "vit",
  patch: 4,
  dim: 12,
  depth: 2,
  heads: 3,
  classToken: true,
  pooling: "token",
  positions: "sincos",
  dropPath: 0.2,
};

/** One of each kind, with sizes of images that it takes, the least first. */
const kinds: [string | ModelConfig, number[]][] = [
  ["alexnet_micro", [15, 32, 41]],
  ["vgg_micro", [8, 32, 37]],
  ["resnet_micro", [4, 32, 37]],
  ["resnet_tiny_deep", [4, 32, 37]],
  ["resnet_tiny_pool", [4, 32, 37]],
  [bottleneck, [32, 37, 70]],
  ["vit_micro", [4, 32]],
  [token, [4, 16]],
  ["convnext_micro", [4, 32, 37]],
  ["convnext_7k", [32, 50, 64]],
  ["cnn_micro", [8, 32, 37]],
];

Deno.test("every family is among the networks of this test", () => {
  const families = (names: (string | ModelConfig)[]) => new Set(names.map((name) => familyOf(name)));
  assert.deepEqual(families(kinds.map(([model]) => model)), families(Object.keys(models)));
});

const titleOf = (model: string | ModelConfig) => typeof model === "string" ? model : JSON.stringify(model);

const imagesOf = (size: number) => tf.randomNormal<tf.Rank.R4>([2, size, size, 3], 0, 1, "float32", 3);

for (const [kind, sizes] of kinds) {
  Deno.test(`${titleOf(kind)}: its layers, looked at, have the names and shapes of its outline`, () => {
    for (const size of sizes) {
      tf.tidy(() => {
        const model = createModel(kind, CLASSES, size);
        const p = tensorsOf(model, movedWeights(model));
        const images = imagesOf(size);
        const seen: { name: string; shape: number[] }[] = [];
        const tap = <T extends tf.Tensor>(name: string, x: T): T => {
          seen.push({ name, shape: x.shape.slice(1) });
          return x;
        };
        const logits = model.apply(p, images, { tap });
        const outline = model.outline(size).map(({ name, shape }) => ({ name, shape }));
        assert.deepEqual(seen, outline.slice(0, -1), `${size} px`);
        assert.deepEqual(seen.map(({ name }) => name), model.layers);
        assert.deepEqual(logits.shape, [2, ...outline.at(-1)!.shape]);
        const unseen = model.apply(p, images).dataSync();
        logits.dataSync().forEach((v, i) => assert.ok(Math.abs(v - unseen[i]) < 1e-4, `${v} ${unseen[i]}`));
        assert.ok(unseen.every(Number.isFinite));
      });
    }
  });

  Deno.test(`${titleOf(kind)}: what a tap returns goes on`, () => {
    const size = sizes[1];
    const model = createModel(kind, CLASSES, size);
    tf.tidy(() => {
      const p = tensorsOf(model, movedWeights(model));
      const images = imagesOf(size);
      const unchanged = model.apply(p, images).dataSync();
      for (const layer of model.layers) {
        const tap = <T extends tf.Tensor>(name: string, x: T): T => name === layer ? x.square<T>() : x;
        const changed = model.apply(p, images, { tap }).dataSync();
        assert.ok(changed.some((v, i) => Math.abs(v - unchanged[i]) > 1e-5), layer);
      }
    });
  });

  Deno.test(`${titleOf(kind)}: in bfloat16 it says about the same, in training as well`, () => {
    const size = sizes[1];
    const model = createModel(kind, CLASSES, size);
    tf.tidy(() => {
      const weights = movedWeights(model);
      const images = imagesOf(size);
      for (const training of [false, true]) {
        const [exact, rounded] = (["float32", "bfloat16"] as const).map((precision) =>
          inPrecision(model.apply(tensorsOf(model, weights, precision), images, { training }), "float32")
            .dataSync()
        );
        const scale = Math.max(...exact.map(Math.abs));
        exact.forEach((v, i) => assert.ok(Math.abs(v - rounded[i]) < 0.1 * scale, `${v} ${rounded[i]}`));
        assert.notDeepEqual(exact, rounded);
      }
    });
  });

  Deno.test(`${titleOf(kind)}: an image below its least side is refused, one of it is not`, () => {
    assert.equal(createModel(kind, CLASSES, sizes[0]).leastSide, sizes[0]);
    checkImageSize(kind, sizes[0]);
    const smaller = sizes[0] - 1;
    assert.throws(
      () => checkImageSize(kind, smaller),
      new RegExp(`imageSize: ${smaller} px is less than .* least side of ${sizes[0]} px`),
    );
  });

  Deno.test(`${titleOf(kind)}: every tensor belongs to one layer of the table`, () => {
    const model = createModel(kind, CLASSES, sizes[1]);
    const { layers, parameters, flops } = describe(model, sizes[1]);
    assert.equal(parameters, countParameters(model.specs));
    assert.equal(layers.reduce((sum, layer) => sum + layer.parameters, 0), parameters);
    assert.ok(flops > parameters / 2);
    assert.equal(layers.length, model.layers.length + 1);
  });
}

Deno.test("every registered model can be made, has names of its own for its tensors, and decays weights alone", () => {
  for (const name of Object.keys(models)) {
    const { specs, buffers } = createModel(name, CLASSES);
    const names = [...specs, ...buffers].map((spec) => spec.name);
    assert.equal(new Set(names).size, names.length, name);
    for (const { name, decay, shape } of specs) {
      const weight = name.endsWith(".weight") && shape.length > 1;
      assert.equal(decay, weight, name);
    }
  }
});

Deno.test("a norm at the end of a ResNet's branch starts at 0, all others at 1", () => {
  const { specs } = createModel("resnet50", CLASSES);
  const norms = specs.filter(({ name }) => /bn\d\.weight$|downsample\.1\.weight$/.test(name));
  assert.equal(norms.length, 53);
  for (const { name, init } of norms) assert.equal(init, name.endsWith("bn3.weight") ? 0 : 1, name);
});

Deno.test("a name that is nearly right gets the right ones", () => {
  assert.throws(
    () => createModel("resnet-50", 3),
    ({ message }: Error) =>
      /^There is no model "resnet-50"\. Did you mean resnet50, .*\?/.test(message) &&
      message.endsWith(`Known models: ${Object.keys(models).join(", ")}.`),
  );
  assert.throws(() => createModel("convnext_smal", 3), /Did you mean convnext_small/);
  assert.throws(() => createModel("toString", 3), /no model "toString"/);
  assert.throws(() => createAutoencoder("mae_micro"), /Did you mean mae_vit_micro/);
});

Deno.test("a classifier of fewer than two classes is refused", () => {
  for (const classes of [0, 1, -2, 2.5, NaN]) {
    assert.throws(() => createModel("cnn_micro", classes), /two classes or more/);
  }
});

Deno.test("patches that do not divide the image are refused", () => {
  assert.throws(() => checkImageSize("vit_micro", 30), /patches of 4 px do not divide/);
  assert.throws(() => checkImageSize("convnext_tiny", 225), /patches of 4 px do not divide 225 px/);
  assert.throws(() => createModel("vit_small_patch16_224", 3, 100), /patches of 16 px do not divide/);
  assert.throws(() => createAutoencoder("mae_vit_micro", 33), /patches of 4 px do not divide/);
});

Deno.test("a ViT says which size it was made for", () => {
  const model = createModel("vit_micro", 3, 32);
  tf.tidy(() => {
    const p = tensorsOf(model, movedWeights(model));
    assert.throws(() => model.apply(p, imagesOf(64)), /for images of 32 px; these are 64 x 64/);
  });
});

Deno.test("tensors without the model's folds are refused", () => {
  tf.tidy(() => {
    for (const name of ["vit_micro", "convnext_micro"]) {
      const model = createModel(name, 3, 32);
      const p = unflatten(model.specs, movedWeights(model).parameters);
      assert.throws(
        () => model.apply(p, imagesOf(32)),
        /"(blocks|stages)\.[^"]*" is not folded .* from tensorsOf/,
      );
    }
    const mae = createAutoencoder("mae_vit_micro", 32);
    const p = unflatten(mae.specs, movedWeights(mae).parameters);
    assert.throws(
      () => mae.apply(p, imagesOf(32), tf.zeros([2, mae.patches])),
      /"blocks\.0\.norm1\.weight" is not folded/,
    );
  });
});

Deno.test("a configuration that contradicts itself is refused", () => {
  const vit = token as Extract<ModelConfig, { family: "vit" }>;
  assert.throws(() => createModel({ ...vit, classToken: false }, 3, 16), /pooling "token" needs classToken/);
  assert.throws(() => createModel({ ...vit, heads: 5 }, 3, 16), /5 heads do not divide 12 channels/);
  assert.throws(() => createModel({ ...bottleneck, depths: [1] } as ModelConfig, 3), /one number a stage/);
});

Deno.test("stochastic depth of a ViT rises over the blocks, the same for attention and MLP", () => {
  assert.deepEqual(createModel(token, 3, 16).dropPath, [0, 0, 0.2, 0.2]);
});

Deno.test("a ViT's branch whose keep factor is 0 is left out", () => {
  const model = createModel(token, 3, 16);
  tf.tidy(() => {
    const p = tensorsOf(model, movedWeights(model));
    const images = imagesOf(16);
    const keep = tf.tensor2d([[1, 1], [1, 1], [0, 1], [1, 1]]); // attention of block 1, for the first image alone
    const kept = model.apply(p, images, { keep }).arraySync();
    const without = { ...p };
    for (const part of ["weight", "bias"]) {
      without[`blocks.1.attn.proj.${part}`] = tf.zerosLike(p[`blocks.1.attn.proj.${part}`]);
    }
    const [whole, less] = [p, without].map((tensors) => model.apply(tensors, images).arraySync());
    kept[0].forEach((v, i) => assert.ok(Math.abs(v - less[0][i]) < 1e-5));
    kept[1].forEach((v, i) => assert.ok(Math.abs(v - whole[1][i]) < 1e-5));
    assert.ok(Math.abs(whole[0][0] - less[0][0]) > 1e-4);
  });
});

Deno.test("a masked autoencoder's encoder has the tensors of a ViT with fixed positions", () => {
  const mae = createAutoencoder("mae_vit_base_patch16");
  const config: ModelConfig = { ...token, patch: 16, dim: 768, depth: 12, heads: 12 };
  const vit = createModel(config, 3);
  const shapes = new Map([...mae.specs, ...mae.buffers].map(({ name, shape }) => [name, shape]));
  for (const { name, shape } of [...vit.specs, ...vit.buffers]) {
    if (!name.startsWith("head.")) assert.deepEqual(shapes.get(name), shape, name);
  }
  assert.equal(countParameters([...mae.specs, ...mae.buffers]), 111_907_840);
});
