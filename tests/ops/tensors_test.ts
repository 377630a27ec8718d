import assert from "node:assert/strict";
import { imagesFromPixels } from "../../src/ops/mod.ts";
import { bytesTensor, bytesToFloat, compile, startEngine, tf } from "../../src/tensorflow/mod.ts";

await startEngine();

const MEAN = [0.485, 0.456, 0.406], STD = [0.229, 0.224, 0.225];
const every = Uint8Array.from({ length: 256 }, (_, v) => v);

/** Greatest difference between what is made of the pixels and `(v / 255 - mean) / std`. */
async function greatestError(pixels: Uint8Array, shape: [number, number, number, number], compiled: boolean) {
  const x = bytesTensor<tf.Rank.R4>(pixels, shape);
  const f = compile(imagesFromPixels);
  const y = compiled ? await f(x) : tf.tidy(() => imagesFromPixels(x));
  const [B, H, W, C] = shape;
  assert.deepEqual([y.shape, y.dtype], [[B, H, W, 3], "float32"]);
  const errors = Array.from(y.dataSync(), (value, i) => {
    const [place, channel] = [Math.floor(i / 3), i % 3];
    const v = pixels[C === 1 ? place : 3 * place + channel];
    return Math.abs(value - (v / 255 - MEAN[channel]) / STD[channel]);
  });
  tf.dispose([x, y]);
  f.dispose();
  return Math.max(...errors);
}

Deno.test("every 8-bit value, grey and in colour, compiled and not, is normalised to 1e-6", async () => {
  const before = tf.memory().numTensors;
  const colour = Uint8Array.from({ length: 3 * 256 }, (_, i) => every[(i * 7) % 256]);
  for (const compiled of [true, false]) {
    assert.ok(await greatestError(every, [1, 16, 16, 1], compiled) < 1e-6);
    assert.ok(await greatestError(colour, [2, 8, 16, 3], compiled) < 1e-6);
  }
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a tensor of bytes keeps its values, and is cast as those of int32 are; floats stay", () => {
  tf.tidy(() => {
    const bytes = bytesTensor<tf.Rank.R2>(every, [16, 16]);
    assert.equal(bytes.dtype, "int32");
    assert.deepEqual([...bytes.dataSync()], [...every]);
    const floats = [
      bytesToFloat(bytes),
      bytesToFloat(tf.tensor2d([...every], [16, 16], "int32")),
      bytesToFloat(tf.tensor2d([...every], [16, 16])),
    ];
    for (const x of floats) assert.deepEqual([x.dtype, ...x.dataSync()], ["float32", ...every]);
  });
  assert.throws(() => bytesTensor(every, [3]), /Shape \[3\] holds 3 values, but 256 were given/);
});
