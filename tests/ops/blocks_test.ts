/** Operations with gradients of their own, against tfjs's automatic differentiation of the plain form. */
import assert from "node:assert/strict";
import { type Block, blockInputs, blocks, valueAndGradients } from "../../src/bench/op_cases.ts";
import { compile, startEngine, tf } from "../../src/tensorflow/mod.ts";

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

for (const block of blocks) {
  Deno.test(`${block.name}: value and gradients, op by op and compiled`, async () => {
    const inputs = blockInputs(block, 2);
    const want = valuesOf(block.plain, inputs);
    const eager = valuesOf(block.ours, inputs);
    assertSame(eager, want, "op by op");
    const compiled = compile((xs: Record<string, tf.Tensor>) =>
      valueAndGradients(block.ours, Object.values(xs))
    );
    const got = await compiled(Object.fromEntries(inputs.map((x, i) => [`x${i}`, x])));
    assertSame(got, want, "compiled");
    tf.dispose([inputs, want, eager, got]);
    compiled.dispose();
  });
}
