/** `deno task bench` with made-up benchmarks: what is told where one fails, or never ends. */
import assert from "node:assert/strict";
import { benchmarks, type BenchRow } from "~/bench/mod.ts";
import { measure } from "~/cli/bench.ts";
import { UsageError } from "~/cli/command.ts";

/** Benchmarks beside the project's own, until they are disposed. */
function madeUp(runs: Record<string, () => Promise<BenchRow[]>>): Disposable {
  for (const [name, run] of Object.entries(runs)) benchmarks[name] = { measures: "", takes: "a moment", run };
  return { [Symbol.dispose]: () => Object.keys(runs).forEach((name) => delete benchmarks[name]) };
}

/** Measures, and collects the rows. */
async function measured(names: string[], signal = new AbortController().signal) {
  const rows: Record<string, BenchRow[]> = {};
  const code = await measure(names, { choice: {}, signal, onRows: (name, of) => void (rows[name] = of) });
  return { code, rows };
}

Deno.test("a benchmark that fails keeps no other from being measured, and ends with 1", async () => {
  using _ = madeUp({
    first: () => Promise.resolve([{ n: 1 }]),
    broken: () => Promise.reject(new Error("no network")),
    last: () => Promise.resolve([{ n: 2 }]),
  });
  const rows = { first: [{ n: 1 }], last: [{ n: 2 }] };
  assert.deepEqual(await measured(["first", "broken", "last"]), { code: 1, rows });
  assert.deepEqual(await measured(["first", "last"]), { code: 0, rows });
});

Deno.test("Ctrl-C ends a benchmark that never would, with 130 and what was measured before", async () => {
  const stop = new AbortController();
  using _ = madeUp({
    first: () => Promise.resolve([{ n: 1 }]),
    endless: () => {
      queueMicrotask(() => stop.abort(new DOMException("interrupted", "AbortError")));
      return new Promise(() => {});
    },
    last: () => assert.fail("nothing is begun after it"),
  });
  const { code, rows } = await measured(["first", "endless", "last"], stop.signal);
  assert.deepEqual([code, rows], [130, { first: [{ n: 1 }] }]);
});

Deno.test("a network or a dataset that is not there is a wrong argument, before anything is measured", async () => {
  using _ = madeUp({ first: () => assert.fail("nothing is measured") });
  const refused = (name: string, choice: Parameters<typeof measure>[1]["choice"], message: RegExp) =>
    assert.rejects(
      measure(["first", name], { choice, signal: new AbortController().signal, onRows: () => {} }),
      (error: Error) => error instanceof UsageError && message.test(error.message),
    );
  for (const name of ["train", "steady"]) {
    await refused(name, { models: ["vgg11", "nope"] }, /--model: "nope" is not measured\. Known: .*resnet18/);
  }
  for (const name of ["photos", "audit"]) await refused(name, { data: "nowhere" }, /"nowhere".*tabler/s);
});
