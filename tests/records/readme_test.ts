/** The three lines of src/records/README.md that open a network in timm, where timm is. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { repositoryRoot } from "~/disk/mod.ts";
import {
  createModel,
  type FlatWeights,
  initialise,
  type Model,
  saveWeights,
  tensorsOf,
  weightTensors,
} from "../../src/models/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";

const python = Deno.env.get("NTD_PYTORCH");
const SIDE = 64;

/** Python's lines in the document, with the network's file at a path. */
function documented(path: string): string {
  const text = Deno.readTextFileSync(join(repositoryRoot, "src/records/README.md"));
  const [, lines] = text.match(/```python\n(import timm\n[^]*?)```/)!;
  assert.equal(lines.trim().split("\n").length, 3);
  const [before, after] = lines.split(/"runs\/[0-9a-f]{16}\/model\.safetensors"/);
  return `${before}${JSON.stringify(path)}${after}`;
}

async function probabilitiesOf(model: Model, weights: FlatWeights, images: Float32Array): Promise<number[]> {
  await startEngine();
  return tf.tidy(() => {
    const x = tf.tensor4d(images, [2, SIDE, SIDE, 3]);
    return [...model.apply(tensorsOf(model, weightTensors(weights)), x).softmax().dataSync()];
  });
}

Deno.test({
  name: `the document's three lines open a network in timm${
    python ? "" : " (needs NTD_PYTORCH: a Python with timm)"
  }`,
  ignore: !python,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    const stream = random(5);
    const images = Float32Array.from({ length: 2 * SIDE * SIDE * 3 }, () => stream.normal());
    const model = createModel("convnext_atto", 3, SIDE);
    const weights = {
      parameters: initialise(model.specs, stream).map((value) => value + 0.02 * stream.normal()),
    };
    await saveWeights(join(folder, "model.safetensors"), model, weights, { datasets: '["a","b","c"]' });
    Deno.writeFileSync(join(folder, "images"), new Uint8Array(images.buffer));
    const script = [
      "import sys, numpy, torch",
      `images = numpy.fromfile(sys.argv[1], "<f4").reshape(2, ${SIDE}, ${SIDE}, 3)`,
      "images = torch.from_numpy(images).permute(0, 3, 1, 2)",
      documented(join(folder, "model.safetensors")),
      "print(probabilities.flatten().tolist())",
    ].join("\n");
    const args = ["-c", script, join(folder, "images")];
    const { success, stdout, stderr } = await new Deno.Command(python!, { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const theirs: number[] = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
    const ours = await probabilitiesOf(model, weights, images);
    assert.ok(Math.max(...ours) - Math.min(...ours) > 0.01, `${ours}: of equal ones nothing would be told`);
    ours.forEach((value, i) => assert.ok(Math.abs(value - theirs[i]) < 1e-4, `${ours}; timm: ${theirs}`));
    Deno.removeSync(folder, { recursive: true });
  },
});
