import assert from "node:assert/strict";
import { interruptible } from "../../src/notebook/live.ts";

const windows = Deno.build.os === "windows";

Deno.test("interruptible: hands back what the work gives and what it throws", async () => {
  assert.equal(await interruptible(() => Promise.resolve(7)), 7);
  await assert.rejects(interruptible(() => Promise.reject(new RangeError("own"))), /own/);
});

/** Runs code that prints "ready", then presses Ctrl-C so many times, each after a line of output. */
async function press(code: string, times: number) {
  const module = new URL("../../src/notebook/live.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", `import { interruptible } from ${JSON.stringify(module)};\n${code}`],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const error = new Response(child.stderr).text();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (times-- > 0) child.kill("SIGINT");
  }
  return { output, error: await error, code: (await child.status).code };
}

Deno.test({
  name: "interruptible: Ctrl-C ends the work with AbortError and the process with 130",
  ignore: windows,
  fn: async () => {
    const { output, code } = await press(
      `try {
        await interruptible(async (signal) => {
          console.log("ready");
          while (true) { signal.throwIfAborted(); await new Promise((go) => setTimeout(go, 5)); }
        });
      } catch (error) { console.log(error.name, error.message); }`,
      1,
    );
    assert.match(output, /AbortError Interrupted. What was done is kept/);
    assert.equal(code, 130);
  },
});

Deno.test({
  name: "interruptible: a second Ctrl-C ends the process at once",
  ignore: windows,
  fn: async () => {
    const { output, code } = await press(
      `await interruptible(async (signal) => {
        signal.addEventListener("abort", () => console.log("first"));
        console.log("ready");
        await new Promise((go) => setTimeout(go, 60_000));
      });`,
      2,
    );
    assert.match(output, /ready\nfirst\n$/);
    assert.equal(code, 130);
  },
});

Deno.test({
  name: "interruptible: an own error after the press is not hidden",
  ignore: windows,
  fn: async () => {
    const { output } = await press(
      `try {
        await interruptible(async (signal) => {
          console.log("ready");
          await new Promise((go) => { const timer = setInterval(() => {}, 1000);
            signal.addEventListener("abort", () => { clearInterval(timer); go(); }); });
          throw new TypeError("the disk is full");
        });
      } catch (error) { console.log(error.name, error.message); }`,
      1,
    );
    assert.match(output, /TypeError the disk is full/);
  },
});
