/** Operations with gradients of their own, against tfjs's automatic differentiation of the plain form. */
import assert from "node:assert/strict";
import { type Block, blockInputs, blocks, valueAndGradients } from "../../src/bench/op_cases.ts";
import { depthwiseConv, inPrecision, selfAttention } from "../../src/ops/mod.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";
import { asOnGpu } from "../made/emulated_gpu.ts";

await startEngine();

type Values = Record<string, tf.Tensor>;

/** Largest difference in units of the largest expected value. */
function difference(got: tf.Tensor, want: tf.Tensor): number {
  const [a, b] = [got.dataSync(), want.dataSync()];
  assert.deepEqual(got.shape, want.shape);
  const scale = Math.max(1, ...b.map(Math.abs));
  return Math.max(...a.map((v, i) => Math.abs(v - b[i]))) / scale;
}

function assertSame(got: Values, want: Values, how: string): void {
  assert.deepEqual(Object.keys(got), Object.keys(want));
  for (const [name, tensor] of Object.entries(got)) {
    const off = difference(tensor, want[name]);
    assert.ok(off < 1e-5, `${how}, ${name}: off by ${off}`);
  }
}

const valuesOf = (f: Block["ours"], inputs: tf.Tensor[]): Values =>
  tf.tidy(() => valueAndGradients(f, inputs) as never) as unknown as Values;

/** The same from a compiled function. */
async function compiledValues(f: Block["ours"], inputs: tf.Tensor[]): Promise<Values> {
  const compiled = compile((xs: Record<string, tf.Tensor>) => valueAndGradients(f, Object.values(xs)));
  try {
    return await compiled(Object.fromEntries(inputs.map((x, i) => [`x${i}`, x])));
  } finally {
    compiled.dispose();
  }
}

for (const block of blocks) {
  Deno.test(`${block.name}: value and gradients, op by op, compiled, and compiled as for a GPU`, async () => {
    const inputs = blockInputs(block, 2);
    const want = valuesOf(block.plain, inputs);
    const eager = valuesOf(block.ours, inputs);
    assertSame(eager, want, "op by op");
    const got = await compiledValues(block.ours, inputs);
    assertSame(got, want, "compiled");
    await asOnGpu(async () => {
      const there = await compiledValues(block.ours, inputs);
      assertSame(there, want, "as on a GPU");
      tf.dispose(there);
    });
    tf.dispose([inputs, want, eager, got]);
  });
}

Deno.test("attention as for a GPU: rows and columns of padding change nothing", async () => {
  const [tokens, heads] = [13, 2]; // padded to 16
  const attention: Block["ours"] = (qkv) => selfAttention(qkv as tf.Tensor2D, tokens, heads);
  const inputs = [tf.randomNormal([3 * tokens, 3 * heads * 4], 0, 2, "float32", 5)];
  const want = await compiledValues(attention, inputs);
  await asOnGpu(async () => {
    const got = await compiledValues(attention, inputs);
    assertSame(got, want, "padded");
    tf.dispose(got);
  });
  tf.dispose([inputs, want]);
});

Deno.test("depthwise convolution in bfloat16: value and gradients as in float32, to its precision", async () => {
  const inputs = [
    tf.randomNormal([2, 9, 9, 8], 0, 1, "float32", 1),
    tf.randomNormal([7, 7, 8, 1], 0, 0.2, "float32", 2),
  ];
  const exact: Block["ours"] = (x, kernel) => depthwiseConv(x as tf.Tensor4D, kernel as tf.Tensor4D);
  const rough: Block["ours"] = (x, kernel) =>
    inPrecision(exact(x, inPrecision(kernel, "bfloat16")), "float32");
  const want = await compiledValues(exact, inputs);
  const got = await compiledValues(rough, inputs);
  for (const [name, tensor] of Object.entries(got)) {
    const off = difference(tensor, want[name]);
    assert.ok(off > 0 && off < 0.02, `${name}: off by ${off}`);
  }
  tf.dispose([inputs, want, got]);
});
