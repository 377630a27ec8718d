import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { withUsage } from "../../src/bench/usage.ts";

const BUSY = fileURLToPath(new URL("../made/bench/busy.ts", import.meta.url));

Deno.test({
  name: "time and memory of a program are those of all processes that it starts, and of no other",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const start = (...args: string[]) =>
      new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", BUSY, ...args], stdin: "piped" })
        .spawn();
    const other = start("0", "0");
    const ended = () => start("2", "400").status.then(({ code }) => ({ code }));
    const { code, cpuMilliseconds, othersMilliseconds, megabytes } = await withUsage(ended, {
      others: [other.pid],
    });
    assert.equal(code, 0);
    assert.ok(cpuMilliseconds >= 2 * 400, `${cpuMilliseconds} ms`);
    assert.ok(othersMilliseconds < cpuMilliseconds / 2, `${othersMilliseconds} ms of the other`);
    assert.ok(megabytes > 2 * 100, `${megabytes} MB`);
    await other.stdin.close();
    await other.status;
  },
});
