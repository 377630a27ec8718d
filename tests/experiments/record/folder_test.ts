import assert from "node:assert/strict";
import { dataRoot } from "../../../src/data/mod.ts";
import { repositoryRoot } from "../../../src/disk/mod.ts";
import { RunFolder, runsFolder } from "../../../src/experiments/mod.ts";
import { environment } from "../../made/environment.ts";

Deno.test("relative folders of records and pools start at the repository, whichever folder a notebook runs in", () => {
  for (const [variable, folder] of [["NTD_RUNS", runsFolder], ["NTD_DATA", dataRoot]] as const) {
    for (
      const [value, path] of [["elsewhere/kept", `${repositoryRoot}elsewhere/kept`], [
        "/elsewhere",
        "/elsewhere",
      ]]
    ) {
      using _variable = environment({ [variable]: value });
      assert.equal(folder(), path);
    }
  }
});

Deno.test("who waits for a folder that is held gets it when it is free, or stops at the signal", async () => {
  const root = await Deno.makeTempDir();
  try {
    const folder = new RunFolder("0123456789abcdef", root);
    const held = await folder.lock();
    const controller = new AbortController();
    const stopped = folder.lock(controller.signal);
    controller.abort(new DOMException("enough", "AbortError"));
    await assert.rejects(stopped, /enough/);
    const waiting = folder.lock();
    held[Symbol.dispose]();
    (await waiting)[Symbol.dispose]();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
