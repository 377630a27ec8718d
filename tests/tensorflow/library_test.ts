import assert from "node:assert/strict";
import { join } from "node:path";
import { findLibrary } from "../../src/tensorflow/library.ts";

/** A folder in which a wheel with empty libraries lies at `path`. */
function installed(path: string, suffix = ".so.2"): string {
  const root = Deno.makeTempDirSync();
  const folder = join(root, path);
  Deno.mkdirSync(folder, { recursive: true });
  const names = suffix === ".so.2"
    ? ["libtensorflow_framework.so.2", "libtensorflow_cc.so.2"]
    : ["libtensorflow_framework.2.dylib", "libtensorflow_cc.2.dylib"];
  for (const name of names) Deno.writeTextFileSync(join(folder, name), "");
  return root;
}

const nowhere = { override: "", systemFolders: [] };

Deno.test("finds the wheel in .venv, whatever the version of Python", () => {
  const root = installed(".venv/lib/python3.13/site-packages/tensorflow");
  const found = findLibrary({ ...nowhere, root, os: "linux" });
  assert.equal(found?.folder, join(root, ".venv/lib/python3.13/site-packages/tensorflow"));
  assert.equal(found?.foundBy, ".venv");
});

Deno.test("looks for dylibs on macOS", () => {
  const root = installed(".venv/lib/python3.12/site-packages/tensorflow", ".dylib");
  assert.ok(findLibrary({ ...nowhere, root, os: "darwin" })?.core.endsWith("libtensorflow_cc.2.dylib"));
  assert.equal(findLibrary({ ...nowhere, root, os: "linux" }), undefined);
});

Deno.test("falls back to a system-wide Python", () => {
  const prefix = installed("python3/dist-packages/tensorflow");
  const found = findLibrary({ ...nowhere, root: "/nonexistent", systemFolders: [prefix], os: "linux" });
  assert.equal(found?.foundBy, "system");
});

Deno.test("NTD_TENSORFLOW comes first, and a wrong one is an error rather than passed over", () => {
  const root = installed(".venv/lib/python3.13/site-packages/tensorflow");
  const other = installed("tf");
  const found = findLibrary({ root, override: join(other, "tf"), os: "linux" });
  assert.equal(found?.folder, join(other, "tf"));
  assert.throws(() => findLibrary({ root, override: other, os: "linux" }), /NTD_TENSORFLOW names .*unset it/);
});

Deno.test("nothing found is undefined", () => {
  assert.equal(findLibrary({ ...nowhere, root: "/nonexistent" }), undefined);
});
