import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { cellsCode } from "../../src/cli/executed_notebook.ts";
import { reproduce } from "../../src/cli/reproduce.ts";
import { resultsCode } from "../../src/experiments/mod.ts";
import { scratchNotebooks } from "../made/commands/scratch_notebooks.ts";

const log = () => {};

const CLAIM = `{ claims: [{ id: "x", statement: "It is told apart.", source: "Table 2", paper: "84.7%",
  ours: Deno.env.get("NTD_PRESET") + " " + Deno.env.get("NTD_DATASETS"), verdict: "holds", reason: "it is" }] }`;

/**
 * The pause is that of src/notebook/kernel.ts: a kernel may drop what is broadcast just before a cell ends.
 */
const SHOW_CLAIM = `await Deno.jupyter.broadcast("display_data", { metadata: {}, transient: {},
  data: { "application/vnd.name-that-dataset.claims+json": ${CLAIM}, "text/plain": "claims" } });
  await new Promise((resolve) => setTimeout(resolve, 100));`;

Deno.test("reproduce executes notebooks, keeps the copies and collects their claims", async () => {
  await using scratch = await scratchNotebooks({ "01_claims.ipynb": ["const a: number = 1; a", SHOW_CLAIM] });
  const source = await Deno.readTextFile(join(scratch.notebooks, "01_claims.ipynb"));
  const { notebooks } = scratch;
  const result = await reproduce({ preset: "smoke", data: "emoji", notebooks, log });
  assert.deepEqual(result.failures, []);
  assert.deepEqual(result.claims.map(({ ours }) => ours), ["smoke emoji"]);
  assert.deepEqual(result.copies, [join(scratch.runs, "notebooks/smoke/01_claims.ipynb")]);
  const copy = JSON.parse(await Deno.readTextFile(result.copies[0]));
  assert.deepEqual(copy.cells[0].outputs[0].data["text/plain"], ["1"]);
  assert.deepEqual(copy.cells[0].metadata, {}, "nothing that changes with the clock");
  const { executedAt, ...made } = copy.metadata.ntd;
  assert.match(executedAt, /^\d{4}-\d\d-\d\d$/);
  const options = { NTD_DATASETS: "emoji" };
  assert.deepEqual(made, { preset: "smoke", code: resultsCode(), cells: cellsCode(source), options });
  assert.equal(await Deno.readTextFile(join(notebooks, "01_claims.ipynb")), source);
});

Deno.test("an output that comes after the kernel has said that it is idle is the cell's", async () => {
  const late = `const timer = setTimeout(() => Deno.jupyter.broadcast("display_data", { metadata: {},
    transient: {}, data: { "text/plain": "late" } }), 150);`;
  await using scratch = await scratchNotebooks({ "01_late.ipynb": [late, "'last'"] });
  const { copies } = await reproduce({ preset: "smoke", notebooks: scratch.notebooks, log });
  const { cells } = JSON.parse(await Deno.readTextFile(copies[0]));
  const shown = cells.map((cell: { outputs: { data: Record<string, string> }[] }) =>
    cell.outputs.map(({ data }) => `${data["text/plain"]}`)
  );
  assert.deepEqual(shown.map((texts: string[]) => texts.length), [1, 1]);
  assert.match(shown[0][0], /late/);
});

Deno.test("a result that comes after a progress bar, and after the kernel is idle, is waited for", async () => {
  const bar = `await Deno.jupyter.broadcast("display_data", { metadata: {}, transient: { display_id: "bar" },
    data: { "text/plain": "bar" } });
  const timer = setTimeout(() => Deno.jupyter.broadcast("display_data", { metadata: {}, transient: {},
    data: { "text/plain": "late" } }), 150);`;
  // A cell that is bound to show something is given longer than others.
  const slow = `setTimeout(() => Deno.jupyter.broadcast("display_data", { metadata: {}, transient: {},
    data: { "text/plain": "slow" } }), 1500);
undefined`;
  await using scratch = await scratchNotebooks({ "01_late.ipynb": [bar, slow] });
  const { copies, failures } = await reproduce({ preset: "smoke", notebooks: scratch.notebooks, log });
  assert.deepEqual(failures, []);
  const { cells } = JSON.parse(await Deno.readTextFile(copies[0]));
  const shown = cells.map((cell: { outputs: { data: Record<string, string> }[] }) =>
    cell.outputs.map(({ data }) => [data["text/plain"]].flat().join(""))
  );
  assert.deepEqual(shown, [["bar", "late"], ["slow"]]);
});

Deno.test("a cell whose timers put out again and again does not hold the notebook for ever", async () => {
  const endless = `const timer = setInterval(() => Deno.jupyter.broadcast("display_data", { metadata: {},
    transient: {}, data: { "text/plain": "again" } }), 100);`;
  await using scratch = await scratchNotebooks({ "01_endless.ipynb": [endless, "'last'"] });
  const { failures, copies } = await reproduce({ preset: "smoke", notebooks: scratch.notebooks, log });
  assert.deepEqual(failures, []);
  assert.match(await Deno.readTextFile(copies[0]), /last/);
});

Deno.test("a cell that should show something and does not fails, and the next ones are executed", async () => {
  await using scratch = await scratchNotebooks({
    "01_silent.ipynb": [
      "const live = async (work) => await work();",
      "const all = await live(() => 1);",
      "undefined",
      "'x'",
    ],
  });
  const lines: string[] = [];
  const { notebooks } = scratch;
  const { failures, copies } = await reproduce({
    preset: "smoke",
    notebooks,
    log: (line) => lines.push(line),
  });
  const seen = failures.map(({ notebook, cell, of, name }) => `${notebook} ${cell}/${of} ${name}`);
  assert.deepEqual(seen, ["01_silent.ipynb 2/4 no output", "01_silent.ipynb 3/4 no output"]);
  assert.match(failures[0].reason, /has shown nothing/);
  assert.ok(
    lines.some((line) => /01_silent\.ipynb {2}cell 3\/4 {2}failed: no output/.test(line)),
    lines.join("\n"),
  );
  assert.match(await Deno.readTextFile(copies[0]), /'x'|"x"/);
});

Deno.test("two notebooks at the same time: each goes on when the other has begun", async () => {
  const folder = await Deno.makeTempDir();
  const meet = (own: string, other: string) =>
    `Deno.writeTextFileSync("${join(folder, own)}", "");
for (;;) {
  try {
    Deno.statSync("${join(folder, other)}");
    break;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
"met"`;
  await using scratch = await scratchNotebooks({
    "01_one.ipynb": [meet("one", "other")],
    "02_other.ipynb": [meet("other", "one")],
    "03_third.ipynb": ["3"],
  });
  const { notebooks } = scratch;
  const { failures, copies } = await reproduce({ preset: "smoke", jobs: 2, notebooks, log });
  await Deno.remove(folder, { recursive: true });
  assert.deepEqual(failures, []);
  assert.deepEqual(copies.map((path) => path.slice(-9, -6)), ["one", "her", "ird"]);
  for (const copy of copies.slice(0, 2)) assert.match(await Deno.readTextFile(copy), /met/);
});

Deno.test("a failing cell ends its notebook, not the others", async () => {
  await using scratch = await scratchNotebooks({
    "01_throws.ipynb": ["1", "throw new RangeError('too far')", "3"],
    "02_syntax.ipynb": ["const = 3;"],
    "03_exits.ipynb": ["Deno.exit(3)"],
    "04_fine.ipynb": ["4"],
  });
  await Deno.writeTextFile(join(scratch.notebooks, "05_cut.ipynb"), '{"cells": [{"cell_');
  await Deno.writeTextFile(join(scratch.notebooks, "06_none.ipynb"), "[]");
  const { failures, copies } = await reproduce({ preset: "smoke", notebooks: scratch.notebooks, log });
  const seen = failures.map(({ notebook, cell, of, name }) => `${notebook} ${cell}/${of} ${name}`);
  assert.deepEqual(seen, [
    "01_throws.ipynb 2/3 RangeError",
    "02_syntax.ipynb 1/1 Error",
    "03_exits.ipynb 1/1 dead kernel",
    "05_cut.ipynb 0/0 no notebook",
    "06_none.ipynb 0/0 no notebook",
  ]);
  assert.match(failures[0].reason, /too far/);
  assert.match(failures[1].reason, /syntax error/);
  assert.match(failures[3].reason, /no JSON \(.*; restore or remove the file/);
  assert.equal(copies.length, 4);
  const [threw, syntax] = copies.map((path) => JSON.parse(Deno.readTextFileSync(path)));
  assert.equal(threw.cells[1].outputs[0].ename, "RangeError");
  assert.equal(threw.cells[2].execution_count, null);
  assert.equal(syntax.cells[0].outputs[0].output_type, "error");
});

Deno.test("a cell that takes too long is named", async () => {
  await using scratch = await scratchNotebooks({ "01_long.ipynb": ["await new Promise(() => {})"] });
  const { notebooks } = scratch;
  const { failures } = await reproduce({ preset: "smoke", notebooks, log, cellTimeout: 1 });
  assert.deepEqual([failures[0].name, failures[0].reason], ["timeout", "the cell ran longer than 1 s"]);
});

Deno.test("an interrupt ends a busy kernel within two seconds", async () => {
  await using scratch = await scratchNotebooks({ "01_busy.ipynb": ["'starting'", "while (true) {}"] });
  const { notebooks } = scratch;
  const controller = new AbortController();
  let interrupted = 0;
  const watch = (line: string) => {
    if (!line.includes("cell 2/2")) return;
    interrupted = performance.now();
    controller.abort(new DOMException("interrupted", "AbortError"));
  };
  const interrupt = () => controller.signal;
  await assert.rejects(() => reproduce({ preset: "smoke", notebooks, log: watch, interrupt }), /interrupted/);
  assert.ok(performance.now() - interrupted < 2000, `${performance.now() - interrupted} ms`);
});

Deno.test("where the runner fails, claims of an earlier copy are not taken for this one's", async () => {
  await using scratch = await scratchNotebooks({ "01_claims.ipynb": ["1"] });
  const [notebook, copies] = [
    join(scratch.notebooks, "01_claims.ipynb"),
    join(scratch.runs, "notebooks/smoke"),
  ];
  const claims = { data: { "application/vnd.name-that-dataset.claims+json": { claims: [{ id: "old" }] } } };
  const earlier = { cells: [{ cell_type: "code", source: "1", outputs: [claims] }] };
  await Deno.mkdir(copies, { recursive: true });
  await Deno.writeTextFile(join(copies, "01_claims.ipynb"), JSON.stringify(earlier));
  await Deno.writeTextFile(notebook, JSON.stringify({ nbformat: 99, cells: [] })); // nbformat reads no such
  const { notebooks } = scratch;
  const result = await reproduce({ preset: "smoke", notebooks, log });
  assert.deepEqual([result.claims, result.copies], [[], []]);
  assert.deepEqual(result.failures.map(({ name, cell }) => [name, cell]), [["runner", 0]]);
});

Deno.test("the command ends with 2 and one clear message for wrong arguments", async () => {
  const script = besideModule(import.meta.url, "../../src/cli/reproduce.ts");
  const run = async (...args: string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, ...args] })
      .output();
    return { code, message: new TextDecoder().decode(stderr) };
  };
  const preset = await run("--preset", "huge");
  assert.equal(preset.code, 2);
  assert.match(preset.message, /there is no "huge"\. Known: smoke, laptop, paper/);
  const notebook = await run("--only", "77");
  assert.equal(notebook.code, 2);
  assert.match(notebook.message, /there is no notebook "77"\. There are: 00_/);
});
