import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { csvOf, listRuns, parquetOf, runColumns, runObject } from "../../src/records/mod.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

/** A finished, an unfinished and a damaged run, and an experiment that only JSON keeps apart from a text. */
function made(): RunFolders {
  const folders = new RunFolders();
  folders.classifier(hash("aa"), { seed: 2 ** 40, finishedAt: "2026-11-24T05:00:00.123Z" });
  folders.classifier(hash("bb"), { finishedAt: null });
  folders.classifier(hash("cc"));
  folders.write(hash("cc"), "result.json", "{");
  folders.write(hash("dd"), "experiment.json", {
    kind: 'a "kind", new\nand old',
    flag: true,
    mixed: 1,
    seed: 1.5,
  });
  folders.write(hash("ee"), "experiment.json", { mixed: "two", list: [{ a: 1 }] });
  return folders;
}

Deno.test("a table of runs as CSV reads back, whatever the texts", async () => {
  using folders = made();
  const runs = (await listRuns(folders.root)).sort((a, b) => a.hash < b.hash ? -1 : 1);
  const [finished, unfinished, damaged, odd, other] = parse(csvOf(runColumns(runs)), {
    columns: true,
  }) as Record<string, string>[];
  assert.deepEqual(
    [finished.hash, finished.state, finished.seed, finished.accuracy, finished.n, finished.datasets],
    [hash("aa"), "finished", `${2 ** 40}`, "0.9", "20", "tabler + mdi"],
  );
  assert.equal(finished.finishedAt, "2026-11-24T05:00:00.123Z");
  assert.equal(finished["experiment.recipe.learningRate"], "0.004");
  assert.deepEqual([unfinished.state, unfinished.accuracy, unfinished.epochs], ["unfinished", "", "2"]);
  assert.deepEqual([damaged.state, damaged.fault], ["damaged", "result.json is not JSON"]);
  assert.deepEqual([odd.kind, odd.seed, odd["experiment.mixed"]], ['a "kind", new\nand old', "", "1"]);
  assert.deepEqual([other["experiment.mixed"], other["experiment.list"]], ["two", '[{"a":1}]']);
});

Deno.test("a table of runs as Parquet reads back with its types; missing values are null", async () => {
  using folders = made();
  const runs = (await listRuns(folders.root)).sort((a, b) => a.hash < b.hash ? -1 : 1);
  const file = parquetOf(runColumns(runs)).buffer as ArrayBuffer;
  const [finished, unfinished, , odd] = await parquetReadObjects({ file });
  assert.equal(finished.seed, BigInt(2 ** 40));
  assert.deepEqual([finished.accuracy, finished["experiment.recipe.epochs"]], [0.9, 3]);
  assert.equal((finished.finishedAt as Date).toISOString(), "2026-11-24T05:00:00.123Z");
  assert.deepEqual([unfinished.accuracy, unfinished.finishedAt, unfinished.fault], [null, null, null]);
  assert.deepEqual([odd.seed, odd["experiment.flag"], odd["experiment.mixed"]], [null, true, "1"]);
  const none = parquetOf(runColumns([])).buffer as ArrayBuffer;
  assert.equal(parquetMetadata(none).num_rows, 0n);
  assert.equal(parquetMetadata(none).schema[1].name, "hash");
});

Deno.test("without runs CSV is a line of names; an object of a run has its experiment and result whole", async () => {
  assert.match(csvOf(runColumns([])), /^hash,state,fault,kind,[^\n]*,bytes\n$/);
  using folders = made();
  const run = (await listRuns(folders.root)).find(({ state }) => state === "finished")!;
  const object = JSON.parse(JSON.stringify(runObject(run)));
  assert.deepEqual(object.datasets, ["tabler", "mdi"]);
  assert.equal(object.accuracy, 0.9);
  for (const file of ["experiment", "result"]) {
    const text = Deno.readTextFileSync(`${folders.root}/${run.hash}/${file}.json`);
    assert.deepEqual(object[file], JSON.parse(text), file);
  }
});
