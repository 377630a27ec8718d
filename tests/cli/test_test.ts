import assert from "node:assert/strict";
import { tally } from "~/cli/test.ts";

const RUN = `running 3 tests from ./a_test.ts
one ...
  a step ... ok (0ms)
one ... ok (1ms)
two ... FAILED (725µs)
in a browser (skipped: no Chromium here) ... ignored (0ms)
Uncaught error from ./b_test.ts FAILED
`;

Deno.test("tests are counted by the last line, which knows of files that failed to load", () => {
  assert.deepEqual(tally(`${RUN}\nFAILED | 1 passed (1 step) | 2 failed | 1 ignored (85ms)\n`), {
    passed: 1,
    failed: 2,
    skipped: ["in a browser (skipped: no Chromium here)"],
  });
});

Deno.test("a process that ended in the middle is a failure", () => {
  assert.deepEqual(tally(RUN), {
    passed: 1,
    failed: 2,
    skipped: ["in a browser (skipped: no Chromium here)"],
  });
  assert.equal(tally("").failed, 1);
});

Deno.test("a run without failures", () => {
  const { passed, failed } = tally("x ... ok (1ms)\n\nok | 12 passed | 0 failed | 3 filtered out (7ms)\n");
  assert.deepEqual([passed, failed], [12, 0]);
});
