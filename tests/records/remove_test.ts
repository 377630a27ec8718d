import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hashOf, probe, RunFolder } from "../../src/experiments/mod.ts";
import { dependantsOf, listRuns, removeRemains, removeRun } from "../../src/records/mod.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

Deno.test("removeRun: the folder goes, unless a process holds its lock", async () => {
  using folders = new RunFolders();
  const { root } = folders;
  folders.classifier(hash("aa"));
  folders.classifier(hash("bb"), { finishedAt: null });
  Deno.mkdirSync(join(root, hash("bb"), "scratch"));
  {
    using _held = await new RunFolder(hash("bb"), root).lock();
    assert.equal(await removeRun({ hash: hash("bb"), state: "unfinished" }, root), "a process holds it");
    assert.ok(existsSync(join(root, hash("bb"), "experiment.json")));
  }
  assert.equal(await removeRun({ hash: hash("bb"), state: "unfinished" }, root), undefined);
  assert.deepEqual([...Deno.readDirSync(root)].map(({ name }) => name), [hash("aa")]);
});

Deno.test("removeRun: a run that was finished after it was listed stays", async () => {
  using folders = new RunFolders();
  const { root } = folders;
  folders.classifier(hash("aa"), { finishedAt: null });
  const [listed] = await listRuns(root);
  folders.classifier(hash("aa"));
  assert.equal(await removeRun(listed, root), "it has been finished meanwhile");
  const [finished] = await listRuns(root);
  assert.equal(finished.state, "finished");
  assert.equal(await removeRun(finished, root), undefined);
});

Deno.test("removeRemains: what an interrupted removal has left goes, and nothing else", async () => {
  using folders = new RunFolders();
  const { root } = folders;
  folders.classifier(hash("aa"));
  folders.write(`${hash("bb")}.deleted`, "experiment.json", {});
  folders.write("notes.deleted", "text.txt", "mine");
  await removeRemains(root);
  assert.deepEqual([...Deno.readDirSync(root)].map(({ name }) => name).sort(), [hash("aa"), "notes.deleted"]);
});

Deno.test("dependantsOf: finished and unfinished runs that start from one that is to go, unless they go too", async () => {
  using folders = new RunFolders();
  const experiment = folders.classifier(hash("aa"));
  const source = hashOf(experiment);
  Deno.renameSync(join(folders.root, hash("aa")), join(folders.root, source));
  const task = {
    of: "datasets" as const,
    datasets: ["tabler", "mdi"],
    imagesPerDataset: 64,
    validationPerDataset: 50,
  };
  const probing = probe({ features: { from: "run", experiment }, task, preset: "smoke" });
  folders.write(hash("bb"), "experiment.json", probing);
  folders.write(hash("cc"), "experiment.json", probing);
  folders.write(hash("cc"), "predictions.jsonl", '{"key":"tabler/a","label":0,"probabilities":[1,0]}\n');
  const result = { seconds: 1, engine: "x", finishedAt: "2026-11-24T04:00:00.000Z", source };
  folders.write(hash("cc"), "result.json", result);
  folders.write(hash("dd"), "experiment.json", {
    kind: "probe",
    features: { from: "run", experiment: { kind: "gone" } },
  });
  folders.classifier(hash("ee"));
  const runs = await listRuns(folders.root);
  const of = (...hashes: string[]) => runs.filter(({ hash }) => hashes.includes(hash));
  const found = (...hashes: string[]) =>
    dependantsOf(of(...hashes), runs).map(({ run, by }) => [run.hash, ...by.map(({ hash }) => hash).sort()]);
  assert.deepEqual(found(source), [[source, hash("bb"), hash("cc")]]);
  assert.deepEqual(found(source, hash("bb")), [[source, hash("cc")]]);
  assert.deepEqual(found(source, hash("bb"), hash("cc")), []);
  assert.deepEqual(found(hash("ee"), hash("dd")), []);
});
