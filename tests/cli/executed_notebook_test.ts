import assert from "node:assert/strict";
import {
  cellsCode,
  claimsOf,
  isShowing,
  madeBy,
  showingCells,
  silentCells,
  verdictCounts,
} from "../../src/cli/executed_notebook.ts";
import { showClaims } from "../../src/notebook/mod.ts";
import type { Verdict } from "../../src/paper/mod.ts";
import { claim } from "../made/paper/tested_claim.ts";

Deno.test("claims that a notebook shows are found in its executed copy", async () => {
  const data = await showClaims([claim]).bundle();
  const outputs = [{ output_type: "stream" }, { output_type: "execute_result", data }];
  const notebook = JSON.stringify({ cells: [{ cell_type: "markdown" }, { cell_type: "code", outputs }] });
  assert.deepEqual(await claimsOf(notebook), [claim]);
});

Deno.test("verdicts are counted: whatever is not shown, for whichever reason, alike", () => {
  const verdicts = ["holds", "holds", "does not hold", "not shown at this scale", "not shown: under-fitted"];
  const claims = verdicts.map((verdict) => ({ verdict: verdict as Verdict }));
  assert.equal(verdictCounts(claims), "2 hold, 1 does not hold, 2 are not shown");
  assert.equal(verdictCounts(claims.slice(1, 4)), "1 holds, 1 does not hold, 1 is not shown");
  assert.equal(verdictCounts([]), "0 hold, 0 do not hold, 0 are not shown");
});

Deno.test("a cell that ends in an expression, or has a progress bar, is bound to show something", () => {
  const showing = [
    "1",
    `import { show } from "~/mod.ts";\n\nshow(figure)`,
    "const a = 1;\na",
    "const a = [\n  1,\n];\n[a, a]",
    "await quiz(datasets, {\n  questions: 16,\n})",
    "table([1].map((n) => ({\n  n,\n})))",
    "`a\nconst b`",
    "experiments[0] // const",
    "const records = await live((options) => sweep(experiments, options));",
  ];
  const silent = [
    `import { show } from "~/mod.ts";`,
    "const a = 1;",
    "show(1);\nconst [a] = [\n  1,\n];",
    "const text = `a\nb`;",
    "const a = 1;\n// a\n/* a\na */",
    "export const a = 1;",
    "async function f() {\n  a\n}",
    "for (const a of b) {\n  a;\n}",
    "throw new Error()",
  ];
  for (const source of showing) assert.ok(isShowing(source), source);
  for (const source of silent) assert.ok(!isShowing(source), source);
});

Deno.test("cells without output are counted as they are executed: code cells that have code, from 1", () => {
  const code = (source: string | string[], outputs: unknown[] = []) => ({
    cell_type: "code",
    source,
    outputs,
  });
  const cells = [
    { cell_type: "markdown", source: "text" },
    code(["const a = 1;\n", "a"], [{ output_type: "execute_result" }]),
    code(""),
    code("const b = 2;"),
    code("b"),
    code("a"),
  ];
  const notebook = JSON.stringify({ cells });
  assert.deepEqual(showingCells(notebook), [1, 3, 4]);
  assert.deepEqual(silentCells(notebook).map(({ cell, of, source }) => [cell, of, source]), [
    [3, 4, "b"],
    [4, 4, "a"],
  ]);
  assert.deepEqual(silentCells(notebook, 3).map(({ cell }) => cell), [3]);
});

Deno.test("a notebook's own code has a version, which text and outputs do not change", () => {
  const notebook = (source: string, text = "", outputs: unknown[] = []) =>
    JSON.stringify({
      cells: [{ cell_type: "markdown", source: text }, { cell_type: "code", source, outputs }],
    });
  assert.match(cellsCode(notebook("a")), /^[0-9a-f]{12}$/);
  assert.equal(cellsCode(notebook("a")), cellsCode(notebook("a", "text", [{ output_type: "stream" }])));
  assert.notEqual(cellsCode(notebook("a")), cellsCode(notebook("b")));
  assert.equal(madeBy(notebook("a")), undefined);
});
