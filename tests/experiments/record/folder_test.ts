import assert from "node:assert/strict";
import { dataRoot } from "../../../src/data/mod.ts";
import { repositoryRoot } from "../../../src/disk/mod.ts";
import { RunFolder, runsFolder } from "../../../src/experiments/mod.ts";

Deno.test("relative folders of records and pools start at the repository, whichever folder a notebook runs in", () => {
  for (const [variable, folder] of [["NTD_RUNS", runsFolder], ["NTD_DATA", dataRoot]] as const) {
    const before = Deno.env.get(variable);
    try {
      Deno.env.set(variable, "elsewhere/kept");
      assert.equal(folder(), `${repositoryRoot}elsewhere/kept`);
      Deno.env.set(variable, "/elsewhere");
      assert.equal(folder(), "/elsewhere");
    } finally {
      if (before === undefined) Deno.env.delete(variable);
      else Deno.env.set(variable, before);
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
