import assert from "node:assert/strict";
import { join } from "node:path";
import { filterRuns, listRuns, namedRuns } from "../../src/records/mod.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

Deno.test("runs are named by the beginnings of their hashes or by their folders", async () => {
  using folders = new RunFolders();
  const { root } = folders;
  for (const name of ["ab1", "ac0", "ac1"]) folders.classifier(hash(name));
  const runs = await listRuns(root);
  const named = (...names: string[]) => namedRuns(names, runs, root).map(({ hash }) => hash.slice(0, 3));
  assert.deepEqual(named("ac1", "AB", join(root, hash("ac0")), `${root}/${hash("ac1")}/`), [
    "ac1",
    "ab1",
    "ac0",
  ]);
  assert.throws(
    () => named("ac"),
    /^SelectionError: 2 runs begin with "ac"\. Give more digits:(\n +ac[01]0+ {2}classifier, tabler \+ mdi, resnet_tiny, seed 0, finished){2}$/,
  );
  assert.throws(() => named("b"), /^SelectionError: There is no run "b"\. Known runs in .*:(\n +a.*){3}$/);
  assert.throws(() => named(""), /There is no run ""/);
  assert.throws(
    () => named(`elsewhere/${hash("ac0")}`),
    /does not lie in the folder of the records, .*NTD_RUNS/,
  );
  assert.throws(() => namedRuns(["a"], [], root), /There is no run "a"; there are none in .* yet\./);
});

Deno.test("a message lists 20 runs at most", async () => {
  using folders = new RunFolders();
  for (let i = 0; i < 23; i++) folders.write(i.toString(16).padStart(16, "0"), "experiment.json", {});
  const runs = await listRuns(folders.root);
  assert.throws(
    () => namedRuns(["f"], runs, folders.root),
    /(\n {2}0{14}[01]. {2}of another version, unfinished){20}\n {2}and 3 more$/,
  );
});

Deno.test("filters: any of a filter's values will do, and every filter must", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"));
  folders.classifier(hash("bb"), {
    datasets: ["cifar10@train#1/2", "cifar10@train#2/2"],
    model: "convnext_micro",
  });
  folders.classifier(hash("cc"), { datasets: ["tabler+remix#1/2", "tabler+remix#2/2"], finishedAt: null });
  folders.write(hash("dd"), "experiment.json", { kind: "probe", task: { dataset: "not, a reference" } });
  const runs = await listRuns(folders.root);
  const those = (filter: Parameters<typeof filterRuns>[1]) =>
    filterRuns(runs, filter).map(({ hash }) => hash.slice(0, 2)).sort().join(" ");
  assert.equal(those({}), "aa bb cc dd");
  assert.equal(those({ kinds: ["probe"] }), "dd");
  assert.equal(those({ datasets: ["cifar10"] }), "bb");
  assert.equal(those({ datasets: ["remix", "mdi"] }), "aa cc");
  assert.equal(those({ datasets: ["cifar10@train#1/2"] }), "bb");
  assert.equal(those({ datasets: ["tab"] }), "");
  assert.equal(those({ models: ["convnext", "resnet"] }), "aa bb cc");
  assert.equal(those({ models: ["resnet"], unfinished: true }), "cc");
  assert.equal(those({ kinds: ["probe", "classifier"], unfinished: true }), "cc dd");
});
