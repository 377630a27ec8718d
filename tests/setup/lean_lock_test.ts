import assert from "node:assert/strict";
import { join } from "node:path";
import { repositoryRoot } from "~/disk/mod.ts";
import { leanLock } from "../made/setup/lean_lock.ts";

const text = await Deno.readTextFile(join(repositoryRoot, "deno.lock"));

Deno.test("deno.lock has only what is read: else run tests/made/setup/lean_lock.ts", () => {
  assert.equal(leanLock(text), text);
});

Deno.test("what a package is not read for goes, with what nobody else needs; the rest stays", () => {
  const lock = {
    version: "5",
    specifiers: { "npm:plotly.js@4.1.1": "4.1.1", "npm:sharp@0.35.5": "0.35.5_peer@1.0.0" },
    npm: {
      "plotly.js@4.1.1": { integrity: "a", dependencies: ["maps", "shared"] },
      "maps@1.0.0": { integrity: "b", dependencies: ["tiles@2.0.0"] },
      "tiles@2.0.0": { integrity: "c" },
      "tiles@3.0.0": { integrity: "d" },
      "shared@1.0.0": { integrity: "e" },
      "sharp@0.35.5_peer@1.0.0": {
        integrity: "f",
        dependencies: ["shared"],
        optionalDependencies: ["tiles@3.0.0"],
      },
    },
  };
  const { npm } = JSON.parse(leanLock(JSON.stringify(lock)));
  assert.deepEqual(Object.keys(npm), [
    "plotly.js@4.1.1",
    "tiles@3.0.0",
    "shared@1.0.0",
    "sharp@0.35.5_peer@1.0.0",
  ]);
  assert.deepEqual(npm["plotly.js@4.1.1"], { integrity: "a" });
});
