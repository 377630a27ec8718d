/** The list of families, and what is made from it. */
import assert from "node:assert/strict";
import { createModel, familyOf, models, modelSchema } from "../../src/models/mod.ts";

Deno.test("every named configuration has the shape of its family", () => {
  for (const name of Object.keys(models)) {
    const parsed = modelSchema.parse(models[name]);
    assert.deepEqual(parsed, models[name], name);
    assert.equal(familyOf(name), models[name].family);
  }
});

Deno.test("a configuration of no family, with a field at fault or one too many is refused, naming the field", () => {
  const pathsOf = (config: object) => {
    const { error } = modelSchema.safeParse(config);
    return JSON.stringify(error?.issues);
  };
  assert.match(pathsOf({ family: "mlp" }), /"family"/);
  assert.match(pathsOf({ family: "cnn", dims: [0] }), /"dims"/);
  assert.match(pathsOf({ family: "cnn", dims: [8], depth: 2 }), /"depth"/);
});

Deno.test("each field of a configuration says what it is", () => {
  const [, configs] = modelSchema.options;
  const families = new Set(Object.keys(models).map((name) => familyOf(name)!));
  assert.deepEqual([...families], configs.options.map(({ shape }) => shape.family.value));
  for (const { shape } of configs.options) {
    for (const [field, schema] of Object.entries(shape)) {
      assert.ok(field === "family" || schema.description, field);
    }
  }
});

Deno.test("layers that end a stage or a block are known", () => {
  const stagesOf = (name: string) => createModel(name, 3, 32).stages;
  assert.deepEqual(stagesOf("convnext_micro"), ["stages.0", "stages.1"]);
  assert.deepEqual(stagesOf("resnet_micro"), ["layer1", "layer2", "layer3"]);
  assert.deepEqual(stagesOf("vit_micro"), [0, 1, 2, 3].map((i) => `blocks.${i}`));
  assert.deepEqual(stagesOf("cnn_micro"), ["stages.0", "stages.1", "stages.2"]);
  assert.deepEqual([...stagesOf("vgg_micro"), ...stagesOf("alexnet_micro")], []);
});
