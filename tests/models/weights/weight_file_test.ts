/** Weights as PyTorch has them: against tiny networks of timm, and against files with every fault. */
import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  createModel,
  type FlatWeights,
  initialise,
  loadWeights,
  type Model,
  type ModelConfig,
  openSafetensors,
  readFloats,
  saveWeights,
  tensorsOf,
  type TensorToWrite,
  WeightsError,
  weightTensors,
  writeSafetensors,
} from "../../../src/models/mod.ts";
import { random } from "../../../src/stats/mod.ts";
import { startEngine, tf } from "../../../src/tensorflow/mod.ts";
import { readFixture, unpack } from "../../reference/fixture.ts";

const { imageSize, images, logits } = readFixture("weights");
const folder = Deno.makeTempDirSync();
const path = join(folder, "weights.safetensors");
const reference = (name: string) => besideModule(import.meta.url, `../../reference/${name}`);

/** The networks of tests/reference/weights.py in our words. */
const networks: Record<string, ModelConfig> = {
  convnext: {
    family: "convnext",
    depths: [1, 1, 2, 1],
    dims: [4, 6, 8, 10],
    patch: 4,
    layerScale: 0.5,
    dropPath: 0,
  },
  resnet: {
    family: "resnet",
    block: "basic",
    depths: [1, 1, 1, 1],
    dims: [4, 6, 8, 10],
    stemDim: 64,
    stem: "7x7",
  },
  vit: {
    family: "vit",
    patch: 8,
    dim: 8,
    depth: 2,
    heads: 2,
    classToken: true,
    pooling: "token",
    positions: "learnt",
    dropPath: 0,
  },
};

async function logitsOf(model: Model, weights: FlatWeights): Promise<Float32Array> {
  await startEngine();
  return tf.tidy(() => {
    const x = tf.tensor4d(unpack(images), [2, imageSize, imageSize, 3]);
    return model.apply(tensorsOf(model, weightTensors(weights)), x).dataSync() as Float32Array;
  });
}

function assertClose(actual: Float32Array, expected: Float32Array) {
  assert.equal(actual.length, expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  actual.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]) <= 1e-4 * scale, `${value}, ${expected[i]}`)
  );
}

for (const [name, config] of Object.entries(networks)) {
  const model = createModel(config, 3, imageSize);
  const file = reference(`weights_${name}.safetensors`);

  Deno.test(`${name}: timm's file gives timm's logits`, async () => {
    assertClose(await logitsOf(model, loadWeights(file, model)), unpack(logits[name]));
  });

  Deno.test(`${name}: what is read and written again is timm's file, tensor by tensor`, async () => {
    await saveWeights(path, model, loadWeights(file, model));
    using ours = openSafetensors(path);
    using theirs = openSafetensors(file);
    assert.deepEqual([...ours.tensors.keys()].sort(), [...theirs.tensors.keys()].sort());
    assert.equal(ours.metadata.format, "pt");
    for (const [name, { dtype, shape }] of theirs.tensors) {
      assert.deepEqual([ours.tensors.get(name)!.dtype, ours.tensors.get(name)!.shape], [dtype, shape], name);
      assert.deepEqual(ours.read(name), theirs.read(name), name);
    }
  });
}

const python = Deno.env.get("NTD_PYTORCH");

/** The logits that timm's network computes with a file's weights, read strictly. */
async function logitsInTimm(name: string, file: string): Promise<Float32Array> {
  const args = [reference("weights.py"), name, file];
  const { success, stdout, stderr } = await new Deno.Command(python!, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return unpack(new TextDecoder().decode(stdout).trim());
}

for (const [name, config] of Object.entries(networks)) {
  Deno.test({
    name: `${name}: timm opens what we write, strictly${
      python ? "" : " (needs NTD_PYTORCH: a Python with timm)"
    }`,
    ignore: !python,
    fn: async () => {
      const model = createModel(config, 3, imageSize);
      const stream = random(4);
      const drawn = (specs: Model["specs"]) =>
        initialise(specs, stream).map((value) => Math.abs(value + 0.2 * stream.normal()));
      const weights: FlatWeights = { parameters: drawn(model.specs) };
      if (model.buffers.length > 0) weights.buffers = drawn(model.buffers);
      await saveWeights(path, model, weights);
      assertClose(await logitsOf(model, weights), await logitsInTimm(name, path));
    },
  });
}

/** A model of one tensor of each layout, and a batch norm; it computes nothing. */
function made(classes: number, more: Partial<Model> = {}): Model {
  const weight = { init: 0, decay: true };
  return {
    ...createModel("cnn_micro", classes),
    name: "made_up",
    classes,
    specs: [
      { name: "conv.weight", shape: [2, 3, 2, 3], layout: "conv", ...weight },
      { name: "conv_dw.weight", shape: [2, 2, 3, 1], layout: "depthwise", ...weight },
      { name: "fc1.weight", shape: [2, 1, 3, 2], layout: "flattened", ...weight },
      { name: "norm.weight", shape: [2], layout: "as-is", ...weight },
      { name: "head.weight", shape: [2, classes], layout: "linear", ...weight },
      { name: "head.bias", shape: [classes], layout: "as-is", ...weight },
    ],
    buffers: [
      { name: "bn.running_mean", shape: [3], layout: "as-is", ...weight },
      { name: "bn.running_var", shape: [3], layout: "as-is", ...weight },
    ],
    ...more,
  };
}

const counted = (size: number) => Float32Array.from({ length: size }, (_, i) => i + 1);
const weightsFor = (classes: number) => ({
  parameters: counted(36 + 12 + 12 + 2 + 3 * classes),
  buffers: counted(6),
});

Deno.test("each layout is PyTorch's, by its definition", async () => {
  await saveWeights(path, made(3), weightsFor(3), { note: "é" });
  using file = openSafetensors(path);
  assert.deepEqual(file.metadata, { note: "é", format: "pt" });
  const valueAt = (name: string, ...at: number[]) => {
    const { shape } = file.tensors.get(name)!;
    return readFloats(file, name)[at.reduce((sum, i, axis) => sum * shape[axis] + i, 0)];
  };
  const shapes = Object.fromEntries([...file.tensors].map(([name, { shape }]) => [name, shape]));
  assert.deepEqual(shapes, {
    "bn.num_batches_tracked": [],
    "conv.weight": [3, 2, 2, 3],
    "conv_dw.weight": [3, 1, 2, 2],
    "fc1.weight": [2, 6],
    "norm.weight": [2],
    "head.weight": [3, 2],
    "head.bias": [3],
    "bn.running_mean": [3],
    "bn.running_var": [3],
  });
  for (let h = 0; h < 2; h++) {
    for (let c = 0; c < 3; c++) {
      // our [h, w, in, out] of 2 x 3 x 2 x 3, for w = 2, in = 1
      assert.equal(valueAt("conv.weight", c, 1, h, 2), 1 + ((h * 3 + 2) * 2 + 1) * 3 + c);
      // our [h, w, channel, 1] of 2 x 2 x 3 x 1, for w = 1
      assert.equal(valueAt("conv_dw.weight", c, 0, h, 1), 1 + 36 + (h * 2 + 1) * 3 + c);
      // our [h, w, in, out] of 2 x 1 x 3 x 2, for out = 1; PyTorch flattens [in, h, w]
      assert.equal(valueAt("fc1.weight", 1, c * 2 + h), 1 + 48 + (h * 3 + c) * 2 + 1);
      assert.equal(valueAt("head.weight", c, h), 1 + 62 + h * 3 + c);
    }
  }
});

Deno.test("weights that were saved are loaded, with their buffers; a model's prefix is no matter", async () => {
  await saveWeights(path, made(3), weightsFor(3), { note: "n" });
  assert.deepEqual(loadWeights(path, made(3)), { ...weightsFor(3), metadata: { note: "n", format: "pt" } });
  for (const prefix of ["model.", "module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.model."]) {
    const prefixed = await rewritten((name, tensor) => [[prefix + name, tensor]]);
    const loaded = loadWeights(prefixed, made(3));
    assert.deepEqual([loaded.parameters, loaded.prefix], [weightsFor(3).parameters, prefix]);
  }
  await assert.rejects(
    () => saveWeights(path, made(3), { parameters: counted(72), buffers: counted(6) }),
    /vector of 72 values was given for tensors of 71/,
  );
  await assert.rejects(
    () => saveWeights(path, made(3), { parameters: counted(71) }),
    /0 values .* tensors of 6/,
  );
  await assert.rejects(() => saveWeights(join(path, "x"), made(3), weightsFor(3)), /x could not be written/);
});

type Change = (name: string, tensor: TensorToWrite) => [string, TensorToWrite][];

/** A copy of the weights at `path` with other tensors. */
async function rewritten(change: Change): Promise<string> {
  const copy = join(folder, "copy.safetensors");
  using file = openSafetensors(path);
  const tensors = [...file.tensors].flatMap(([name, { dtype, shape }]) =>
    change(name, { shape, values: dtype === "I64" ? BigInt64Array.of(5n) : readFloats(file, name) })
  );
  await writeSafetensors(copy, tensors);
  return copy;
}

Deno.test("a file of another model is refused, naming each tensor at fault", async () => {
  await saveWeights(path, made(3), weightsFor(3));
  const refused = async (change: Change, pattern: RegExp, model = made(3)) => {
    const file = await rewritten(change);
    assert.throws(() => loadWeights(file, model), (error: Error) => {
      assert.ok(error instanceof WeightsError, `${error}`);
      assert.ok(error.message.startsWith(`${file} does not hold the weights of made_up for `), error.message);
      assert.match(error.message, pattern);
      return true;
    });
  };
  await refused(
    (name, tensor) => name === "conv.weight" ? [] : [[name, tensor]],
    /tensor "conv\.weight" of shape \[3,2,2,3\] is missing\.$/,
  );
  await refused(
    (name, tensor) => [[name === "bn.running_var" ? "bn.var" : name, tensor]],
    /tensor "bn\.running_var" of shape \[3\] is missing; tensor "bn\.var" is not of this model\.$/,
  );
  await refused(
    (name, tensor) => [[name, tensor]],
    /tensor "head\.weight" has the shape \[3,2\] instead of \[5,2\]; tensor "head\.bias" has the shape \[3\] instead/,
    made(5),
  );
  await refused((name, tensor) => [[`x.${name}`, tensor]], /is missing; .*; and 11 more\.$/);
});

Deno.test("onto: another classifier, and what pre-training lacks or has beside, as MAE's files", async () => {
  await saveWeights(path, made(3), weightsFor(3));
  const own = weightsFor(5);
  own.parameters.fill(-1);
  const taken = loadWeights(path, made(5), { onto: own });
  assert.deepEqual([...taken.parameters.subarray(0, 62)], [...counted(62)]);
  assert.deepEqual([...taken.parameters.subarray(62)], Array(15).fill(-1));
  assert.deepEqual(own.parameters[0], -1, "what was given is left as it is");
  const one: TensorToWrite = { shape: [1], values: counted(1) };
  const file = await rewritten((name, tensor) => {
    if (name.startsWith("head.")) return [];
    if (name === "norm.weight") {
      return [["model.mask_token", one], ["model.decoder_blocks.0.norm1.weight", one]];
    }
    return [[`model.${name}`, tensor]];
  });
  const encoder = loadWeights(file, made(5), { onto: own });
  assert.deepEqual([...encoder.parameters.subarray(0, 60)], [...counted(60)]);
  assert.deepEqual([...encoder.parameters.subarray(60)], Array(17).fill(-1));
  assert.throws(() => loadWeights(file, made(5)), WeightsError);
});

Deno.test("position embeddings of another grid are resampled as timm does, when asked to", async () => {
  const { side, dim, values, resampled, withoutPrefix7 } = readFixture("weights").positions;
  const model = (tokens: number): Model => {
    const { specs } = made(3);
    const positions = { ...specs[3], name: "pos_embed", shape: [1, tokens, dim] };
    return made(3, { specs: [positions, ...specs], buffers: [] });
  };
  const save = async (tokens: number, positions: Float32Array) => {
    const parameters = Float32Array.of(...positions, ...weightsFor(3).parameters);
    await saveWeights(path, model(tokens), { parameters });
  };
  const loaded = (tokens: number) =>
    loadWeights(path, model(tokens), { resamplePositions: true }).parameters.slice(0, tokens * dim);
  await save(1 + side ** 2, unpack(values));
  for (const [to, expected] of Object.entries<string>(resampled)) {
    assertClose(loaded(1 + Number(to) ** 2), unpack(expected));
  }
  assert.throws(
    () => loadWeights(path, model(26)),
    /"pos_embed" has the shape \[1,17,2\] instead of \[1,26,2\] \(another grid of patches: ask for resamplePositions\)/,
  );
  assert.throws(() => loaded(25), /"pos_embed" has the shape \[1,17,2\] instead of \[1,25,2\]\.$/);
  await save(side ** 2, unpack(values).subarray(dim));
  assertClose(loaded(49), unpack(withoutPrefix7));
});

Deno.test("an encoder of MAE's naming is taken into a ViT, with either pooling", async () => {
  const theirs = reference("weights_vit.safetensors");
  const published = join(folder, "mae_pretrain_vit.safetensors");
  using file = openSafetensors(theirs);
  const encoder = [...file.tensors].filter(([name]) => !name.startsWith("head."))
    .map(([name, { shape }]) => [`model.${name}`, { shape, values: readFloats(file, name) }] as const);
  const decoder = ["mask_token", "decoder_pos_embed", "decoder_blocks.0.norm1.weight", "decoder_pred.bias"]
    .map((name) => [`model.${name}`, { shape: [2], values: counted(2) }] as const);
  await writeSafetensors(published, [...encoder, ...decoder]);
  for (const pooling of ["token", "mean"]) {
    const model = createModel({ ...networks.vit, pooling } as ModelConfig, 5, imageSize);
    const fresh = initialise(model.specs, random(6));
    await saveWeights(path, model, loadWeights(published, model, { onto: { parameters: fresh } }));
    using ours = openSafetensors(path);
    const fromFile = [...ours.tensors.keys()].filter((name) => !/^(head|fc_norm)\./.test(name));
    assert.equal(fromFile.length, pooling === "token" ? encoder.length : encoder.length - 2);
    for (const name of fromFile) assert.deepEqual(ours.read(name), file.read(name), name);
    assert.deepEqual(ours.tensors.get("head.weight")!.shape, [5, 8]);
    assert.ok(pooling === "token" || readFloats(ours, "fc_norm.weight").every((scale) => scale === 1));
    assert.throws(() => loadWeights(published, model), WeightsError);
  }
});
