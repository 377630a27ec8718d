import assert from "node:assert/strict";
import { RunFolder } from "../../../src/experiments/mod.ts";

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
