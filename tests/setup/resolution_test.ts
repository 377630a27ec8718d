import assert from "node:assert/strict";
import { type Machine, SetupError } from "../../src/setup/machine.ts";
import { usable, type UsableGpu } from "../../src/nvidia/mod.ts";
import { inTheWay, parseRequirements, resolveInstalls } from "../../src/setup/resolution.ts";

const requirements = await Deno.readTextFile(new URL("../../requirements.txt", import.meta.url));
const laptop: Machine = { os: "linux", arch: "x86_64", python: [3, 11] };

/** A GPU of a compute capability, as the driver shows it. */
function gpu(major: number, minor: number): UsableGpu {
  const gpus = [{ name: "A card", capability: [major, minor] as const, bytes: 8e9 }];
  return usable({ cuda: [12, 4], gpus }) as UsableGpu;
}

function tensorflow(machine: Partial<Machine>) {
  return resolveInstalls(requirements, { ...laptop, ...machine })[1];
}

Deno.test("each platform gets the wheel that carries its native library", () => {
  assert.deepEqual(tensorflow({}).requirements, ["tensorflow-cpu==2.21.0"]);
  assert.deepEqual(tensorflow({ arch: "aarch64" }).requirements, ["tensorflow==2.21.0"]);
  assert.deepEqual(tensorflow({ os: "darwin", arch: "aarch64" }).requirements, ["tensorflow==2.21.0"]);
  assert.deepEqual(tensorflow({ gpu: gpu(8, 0) }).requirements, ["tensorflow[and-cuda]==2.21.0"]);
  assert.deepEqual(tensorflow({ gpu: gpu(8, 0), arch: "aarch64" }).requirements, ["tensorflow==2.21.0"]);
});

Deno.test("only CUDA's libraries come as dependencies of the wheel", () => {
  assert.equal(tensorflow({}).dependencies, false);
  assert.equal(tensorflow({ gpu: gpu(8, 0) }).dependencies, true);
  assert.equal(tensorflow({ gpu: gpu(8, 0), arch: "aarch64" }).dependencies, false);
});

Deno.test("a card that new versions of cuDNN have no kernels for gets an older one", () => {
  for (const card of [gpu(6, 0), gpu(7, 0)]) {
    assert.deepEqual(tensorflow({ gpu: card }).requirements.slice(1), ["nvidia-cudnn-cu12<9.11"]);
  }
  for (const card of [gpu(7, 5), gpu(9, 0), gpu(12, 0)]) {
    assert.equal(tensorflow({ gpu: card }).requirements.length, 1);
  }
});

Deno.test("one TensorFlow does not come over another", () => {
  const files = ["tensorflow", "tensorflow_cpu-2.21.0.dist-info", "plotly-7.1.0.dist-info"];
  assert.deepEqual(inTheWay(files, "tensorflow-cpu==2.21.0"), []);
  assert.deepEqual(inTheWay(files, "tensorflow[and-cuda]==2.21.0"), ["tensorflow-cpu"]);
  assert.deepEqual(inTheWay(["tensorflow-2.21.0.dist-info"], "tensorflow-cpu==2.21.0"), ["tensorflow"]);
  assert.deepEqual(inTheWay(["tensorflow-2.21.0.dist-info"], "tensorflow[and-cuda]==2.21.0"), []);
  const both = [...files, "tensorflow-2.21.0.dist-info"];
  assert.deepEqual(inTheWay(both, "tensorflow[and-cuda]==2.21.0"), ["tensorflow", "tensorflow-cpu"]);
  assert.deepEqual(inTheWay(files, "jupyterlab==4.6.6"), []);
  assert.deepEqual(inTheWay(["tensorflow_io-0.1.dist-info"], "tensorflow-cpu==2.21.0"), []);
});

Deno.test("everything else in requirements.txt is installed with its dependencies", () => {
  const [jupyter] = resolveInstalls(requirements, laptop);
  assert.equal(jupyter.dependencies, true);
  assert.deepEqual(jupyter.requirements, ["jupyterlab==4.6.6", "nbclient==0.11.0", "plotly==7.1.0"]);
});

Deno.test("a TensorFlow that the user names is not installed a second time, on any platform", () => {
  assert.equal(resolveInstalls(requirements, { ...laptop, os: "freebsd" }, false).length, 1);
});

Deno.test("where there is no wheel one sentence says what to do", () => {
  const cases: [Partial<Machine>, RegExp][] = [
    [{ os: "windows" }, /^On Windows .* WSL.*wsl --install/],
    [{ os: "darwin" }, /^There is no native TensorFlow for darwin on x86_64: use /],
    [{ os: "freebsd" }, /^There is no native TensorFlow for freebsd/],
    [{ python: [3, 14] }, /no wheel for Python 3\.14: install a Python from 3\.10 to 3\.13/],
    [{ python: [3, 9] }, /no wheel for Python 3\.9/],
  ];
  for (const [machine, message] of cases) {
    assert.throws(() => tensorflow(machine), (error: Error) => {
      assert.ok(error instanceof SetupError);
      assert.match(error.message, message);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  }
});

Deno.test("a requirement that is not pinned is named", () => {
  assert.throws(() => parseRequirements("plotly>=7"), /"plotly>=7" is not an exact pin/);
});
