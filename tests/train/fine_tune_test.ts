import assert from "node:assert/strict";
import {
  countParameters,
  createAutoencoder,
  createModel,
  type Model,
  specSize,
} from "../../src/models/mod.ts";
import { startEngine } from "../../src/tensorflow/mod.ts";
import { carriedWeights, drawnWeights, fineTune, loadCheckpoint, train } from "../../src/train/mod.ts";
import { recipe, syntheticTraining } from "../made/train/synthetic.ts";

await startEngine();

const { model } = syntheticTraining("");
const folder = () => Deno.makeTempDirSync();

/** Each tensor's part of a flat vector. */
function partsOf({ specs }: Model, flat: Float32Array): Record<string, Float32Array> {
  let offset = 0;
  return Object.fromEntries(specs.map((spec) => [spec.name, flat.slice(offset, offset += specSize(spec))]));
}

async function outcome(at: string) {
  return (await loadCheckpoint(at))!.values.parameters;
}

Deno.test("from the drawn weights and without decay, fine-tuning is training", async () => {
  const [one, other] = [folder(), folder()];
  await train(syntheticTraining(one));
  await fineTune({ ...syntheticTraining(other), weights: drawnWeights(model, 1), layerDecay: 1 });
  assert.deepEqual(await outcome(other), await outcome(one));
});

Deno.test("weights that were trained are where it starts; the stem then moves less than the head", async () => {
  const [before, after] = [folder(), folder()];
  await train(syntheticTraining(before));
  const parameters = await outcome(before);
  const slow = { ...recipe, epochs: 1, learningRate: 1e-3, weightDecay: 0 };
  const { accuracy } = await fineTune({
    ...syntheticTraining(after, { recipe: slow }),
    weights: { parameters },
    layerDecay: 0.1,
  });
  assert.ok(accuracy.low > 0.6, "it starts where the training ended");
  const moved = await outcome(after);
  const mostIn = (name: string) => {
    const at = model.specs.findIndex((spec) => spec.name === name);
    const from = countParameters(model.specs.slice(0, at));
    const part = Array.from({ length: specSize(model.specs[at]) }, (_, i) => from + i);
    return Math.max(...part.map((i) => Math.abs(moved[i] - parameters[i])));
  };
  assert.ok(mostIn("stem.0.weight") < 0.01 * mostIn("head.fc.weight"));
  assert.ok(mostIn("stem.0.weight") > 0);
});

Deno.test("all but the head is carried to other classes", () => {
  const other = createModel(
    { family: "convnext", depths: [1, 1], dims: [8, 8], patch: 2, layerScale: 1, dropPath: 0.2 },
    7,
  );
  const parameters = Float32Array.from({ length: countParameters(model.specs) }, (_, i) => i + 1);
  const carried = partsOf(other, carriedWeights(model, { parameters }, other, 2).parameters);
  const [given, drawn] = [partsOf(model, parameters), partsOf(other, drawnWeights(other, 2).parameters)];
  for (const [name, values] of Object.entries(carried)) {
    assert.deepEqual(values, name.startsWith("head.fc.") ? drawn[name] : given[name], name);
  }
});

Deno.test("a masked autoencoder's encoder is carried to a ViT, its fixed positions too", () => {
  const size = { dim: 8, depth: 1, heads: 2 };
  const mae = createAutoencoder(
    { family: "mae", patch: 4, encoder: size, decoder: { ...size, dim: 4 }, maskRatio: 0.5 },
    8,
  );
  const to = createModel(
    {
      ...size,
      family: "vit",
      patch: 4,
      classToken: true,
      pooling: "token",
      positions: "sincos",
      dropPath: 0,
    },
    3,
    8,
  );
  const parameters = Float32Array.from({ length: countParameters(mae.specs) }, (_, i) => i + 1);
  const buffers = Float32Array.from({ length: countParameters(mae.buffers) }, (_, i) => -i - 1);
  const carried = carriedWeights(mae, { parameters, buffers }, to, 1);
  for (const [name, values] of Object.entries(partsOf(to, carried.parameters))) {
    const isNew = name.startsWith("head.");
    assert.ok(values.every((v) => isNew ? Math.abs(v) < 1 : v >= 1 && Number.isInteger(v)), name);
  }
  assert.ok(carried.buffers!.every((v) => v < 0));
});

Deno.test("weights of another model are refused", async () => {
  const weights = { parameters: new Float32Array(3) };
  await assert.rejects(
    () => fineTune({ ...syntheticTraining(""), weights }),
    /weights.parameters has 3 values/,
  );
  const cnn = createModel({ family: "cnn", dims: [4] }, 2);
  assert.throws(
    () => carriedWeights(cnn, drawnWeights(cnn, 1), model, 1),
    /cnn and convnext have no tensor of the same name and shape/,
  );
});
