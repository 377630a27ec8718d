import assert from "node:assert/strict";
import { type Machine, SetupError } from "../../src/setup/machine.ts";
import { parseRequirements, resolveInstalls } from "../../src/setup/resolution.ts";

const requirements = await Deno.readTextFile(new URL("../../requirements.txt", import.meta.url));
const laptop: Machine = { os: "linux", arch: "x86_64", nvidia: false, python: [3, 11] };

function tensorflow(machine: Partial<Machine>) {
  return resolveInstalls(requirements, { ...laptop, ...machine })[1];
}

Deno.test("each platform gets the wheel that carries its native library", () => {
  assert.deepEqual(tensorflow({}).requirements, ["tensorflow-cpu==2.21.0"]);
  assert.deepEqual(tensorflow({ arch: "aarch64" }).requirements, ["tensorflow==2.21.0"]);
  assert.deepEqual(tensorflow({ os: "darwin", arch: "aarch64" }).requirements, ["tensorflow==2.21.0"]);
  assert.deepEqual(tensorflow({ nvidia: true }).requirements, ["tensorflow[and-cuda]==2.21.0"]);
  assert.deepEqual(
    tensorflow({ nvidia: true, arch: "aarch64" }).requirements,
    ["tensorflow[and-cuda]==2.21.0"],
  );
});

Deno.test("only CUDA's libraries come as dependencies of the wheel", () => {
  assert.equal(tensorflow({}).dependencies, false);
  assert.equal(tensorflow({ nvidia: true }).dependencies, true);
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
