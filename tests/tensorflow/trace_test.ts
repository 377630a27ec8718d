import assert from "node:assert/strict";
import { attribute, compile, rawOp, startEngine, tf } from "../../src/tensorflow/mod.ts";

const ignore = (await startEngine()).backend !== "tensorflow";

async function value(result: Promise<tf.Tensor>): Promise<number[]> {
  const tensor = await result;
  const values = [...tensor.dataSync()];
  tensor.dispose();
  return values;
}

Deno.test("a compiled function gives what the plain one gives, gradients included", { ignore }, async () => {
  const x = tf.randomNormal([2, 8, 8, 3], 0, 1, "float32", 1),
    w = tf.randomNormal([3, 3, 3, 4], 0, 1, "float32", 2);
  const plain = (x: tf.Tensor, w: tf.Tensor) => {
    const loss = (w: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same").relu().square().mean();
    const { value, grad } = tf.valueAndGrad(loss)(w);
    return { value, parts: [grad, tf.concat([grad.flatten(), grad.flatten()])] };
  };
  const compiled = compile(plain as never) as unknown as (
    x: tf.Tensor,
    w: tf.Tensor,
  ) => Promise<ReturnType<typeof plain>>;
  const [got, want] = [await compiled(x, w), tf.tidy(() => plain(x, w) as never) as ReturnType<typeof plain>];
  const pairs = [[got.value, want.value], [got.parts[0], want.parts[0]], [got.parts[1], want.parts[1]]];
  for (const [a, b] of pairs) assert.deepEqual(a.dataSync(), b.dataSync());
  tf.dispose([got, want, x, w]);
});

Deno.test("it is traced once a combination of shapes", { ignore }, async () => {
  let runs = 0;
  const double = compile((x: tf.Tensor) => (runs++, x.mul(2)));
  for (const values of [[1, 2], [3, 4], [5, 6, 7], [8, 9]]) {
    const x = tf.tensor1d(values);
    assert.deepEqual(await value(double(x)), values.map((v) => 2 * v));
    x.dispose();
  }
  assert.equal(runs, 2);
  assert.equal(Object.keys(double.histograms()).length, 2);
  double.dispose();
});

Deno.test(
  "tensors from outside are read anew at every call; one that is gone is an error",
  { ignore },
  async () => {
    const outside = tf.variable(tf.scalar(3)), x = tf.scalar(5);
    const product = compile((x: tf.Tensor) => x.mul(outside));
    assert.deepEqual(await value(product(x)), [15]);
    const other = tf.scalar(7); // never read by an op before the trace: its value is still JavaScript's
    const sum = compile((x: tf.Tensor) => x.add(other));
    assert.deepEqual(await value(sum(x)), [12]);
    assert.equal(other.add(1).dataSync()[0], 8, "the outside tensor is still a tensor of its own");
    other.dispose();
    await assert.rejects(() => sum(x), /reads a tensor of shape \[\] from outside that has been disposed/);
    tf.dispose([outside, x]);
  },
);

Deno.test(
  "a short constant stands once in a graph, another type, shape or sign apart",
  { ignore },
  async () => {
    const quotients = (x: tf.Tensor) =>
      [
        tf.scalar(0),
        tf.scalar(-0),
        tf.scalar(0, "int32").cast("float32"),
        tf.tensor1d([0]),
        tf.tensor1d([0, 1]),
      ]
        .map((divisor) => x.div(divisor));
    const x = tf.tensor1d([1, 2]);
    const constants = [];
    for (const times of [1, 2]) {
      const f = compile((x: tf.Tensor) => tf.stack(Array.from({ length: times }, () => quotients(x)).flat()));
      const rows = [
        [Infinity, Infinity],
        [-Infinity, -Infinity],
        [Infinity, Infinity],
        [Infinity, Infinity],
        [Infinity, 2],
      ];
      assert.deepEqual(await value(f(x)), Array.from({ length: times }, () => rows).flat(2));
      constants.push(Object.values(f.histograms())[0].Const);
      f.dispose();
    }
    assert.deepEqual(constants, [5, 5]);
    x.dispose();
  },
);

Deno.test("an input that is returned as it is comes back as a tensor of its own", { ignore }, async () => {
  const x = tf.tensor1d([1, 2]);
  const both = compile((x: tf.Tensor) => ({ same: x, more: x.add(1) }));
  const { same, more } = await both(x);
  x.dispose();
  assert.deepEqual([...same.dataSync(), ...more.dataSync()], [1, 2, 2, 3]);
  tf.dispose([same, more]);
});

Deno.test("reading a value while tracing says what to do, and the engine goes on", { ignore }, async () => {
  const x = tf.tensor1d([1, 2]);
  const bad = compile((x: tf.Tensor) => x.mul(x.sum().dataSync()[0]));
  await assert.rejects(
    () => bad(x),
    /shape \[\] \(made by Sum\) was asked for at .*trace_test\.ts:\d+ while .*read it outside/,
  );
  for (const read of [() => x.dataSync()[0], () => x.arraySync()]) {
    await assert.rejects(
      () => compile((x: tf.Tensor) => x.mul(read() as number))(x),
      /shape \[2\] from outside was asked for at .*trace_test\.ts:\d+ while .*same at every call/,
    );
  }
  assert.deepEqual([...x.add(1).dataSync()], [2, 3]);
  x.dispose();
});

Deno.test("a random number drawn while tracing is refused, not frozen; one with a seed is a constant", {
  ignore,
}, async () => {
  const x = tf.ones([4]);
  for (const draw of [() => tf.randomNormal([4]), () => tf.dropout(x, 0.5), () => tf.randomUniform([4])]) {
    await assert.rejects(
      () => compile((x: tf.Tensor) => x.add(draw()))(x),
      /random number was drawn at .*trace_test\.ts:\d+ while .*the same at every call/,
    );
  }
  assert.ok(Math.random() < 1, "outside, random numbers are drawn as ever");
  const seeded = compile((x: tf.Tensor) => x.mul(tf.randomUniform([4], 0, 1, "float32", 7)));
  assert.deepEqual(await value(seeded(x)), [...tf.randomUniform([4], 0, 1, "float32", 7).dataSync()]);
  x.dispose();
});

Deno.test("a shape that depends on values is refused", { ignore }, async () => {
  const x = tf.tensor1d([1, 0, 2]), shape = tf.tensor1d([3, 1], "int32");
  const backend = tf.backend() as unknown as { executeSingleOutput: (...args: unknown[]) => tf.Tensor };
  const attributes = [{ name: "T", type: 4, value: 1 }, { name: "Tshape", type: 4, value: 3 }];
  const bad = compile((x: tf.Tensor, shape: tf.Tensor) =>
    backend.executeSingleOutput("Reshape", attributes, [x, shape])
  );
  await assert.rejects(
    () => bad(x, shape),
    /Reshape at .*trace_test\.ts:\d+: the shape of its result depends on values/,
  );
  tf.dispose([x, shape]);
});

Deno.test("a tensor kept from one trace cannot enter another", { ignore }, async () => {
  const x = tf.scalar(1);
  let kept!: tf.Tensor;
  await value(compile((x: tf.Tensor) => (kept = tf.keep(x.add(1)), kept.mul(2)))(x));
  await assert.rejects(() => compile((x: tf.Tensor) => x.mul(kept))(x), /another function's compilation/);
  assert.throws(() => kept.dataSync(), /asked for/);
  tf.dispose([x, kept]);
});

Deno.test("the event loop turns while a compiled function runs", { ignore }, async () => {
  const x = tf.randomNormal([1024, 1024], 0, 1e-3, "float32", 1);
  const long = compile((x: tf.Tensor) => {
    let y = x;
    for (let i = 0; i < 20; i++) y = y.matMul(x);
    return y;
  });
  (await long(x)).dispose(); // traced and warm
  let turns = 0;
  const interval = setInterval(() => turns++, 1);
  (await long(x)).dispose();
  clearInterval(interval);
  assert.ok(turns > 5, `${turns} turns`);
  x.dispose();
});

/** Tensors that exist, as tfjs and as native memory count them. */
function countTensors(): number[] {
  const { binding } = tf.backend() as unknown as { binding: { getNumOfTensors(): number } };
  return [tf.memory().numTensors, binding.getNumOfTensors()];
}

Deno.test("an error leaves nothing behind: while it is traced, and while it runs", { ignore }, async () => {
  const x = tf.ones([2, 3]), unlike = tf.ones([2, 2]), zeros = tf.zeros([2]);
  for (const tensor of [x, unlike, zeros]) tensor.add(0).dispose(); // an op's first reading takes it to native memory
  const before = countTensors();
  const mismatched = compile((x: tf.Tensor, y: tf.Tensor) => x.mul(2).matMul(y.square().transpose()));
  await assert.rejects(() => mismatched(x, unlike), /matMul|inner/i);
  const checkedLog = compile((x: tf.Tensor) => {
    const attributes = [attribute.type("T", "float32"), attribute.string("message", "the logarithm")];
    return rawOp("CheckNumerics", [x.log()], attributes)[0].add(1);
  });
  await assert.rejects(() => checkedLog(zeros), /the logarithm : Tensor had Inf/);
  assert.deepEqual(countTensors(), before);
  const ones = tf.ones([2]);
  assert.deepEqual(await value(checkedLog(ones)), [1, 1], "it goes on working");
  tf.dispose([x, unlike, zeros, ones]);
});

Deno.test("an error within a gradient leaves nothing behind, however deep", { ignore }, async () => {
  const x = tf.ones([2, 3]);
  x.add(0).dispose();
  const before = countTensors();
  const fault = (): never => {
    throw new Error("a fault");
  };
  const forward = compile((x: tf.Tensor) => tf.grad((x) => x.square().exp().add(fault()))(x));
  await assert.rejects(() => forward(x), /a fault/);
  const backward = compile((x: tf.Tensor) => {
    const op = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([x as tf.Tensor]);
      return { value: (x as tf.Tensor).square(), gradFunc: fault };
    });
    return tf.grad((x) => op(x.exp()))(x);
  });
  await assert.rejects(() => backward(x), /a fault/);
  const second = compile((x: tf.Tensor) => tf.grad((x) => tf.grad((x) => x.square().mul(fault()))(x))(x));
  await assert.rejects(() => second(x), /a fault/);
  assert.deepEqual(countTensors(), before);
  x.dispose();
});

Deno.test("two compiled functions run at the same time", { ignore }, async () => {
  const x = tf.randomNormal([256, 256], 0, 1e-2, "float32", 1);
  const power = (n: number) =>
    compile((x: tf.Tensor) => Array.from({ length: n }).reduce<tf.Tensor>((y) => y.matMul(x), x));
  const [a, b] = [power(3), power(5)];
  const alone = [await value(a(x)), await value(b(x))];
  const together = await Promise.all([1, 2, 3].flatMap(() => [value(a(x)), value(b(x))]));
  together.forEach((values, i) => assert.deepEqual(values, alone[i % 2]));
  x.dispose();
});

Deno.test("nothing is left behind", { ignore }, async () => {
  const x = tf.tensor1d([1, 2, 3]);
  const f = compile((x: tf.Tensor) => x.mul(2).add(tf.tensor1d([1, 1, 1])).sum());
  await value(f(x));
  const before = countTensors();
  for (let i = 0; i < 50; i++) await value(f(x));
  assert.deepEqual(countTensors(), before);
  f.dispose();
  x.dispose();
});

Deno.test(
  "a function in towers gives the same, takes what others made, and gives to others",
  { ignore },
  async () => {
    const halve = (x: tf.Tensor) =>
      tf.concat((tf.split(x, 2) as tf.Tensor[]).map((part) => part.mul(2).sum().reshape([1])));
    const [side, alone] = [compile(halve, { towers: 2 }), compile(halve)];
    const x = tf.tensor1d([1, 2, 3]).concat(tf.tensor1d([4])); // a result of an op
    const before = countTensors();
    const y = await side(x);
    assert.deepEqual(await value(alone(x)), [6, 14]);
    assert.deepEqual([...tf.tidy(() => y.add(1)).dataSync()], [7, 15]);
    assert.deepEqual(await value(side(y.concat(y))), [40, 40]);
    y.dispose();
    assert.deepEqual(countTensors().map((n, i) => n - before[i]), [2, 2], "the sum and the joined one");
    for (const f of [side, alone]) f.dispose();
    assert.deepEqual(await value(side(x)), [6, 14], "traced anew");
  },
);

Deno.test("an error in a function in towers leaves nothing behind", { ignore }, async () => {
  const fail = (x: tf.Tensor) =>
    rawOp("CheckNumerics", [x], [attribute.type("T", "float32"), attribute.string("message", "no")])[0];
  const f = compile(fail, { towers: 2 });
  const [good, bad] = [tf.scalar(1), tf.scalar(NaN)];
  bad.add(1).dispose(); // copies its value to native memory
  await value(f(good));
  const before = countTensors();
  await assert.rejects(f(bad), /no : Tensor had NaN/);
  assert.deepEqual(countTensors(), before);
  assert.deepEqual(await value(f(good)), [1]);
});
