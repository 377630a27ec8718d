/** What training on a GPU needs, as far as a machine without one can check it. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { besideModule } from "~/disk/mod.ts";
import { createModel } from "../../src/models/mod.ts";
import { attribute, bytesTensor, compile, fuse, rawOp, startEngine, tf } from "../../src/tensorflow/mod.ts";
import { nativeBackend } from "../../src/tensorflow/backend.ts";
import { contextConfig } from "../../src/tensorflow/context.ts";
import { cudaBeside, whyNoGpu } from "../../src/tensorflow/cuda.ts";
import { classifierRule, createState, paperRecipe, type StepInput, Stepper } from "../../src/train/mod.ts";
import { asOnGpu } from "../made/emulated_gpu.ts";

await startEngine();

/** CUDA's libraries as pip lays them out, each after those that it needs. */
const PIP = [
  "cuda_runtime/lib/libcudart.so.12",
  "cublas/lib/libcublasLt.so.12",
  "cublas/lib/libcublas.so.12",
  "cufft/lib/libcufft.so.11",
  "nvjitlink/lib/libnvJitLink.so.12",
  "cusparse/lib/libcusparse.so.12",
  "cusolver/lib/libcusolver.so.11",
  "cudnn/lib/libcudnn.so.9",
  "nccl/lib/libnccl.so.2",
];

/** Folder of packages with a TensorFlow, without its libraries. */
async function packages() {
  const site = await Deno.makeTempDir();
  const folder = join(site, "tensorflow");
  await Deno.mkdir(folder);
  const library = {
    folder,
    framework: join(folder, "framework"),
    core: join(folder, "core"),
    foundBy: "test",
  };
  return { site, library, [Symbol.asyncDispose]: () => Deno.remove(site, { recursive: true }) };
}

async function write(path: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, "");
}

Deno.test("CUDA's libraries beside a wheel are found in the order in which they need each other", async () => {
  await using made = await packages();
  assert.deepEqual(cudaBeside(made.library), { libraries: [], compiler: undefined });
  for (const path of PIP.toReversed()) await write(join(made.site, "nvidia", path));
  await write(join(made.site, "nvidia/cuda_nvcc/bin/ptxas"));
  const { libraries, compiler } = cudaBeside(made.library);
  assert.deepEqual(libraries, PIP.map((path) => join(made.site, "nvidia", path)));
  assert.equal(compiler, join(made.site, "nvidia/cuda_nvcc"));
});

/** Whether there is a compiler for stub libraries. */
const hasCompiler = new Deno.Command("gcc", { args: ["--version"], stdout: "null", stderr: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "what was opened by its path is found by its name afterwards, without LD_LIBRARY_PATH",
  ignore: Deno.build.os !== "linux" || !(await hasCompiler),
  fn: async () => {
    await using made = await packages();
    for (const path of PIP) {
      const target = join(made.site, "nvidia", path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeTextFile(join(made.site, "stub.c"), "int stub(void) { return 1; }");
      const soname = `-Wl,-soname,${path.split("/").at(-1)}`;
      const args = ["-shared", "-fPIC", soname, "-o", target, join(made.site, "stub.c")];
      assert.ok((await new Deno.Command("gcc", { args }).output()).success);
    }
    const root = new URL("../../src/tensorflow/", import.meta.url);
    const program = `
      import { cudaBeside } from "${root}cuda.ts";
      import { keepLoaded } from "${root}process.ts";
      const names = ${JSON.stringify(PIP.map((path) => path.split("/").at(-1)))};
      const opens = (name) => { try { Deno.dlopen(name, {}); return true; } catch { return false; } };
      const before = names.map(opens);
      keepLoaded(cudaBeside(${JSON.stringify(made.library)}).libraries);
      console.log(JSON.stringify({ before, after: names.map(opens) }));`;
    const file = join(made.site, "open.ts");
    await Deno.writeTextFile(file, program);
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        `--config=${besideModule(import.meta.url, "../../deno.json")}`,
        file,
      ],
      env: { LD_LIBRARY_PATH: "" },
    });
    const { stdout, stderr } = await command.output();
    const { before, after } = JSON.parse(
      new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr),
    );
    assert.deepEqual(after, PIP.map(() => true));
    assert.ok(before.includes(false), "a machine with all of CUDA shows nothing here");
  },
});

Deno.test("a context takes one GPU and its memory as needed, or none", () => {
  const name = [...new TextEncoder().encode("GPU")];
  const begin = [0x10, 4, 0x28, 4, 0x0a, 0x07, 0x0a, 0x03, ...name, 0x10]; // device_count { "GPU": …
  assert.deepEqual([...contextConfig({ threads: 4 })], [...begin, 1, 0x32, 0x02, 0x20, 0x01]); // allow_growth
  assert.deepEqual([...contextConfig({ threads: 4, gpu: false })], [...begin, 0]);
});

Deno.test("why no GPU is taken: the driver, the build, the first library that does not open", async () => {
  await using made = await packages();
  const gpu = { name: "NVIDIA H100", capability: [9, 0], bytes: 80e9 } as const;
  const driver = { cuda: [12, 4] as const, gpus: [gpu] };
  const seen = { isCudaBuild: true, problem: () => undefined, visible: undefined };
  const why = (of: Parameters<typeof whyNoGpu>[1], more = {}) =>
    whyNoGpu(made.library, of, { ...seen, ...more });
  assert.equal(why(undefined), undefined);
  assert.equal(why(driver, { visible: "" }), undefined);
  assert.equal(why(driver, { visible: "-1" }), undefined);
  assert.match(why({ ...driver, cuda: [11, 4] })!, /^NVIDIA H100 is not used: .*driver 525 or newer\.$/);
  assert.match(
    why({ cuda: [12, 4], gpus: [], problem: "cuInit answered 803" })!,
    /^The GPU is not used: .*803/,
  );
  assert.match(why(driver, { isCudaBuild: false })!, /built without CUDA\. Remove the folder \.venv/);
  const problem = (path: string) => path.includes("cusolver") ? "no such file" : undefined;
  assert.match(why(driver, { problem })!, /libcusolver\.so\.11 does not open \(no such file\)/);
  assert.match(why(driver)!, /TF_CPP_MIN_LOG_LEVEL=0/);
});

const model = createModel("convnext_micro", 3, 32);

function inputOf(): StepInput {
  return {
    pixels: bytesTensor<tf.Rank.R4>(new Uint8Array(4 * 32 * 32 * 3).fill(100), [4, 32, 32, 3]),
    targets: tf.fill([4, 3], 1 / 3),
    learningRate: tf.scalar(1e-3),
    corrections: tf.tensor1d([1, 1]),
  };
}

/** Tensors that are handed from one context to another in each of three steps. */
async function crossingsOfSteps(): Promise<number[]> {
  const { binding } = nativeBackend()!;
  const stepper = new Stepper(classifierRule(model, paperRecipe), createState(model, paperRecipe, 0));
  const input = inputOf();
  const counts = [];
  for (let step = 0; step < 3; step++) {
    const before = binding.crossings;
    await stepper.take(input);
    counts.push(binding.crossings - before);
  }
  stepper.dispose();
  tf.dispose(input as tf.TensorContainer);
  return counts;
}

Deno.test("on a GPU no tensor leaves its context, so none is copied to the host in a step", async () => {
  const [, ...onCpu] = await crossingsOfSteps(); // two towers there: two contexts
  assert.ok(onCpu.every((count) => count > 0), `${onCpu}`);
  await asOnGpu(async () => assert.deepEqual(await crossingsOfSteps(), [0, 0, 0]));
});

Deno.test("bytes that are copied to a GPU ahead are the same bytes", async () => {
  const values = Uint8Array.from({ length: 24 }, (_, i) => 10 * i);
  await asOnGpu(async () => {
    const tensor = bytesTensor(values, [2, 4, 3]);
    const double = compile((x: tf.Tensor) => rawOp("AddV2", [x, x], [attribute.type("T", "uint8")])[0]);
    const sum = await double(tensor);
    assert.deepEqual([...await sum.data()], [...values].map((value) => 2 * value % 256));
    tf.dispose([tensor, sum]);
    double.dispose();
  });
});

Deno.test("values that are waited for are those that are read at once, and outlive their tensor", async () => {
  const x = tf.tensor1d([1, 2, 3]);
  const y = x.add(1);
  const waited = y.data();
  const atOnce = y.dataSync();
  tf.dispose([x, y]);
  assert.deepEqual(await waited, atOnce);
});

Deno.test("out of memory is an error of its own that says what to do, and is not tried again", async () => {
  let traced = 0;
  const huge = compile((x: tf.Tensor) => {
    traced++;
    return x.tile([3_000_000, 3_000_000]).sum();
  });
  const x = tf.ones([1, 1]);
  await assert.rejects(huge(x), { name: "OutOfMemoryError", message: /make batches smaller/ });
  assert.equal(traced, 1);
  x.dispose();
  huge.dispose();
});

Deno.test("where the compiler fails on a GPU, ops are no longer fused, and the function runs", async () => {
  const bessel = fuse("bessel", ([x]) => rawOp("BesselI0", [x], [attribute.type("T", "float32")])); // not XLA's
  const f = compile((x: tf.Tensor) => bessel([x], {})[0]);
  const x = tf.tensor1d([0, 1]);
  const { binding } = nativeBackend()!;
  await assert.rejects(f(x));
  try {
    await asOnGpu(async () => {
      const y = await f(x);
      assert.ok(Math.abs((await y.data())[1] - 1.2660659) < 1e-5);
      y.dispose();
    });
    assert.equal(binding.isFusing, false);
  } finally {
    binding.isFusing = true;
    f.dispose();
    x.dispose();
  }
});
