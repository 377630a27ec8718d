import assert from "node:assert/strict";
import { parseRuns } from "../../src/cli/runs.ts";
import { comparisonObject, comparisonText } from "../../src/cli/runs_comparison.ts";
import { deletionText, listText } from "../../src/cli/runs_list.ts";
import { recordCode } from "../../src/experiments/mod.ts";
import { compareRuns, listRuns, type RunSummary } from "../../src/records/mod.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

Deno.test("parseRuns: what is asked for", () => {
  const { filter, ...rest } = parseRuns(["ab", "--csv", "cd", "--kind", "probe", "--kind", "trivial"]);
  assert.deepEqual(rest, {
    names: ["ab", "cd"],
    action: "show",
    format: "csv",
    out: undefined,
    tensorboard: undefined,
    yes: false,
  });
  assert.deepEqual(filter, {
    kinds: ["probe", "trivial"],
    datasets: undefined,
    models: undefined,
    unfinished: false,
  });
  assert.equal(parseRuns(["--out", "a/b.parquet"]).format, "parquet");
  assert.equal(parseRuns(["--predictions", "ab"]).action, "predictions");
  assert.equal(parseRuns(["--tensorboard", "x"]).tensorboard, "x");
  assert.deepEqual(parseRuns(["--delete", "ab", "--yes"]).names, ["ab"]);
  assert.equal(parseRuns(["--delete", "--unfinished"]).action, "delete");
});

Deno.test("parseRuns: flags that do not go together", () => {
  const refuses = (args: string[], message: RegExp) => assert.throws(() => parseRuns(args), message);
  refuses(
    ["--csv", "--json"],
    /^UsageError: --csv and --json are different formats; ask for one of them\.\nUsage/,
  );
  refuses(["--out", "a.txt"], /--out, the file's ending: there is no "txt"\. Known: csv, json, parquet\./);
  refuses(["--predictions", "ab", "--delete"], /--predictions and --delete are different things to do/);
  refuses(["--predictions"], /--predictions is of one run; 0 are named\./);
  refuses(["--predictions", "ab", "cd"], /--predictions is of one run; 2 are named\./);
  refuses(
    ["--predictions", "ab", "--unfinished"],
    /--predictions is of the run that is named; leave --kind, /,
  );
  refuses(["--tensorboard", "x", "--csv"], /--tensorboard writes no table; leave --csv out\./);
  refuses(["--delete", "ab", "--out", "a.csv"], /--delete writes no table; leave --out out\./);
  refuses(["--delete"], /--delete: name runs, or choose some by a filter\./);
  refuses(["ab", "--yes"], /--yes answers the question of --delete/);
  refuses(["--no"], /Unknown option '--no'[^]*Usage/);
});

/** Four runs: two of one method, another, and a damaged one. */
function made(): RunFolders {
  const folders = new RunFolders();
  folders.classifier(hash("aa"), { finishedAt: "2026-11-24T04:00:00.000Z" });
  folders.classifier(hash("bb"), { model: "convnext_micro", finishedAt: "2026-11-24T05:00:00.000Z" });
  folders.classifier(hash("cc"), { finishedAt: "2026-11-24T06:00:00.000Z" });
  folders.write(hash("cc"), "result.json", "{");
  return folders;
}

const finished = (runs: RunSummary[]) => runs.filter(({ state }) => state === "finished");

/** The lines of a text. */
const lines = (text: string) => text.split("\n");

Deno.test("listText: every column where there is room, and fewer, told below, where there is not", async () => {
  using folders = made();
  const { root } = folders;
  const runs = await listRuns(root);
  const wide = listText(runs, runs, root, 200);
  assert.match(
    lines(wide)[0],
    /^run +kind +datasets +model +seed +images +accuracy +chance +seconds +finished +code$/,
  );
  assert.match(
    wide,
    /^aa000000 +classifier +tabler \+ mdi +resnet_tiny +0 +2 x 64 +90\.0% \[69\.9, 97\.2\] +50\.0% +6 +2026-11-2\d \d\d:\d\d +01234567$/m,
  );
  assert.match(wide, /^cc000000 .* –  +–  +–  +damaged  +–$/m);
  assert.match(
    wide,
    /\ncc000000 is damaged: result\.json is not JSON\n3 runs in .*: 2 finished, 1 damaged; \d+\.\d kB\.$/,
  );
  const narrow = listText(runs, runs, root, 80);
  assert.match(lines(narrow)[0], /^run +datasets +model +accuracy +finished$/);
  assert.ok(lines(narrow).slice(0, 6).every((line) => line.length <= 80), narrow);
  assert.match(
    narrow,
    /\nOf all of them: kind classifier, seed 0, images 2 x 64\.\nNot shown for want of width: chance, seconds, code\. --csv has everything\.$/,
  );
});

Deno.test("listText: code that is this checkout's has a star; no run, and none that is like that", async () => {
  using folders = made();
  const { root } = folders;
  const runs = finished(await listRuns(root));
  const own = { ...runs[0], result: { ...runs[0].result!, code: recordCode() } };
  assert.match(
    listText([own], [own], root, 200),
    new RegExp(` ${recordCode().slice(0, 8)}\\*\\n[^]*\\n\\* this checkout's code$`),
  );
  assert.equal(listText([], [], "x", 80), "There are no runs in x yet.");
  assert.equal(
    listText([], runs, "x", 80),
    "None of the 2 runs in x is like that. There are:\nkinds: classifier\ndatasets: mdi, tabler\nmodels: convnext_micro, resnet_tiny",
  );
});

Deno.test("listText: an unfinished run says how far it is; a shared beginning of hashes is longer", async () => {
  using folders = new RunFolders();
  folders.classifier("0123456789abcdef", { finishedAt: null });
  folders.classifier("0123456789abcdee", { finishedAt: null });
  const runs = await listRuns(folders.root);
  const text = listText(runs, runs, folders.root, 200);
  assert.match(text, /^0123456789abcdef .* unfinished, 2\/3 {2}–$/m);
  assert.match(text, /^0123456789abcdee /m);
});

Deno.test("comparisonText: two runs side by side, with their test", async () => {
  using folders = made();
  const runs = finished(await listRuns(folders.root)).sort((a, b) => a.hash < b.hash ? -1 : 1);
  const comparison = await compareRuns(runs, folders.root);
  const text = comparisonText(comparison, 200);
  assert.match(text, /^run +aa000000 +bb000000$/m);
  assert.match(text, /^model +resnet_tiny +convnext_micro$/m);
  assert.doesNotMatch(text, /^seed/m, "fields that are equal are left out");
  assert.match(text, /^accuracy +90\.0% \[69\.9, 97\.2\], n = 20 +90\.0% \[69\.9, 97\.2\], n = 20$/m);
  assert.match(text, /^epochs +2 of 3 +2 of 3$/m);
  assert.match(text, /^bb000000 +90\.0% .* 0\.0 points \[-?\d+\.\d, \d+\.\d\] +p = 1\.000 +0 +0$/m);
  assert.match(
    text,
    /\np is two-sided\. .*\nOne seed each \(McNemar's exact test\): .* Name three seeds of each\.$/,
  );
  const { runs: objects, methods } = comparisonObject(comparison);
  assert.deepEqual(objects.map(({ hash }) => hash), [hash("aa"), hash("bb")]);
  assert.deepEqual(methods.map(({ runs }) => runs), [[hash("aa")], [hash("bb")]]);
});

Deno.test("comparisonText: of five runs each is a line; seeds are taken together", async () => {
  using folders = new RunFolders();
  for (const seed of [0, 1, 2]) folders.classifier(hash(`a${seed}`), { seed });
  for (const seed of [0, 1]) folders.classifier(hash(`b${seed}`), { seed, datasets: ["tabler", "remix"] });
  const runs = (await listRuns(folders.root)).sort((a, b) => a.hash < b.hash ? -1 : 1);
  const text = comparisonText(await compareRuns(runs, folders.root), 200);
  assert.match(text, /^run +datasets +seed +accuracy +training +seconds +finished$/m);
  assert.match(text, /^b1000000 +tabler, remix +1 +90\.0% \[69\.9, 97\.2\] +95\.0% +6 /m);
  assert.match(text, /^a0000000, a1000000, a2000000 +90\.0% \[.*\], n = 20, 3 seeds, SD 0\.0 +–/m);
  assert.match(text, /^b0000000, b1000000 .* no test: judged on different images/m);
  assert.match(text, /\nRuns of one line differ in their seed alone\.$/);
});

Deno.test("comparisonText: a single run says all; a damaged one says why", async () => {
  using folders = made();
  const runs = await listRuns(folders.root);
  const damaged = runs.filter(({ state }) => state === "damaged");
  const text = comparisonText(await compareRuns(damaged, folders.root), 200);
  assert.match(text, /^recipe\.learningRate +0\.004$/m);
  assert.match(text, /^state +damaged$/m);
  assert.match(text, /cc000000 is damaged: result\.json is not JSON$/);
});

Deno.test("deletionText: what goes, what stays, and who needs it", async () => {
  using folders = made();
  const [, second, first] = await listRuns(folders.root);
  const running = { ...second, state: "running" as const };
  const text = deletionText([first, running], [{ run: first, by: [second] }], "/runs", 200);
  assert.match(text, /^aa000000 .* 0 +finished +\d\.\d kB$/m);
  assert.match(text, /^bb000000 .* running: it stays /m);
  assert.match(
    text,
    /^aa000000 is needed by bb000000 \(classifier, finished\): a finished one keeps its record, /m,
  );
  assert.match(text, /\n1 run, \d\.\d kB, would be deleted from \/runs\.$/);
  assert.equal(deletionText([], [], "/runs", 200), "None of the runs in /runs is like that.");
});
