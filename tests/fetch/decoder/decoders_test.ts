import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { makeDecoders } from "../../../src/fetch/decoder/decoders.ts";
import { STORAGE_DEFAULTS } from "../../../src/fetch/settings.ts";
import { photographJpeg } from "../made_up_photographs.ts";

Deno.test("files are decoded by other processes, more at a time than there are processes", async () => {
  using decoders = makeDecoders(STORAGE_DEFAULTS, { processes: 2 });
  const files = await Promise.all(Array.from({ length: 12 }, (_, i) => photographJpeg(i)));
  const stored = await Promise.all(files.map((file) => decoders.decode(file)));
  assert.deepEqual(stored.map(({ facts }) => [facts.width, facts.height]), files.map(() => [64, 48]));
  assert.deepEqual(stored.map(({ facts }) => facts.originalBytes), files.map(({ length }) => length));
  await assert.rejects(decoders.decode(new Uint8Array(3)), { reason: "not_an_image" });
});

/** A program that does with each file what the file's first letter says. */
const PROGRAM = `
  import { packFrame, readFrames } from "${new URL("../../../src/fetch/decoder/frames.ts", import.meta.url)}";
  const write = (header) => Deno.stdout.write(packFrame(header));
  await write({ ready: true });
  for await (const { body } of readFrames(Deno.stdin.readable)) {
    const order = String.fromCharCode(body[0]);
    if (order === "k") Deno.exit(139);
    if (order === "h") while (true);
    if (order === "p") { await Deno.stdout.write(new Uint8Array([9, 0, 0, 0])); Deno.exit(1); }
    await write({ facts: { width: body.length } });
  }`;

async function withProgram(text: string, test: (program: URL) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, text);
    await test(pathToFileURL(path));
  } finally {
    await Deno.remove(path);
  }
}

const order = (text: string) => new TextEncoder().encode(text);

Deno.test("a crash, a hang and half an answer are this one image's failure, and the next image is decoded", async () => {
  await withProgram(PROGRAM, async (program) => {
    using decoders = makeDecoders({ ...STORAGE_DEFAULTS, decodeMs: 1500 }, { processes: 1, program });
    const good = async (text: string) =>
      assert.equal((await decoders.decode(order(text))).facts.width, text.length);
    await good("ok");
    await assert.rejects(decoders.decode(order("k")), { reason: "decoder_crashed" });
    await good("good");
    await assert.rejects(decoders.decode(order("h")), { reason: "decoder_timed_out" });
    await assert.rejects(decoders.decode(order("p")), { reason: "decoder_crashed" });
    await good("fine");
  });
});

Deno.test("who waits for a process that dies gets another", async () => {
  await withProgram(PROGRAM, async (program) => {
    using decoders = makeDecoders(STORAGE_DEFAULTS, { processes: 1, program });
    const ends = await Promise.allSettled(["k", "ok", "k", "ok"].map((text) => decoders.decode(order(text))));
    assert.deepEqual(ends.map(({ status }) => status), ["rejected", "fulfilled", "rejected", "fulfilled"]);
  });
});

Deno.test("processes that do not start are no fault of an image", async () => {
  await withProgram("Deno.exit(1);", async (program) => {
    using decoders = makeDecoders(STORAGE_DEFAULTS, { processes: 1, program });
    await assert.rejects(decoders.decode(order("ok")), {
      name: "Error",
      message: /could be started.*sharp/s,
    });
  });
});

Deno.test("ending refuses who waits", async () => {
  await withProgram(PROGRAM, async (program) => {
    const decoders = makeDecoders(STORAGE_DEFAULTS, { processes: 1, program });
    const waiting = ["h", "ok"].map((text) => assert.rejects(decoders.decode(order(text))));
    decoders[Symbol.dispose]();
    await Promise.all(waiting);
    await assert.rejects(decoders.decode(order("ok")), { name: "AbortError" });
  });
});
