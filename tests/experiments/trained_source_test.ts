import assert from "node:assert/strict";
import { join } from "node:path";
import {
  createModel,
  openSafetensors,
  readFloats,
  saveWeights,
  writeSafetensors,
} from "../../src/models/mod.ts";
import { pretrainedWeights } from "../../src/experiments/trained_source.ts";
import { createWeights } from "../../src/train/mod.ts";

Deno.test("weights of a compiled or wrapped model are taken, and the prefix of their names is said", async () => {
  const folder = await Deno.makeTempDir();
  const [plain, wrapped] = ["plain", "wrapped"].map((name) => join(folder, `${name}.safetensors`));
  const model = createModel("vit_micro", 3, 32);
  await saveWeights(plain, model, createWeights(model, 1));
  const said: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => void said.push(line);
  try {
    const expected = pretrainedWeights(plain, model, 2);
    assert.deepEqual(said, []);
    for (const prefix of ["_orig_mod.", "module.", "module._orig_mod."]) {
      using file = openSafetensors(plain);
      await writeSafetensors(
        wrapped,
        [...file.tensors].map((
          [name, { shape }],
        ) => [prefix + name, { shape, values: readFloats(file, name) }]),
      );
      assert.deepEqual(pretrainedWeights(wrapped, model, 2).parameters, expected.parameters);
      assert.match(
        said.pop() ?? "",
        new RegExp(`wrapped\\.safetensors: .* begin with "${prefix}", .* passed over`),
      );
    }
  } finally {
    console.warn = warn;
    await Deno.remove(folder, { recursive: true });
  }
});
