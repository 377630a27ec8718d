import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Frame, frameStart, readerOf, readFrames } from "../../../src/images/decoding/frames.ts";
import { type DecoderOptions, startDecoders } from "../../../src/images/mod.ts";

const STAND_IN = new URL("../../made/images/decoding/stand_in.ts", import.meta.url);

interface Facts {
  length: number;
  settings: unknown;
  pid: number;
}

const bytesOf = (order: string) => new TextEncoder().encode(order);

/** What the stand-in gives for an order. */
async function withDecoders(
  options: DecoderOptions,
  test: (decode: (order: string) => Promise<Facts>) => Promise<void>,
): Promise<void> {
  using decoders = startDecoders<Facts>(STAND_IN, { side: 7 }, options);
  await test(async (order) => {
    const { facts, bytes } = await decoders.decode(bytesOf(order));
    assert.equal(new TextDecoder().decode(bytes), order);
    return facts;
  });
}

Deno.test("files are decoded by other processes with the settings, more at a time than there are processes", async () => {
  await withDecoders({ processes: 2 }, async (decode) => {
    const orders = Array.from({ length: 12 }, (_, i) => `ok${"!".repeat(i)}`);
    const facts = await Promise.all(orders.map(decode));
    const pids = new Set(facts.map(({ pid }) => pid));
    assert.deepEqual([pids.size, pids.has(Deno.pid)], [2, false]);
    assert.deepEqual(facts.map(({ length }) => length), orders.map(({ length }) => length));
    assert.deepEqual(facts[0].settings, { side: 7 });
  });
});

Deno.test("a crash, half an answer and a senseless one are this one image's failure, and the next image is decoded", async () => {
  await withDecoders({ processes: 1 }, async (decode) => {
    await decode("ok");
    await assert.rejects(decode("abort"), { reason: "decoder_crashed", message: "ended by SIGABRT" });
    await decode("good");
    await assert.rejects(decode("exit"), { reason: "decoder_crashed", message: "ended with code 3" });
    await assert.rejects(decode("half"), { reason: "decoder_crashed", message: "ended with code 1" });
    await assert.rejects(decode("garbage"), { reason: "decoder_crashed" });
    await decode("fine");
  });
});

Deno.test("so is a process that is killed from outside while it decodes", async () => {
  await withDecoders({ processes: 1 }, async (decode) => {
    const { pid } = await decode("ok");
    const busy = assert.rejects(decode("busy"), { reason: "decoder_crashed", message: "ended by SIGKILL" });
    const next = decode("next");
    Deno.kill(pid, "SIGKILL");
    await busy;
    assert.notEqual((await next).pid, pid);
  });
});

Deno.test("so is a hang, busy or idle", async () => {
  await withDecoders({ processes: 1, decodeMs: 1500 }, async (decode) => {
    await decode("ok");
    await assert.rejects(decode("busy"), { reason: "decoder_timed_out", message: "not done after 1500 ms" });
    await decode("good");
    await assert.rejects(decode("wait"), { reason: "decoder_timed_out" });
    await decode("fine");
  });
});

Deno.test("so is an image that takes too much memory", async () => {
  await withDecoders({ processes: 1, memoryMb: 100 }, async (decode) => {
    await decode("ok");
    await assert.rejects(decode("memory"), { reason: "decoder_out_of_memory", message: "more than 100 MB" });
    await decode("fine");
  });
});

Deno.test("what a decoder throws has its reason, and leaves the process as it was", async () => {
  await withDecoders({ processes: 1 }, async (decode) => {
    await assert.rejects(decode("damaged"), {
      name: "ImageFailure",
      reason: "damaged",
      message: "first line",
    });
    await assert.rejects(decode("large"), { reason: "too_many_pixels", message: "9 x 9" });
    await decode("fine");
  });
});

Deno.test("a file that came in behind one that ends the process is decoded by another", async () => {
  await withDecoders({ processes: 1, decodeMs: 1500, memoryMb: 100 }, async (decode) => {
    const orders = ["abort", "ok", "busy", "ok", "memory", "ok", "ok"];
    const ends = await Promise.allSettled(orders.map(decode));
    assert.deepEqual(
      ends.map((end) => end.status === "rejected" ? end.reason.reason : "decoded"),
      [
        ...["decoder_crashed", "decoded", "decoder_timed_out", "decoded"],
        ...["decoder_out_of_memory", "decoded", "decoded"],
      ],
    );
  });
});

Deno.test("a process that ends while it has nothing to do is no image's failure", async () => {
  await withDecoders({ processes: 1 }, async (decode) => {
    const { pid } = await decode("ok");
    Deno.kill(pid, "SIGKILL");
    const isThere = new Deno.Command("kill", { args: ["-0", `${pid}`], stderr: "null" });
    while ((await isThere.output()).success);
    assert.notEqual((await decode("fine")).pid, pid);
  });
});

Deno.test("processes that do not start are no fault of an image", async () => {
  using decoders = startDecoders(new URL("./no_such_program.ts", import.meta.url), {}, { processes: 1 });
  await assert.rejects(decoders.decode(bytesOf("ok")), {
    name: "Error",
    message: /could be started.*sharp/s,
  });
});

Deno.test("ending refuses who is decoded and who waits, by hand or by a signal", async () => {
  const stop = new AbortController();
  const byHand = startDecoders(STAND_IN, {}, { processes: 1 });
  const bySignal = startDecoders(STAND_IN, {}, { processes: 1, signal: stop.signal });
  const starting = startDecoders(STAND_IN, {}, { processes: 1, signal: stop.signal });
  for (const decoders of [byHand, bySignal]) await decoders.decode(bytesOf("ok"));
  const refused = [byHand, bySignal].flatMap((decoders) =>
    ["busy", "ok"].map((order) =>
      assert.rejects(decoders.decode(bytesOf(order)), decoders === byHand ? { name: "AbortError" } : /enough/)
    )
  );
  refused.push(assert.rejects(starting.decode(bytesOf("ok")), /enough/));
  byHand[Symbol.dispose]();
  stop.abort(new Error("enough"));
  await Promise.all(refused);
  await assert.rejects(bySignal.decode(bytesOf("ok")), /enough/);
});

Deno.test("a process whose starter has gone ends by itself in the middle of an image", async () => {
  const limits = { decodeMs: 200, memoryMb: 1000 };
  const program = fileURLToPath(STAND_IN);
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", program, JSON.stringify({ settings: {}, limits })],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const answers: AsyncGenerator<Frame<unknown>> = readFrames(readerOf(process.stdout));
  await answers.next();
  const input = process.stdin.getWriter();
  const order = bytesOf("wait");
  await input.write(frameStart({}, order.length));
  await input.write(order);
  await input.close();
  assert.equal((await answers.next()).done, true);
  assert.equal((await process.status).code, 1);
});
