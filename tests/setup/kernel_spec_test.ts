import assert from "node:assert/strict";
import { join } from "node:path";
import { writeKernelSpec, writeLabSettings } from "../../src/setup/kernel_spec.ts";

Deno.test("the kernel spec is written inside .venv, and again when Deno's path has changed", async () => {
  const venv = await Deno.makeTempDir();
  assert.equal(writeKernelSpec(venv, "/a/deno"), true);
  assert.equal(writeKernelSpec(venv, "/a/deno"), false);
  assert.equal(writeKernelSpec(venv, "/b/deno"), true);
  const path = join(venv, "share/jupyter/kernels/name-that-dataset/kernel.json");
  const spec = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual(spec.argv, ["/b/deno", "jupyter", "--kernel", "--conn", "{connection_file}"]);
  assert.equal(spec.language, "typescript");
  await Deno.remove(venv, { recursive: true });
});

Deno.test("JupyterLab asks nothing at its first start", async () => {
  const venv = await Deno.makeTempDir();
  writeLabSettings(venv);
  const path = join(venv, "share/jupyter/lab/settings/overrides.json");
  const settings = JSON.parse(await Deno.readTextFile(path));
  assert.equal(settings["@jupyterlab/apputils-extension:notification"].fetchNews, "false");
  await Deno.remove(venv, { recursive: true });
});
