import assert from "node:assert/strict";
import fc from "fast-check";
import { RequestFailure, type RequestFailureReason } from "../../src/http/mod.ts";
import { backoffMs, retryAfterMs, withRetries } from "../../src/http/retry.ts";

Deno.test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(retryAfterMs("120", now), 120_000);
  assert.equal(retryAfterMs(" 0 ", now), 0);
  assert.equal(retryAfterMs("Thu, 01 Jan 2026 00:00:30 GMT", now), 30_000);
  assert.equal(retryAfterMs("Thu, 01 Jan 2015 00:00:30 GMT", now), 0);
  assert.equal(retryAfterMs("soon", now), undefined);
  assert.equal(retryAfterMs(undefined, now), undefined);
});

Deno.test("backoff doubles, up to a limit, and leaves out at most half", () => {
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (retry, first, r) => {
        const wait = backoffMs(retry, first, () => r);
        const full = Math.min(first * 2 ** retry, 30_000);
        assert.ok(wait <= full && wait >= full / 2);
      },
    ),
  );
  assert.deepEqual([0, 1, 2].map((retry) => backoffMs(retry, 100, () => 0)), [100, 200, 400]);
});

/** Fails with these reasons in turn, then succeeds. Returns attempts, waits asked of the host, and how it ended. */
async function run(failures: [RequestFailureReason, number?][], retries = 3) {
  const waits: number[] = [];
  let attempts = 0;
  const attempt = () => {
    const failure = failures[attempts++];
    return failure
      ? Promise.reject(new RequestFailure(failure[0], "", failure[1]))
      : Promise.resolve("image");
  };
  const options = { onWait: (ms: number) => waits.push(ms), signal: new AbortController().signal };
  const settings = { retries, backoffMs: 0, maxRetryAfterMs: 50 };
  const ended = await withRetries(settings, attempt, options).catch((error) => error.reason);
  return { ended, attempts, waits };
}

Deno.test("what may pass is tried again, what will not is not", async () => {
  assert.deepEqual(await run([["timed_out"], ["connection_reset"]]), {
    ended: "image",
    attempts: 3,
    waits: [],
  });
  assert.deepEqual(await run([["gone"]]), { ended: "gone", attempts: 1, waits: [] });
  assert.deepEqual(await run(Array(9).fill(["server_error"])), {
    ended: "server_error",
    attempts: 4,
    waits: [],
  });
  assert.deepEqual(await run([["server_error"]], 0), { ended: "server_error", attempts: 1, waits: [] });
});

Deno.test("a server's wish to be left alone is passed on, unless it is too long", async () => {
  assert.deepEqual(await run([["rate_limited", 20], ["server_error", 5]]), {
    ended: "image",
    attempts: 3,
    waits: [20, 5],
  });
  assert.deepEqual(await run([["rate_limited", 51]]), { ended: "rate_limited", attempts: 1, waits: [] });
  assert.equal((await run(Array(20).fill(["rate_limited", 0]))).attempts, 7, "more patience where it helps");
});

Deno.test("a wait ends when it is no longer wanted", async () => {
  const stop = new AbortController();
  const attempt = () => Promise.reject(new RequestFailure("rate_limited", "", 40_000));
  const settings = { retries: 3, backoffMs: 0, maxRetryAfterMs: 50_000 };
  const waiting = withRetries(settings, attempt, { onWait: () => stop.abort(), signal: stop.signal });
  await assert.rejects(waiting, { name: "AbortError" });
});
