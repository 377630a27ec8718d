import assert from "node:assert/strict";
import { contrastOfRuns, holm, mcnemar, meanAccuracy } from "../../src/stats/mod.ts";
import { compareRuns, listRuns, namedRuns } from "../../src/records/mod.ts";
import { RunFolder } from "../../src/experiments/mod.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

/** Ten images of each of two datasets: the first so many are wrong. */
const wrong = (first: number, second: number) =>
  [first, second].map((count) => Array.from({ length: 10 }, (_, i) => i >= count));

async function compared({ root }: RunFolders, ...names: string[]) {
  return await compareRuns(namedRuns(names, await listRuns(root), root), root);
}

const outcomesOf = async (name: string, { root }: RunFolders) =>
  (await new RunFolder(hash(name), root).record())!.outcomes;

Deno.test("compareRuns: two runs on the same images, the fields that differ and McNemar's exact test", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"), { right: wrong(4, 4) });
  folders.classifier(hash("bb"), {
    right: wrong(1, 1),
    model: { family: "cnn", dims: [4], stride: 2 } as never,
  });
  const { fields, methods } = await compared(folders, "aa", "bb");
  assert.deepEqual(fields, [
    { name: "model", values: ["resnet_tiny", undefined] },
    { name: "model.family", values: [undefined, "cnn"] },
    { name: "model.dims", values: [undefined, "4"] },
    { name: "model.stride", values: [undefined, 2] },
  ]);
  const [first, second] = methods;
  assert.equal(first.contrast, undefined);
  const { difference, p, ...test } = second.contrast!;
  // Six images only the second gets right: 2 x 0.5^6.
  assert.ok(Math.abs(p - 2 / 2 ** 6) < 1e-12);
  assert.deepEqual(test, { test: "mcnemar", onlyThis: 6, onlyFirst: 0 });
  const [a, b] = [await outcomesOf("aa", folders), await outcomesOf("bb", folders)];
  assert.deepEqual(difference, contrastOfRuns([[b], [a]], [1, -1]));
  assert.ok(Math.abs(difference.value - 0.3) < 1e-12);
  assert.equal(mcnemar(b, a).onlyFirst, 6);
});

Deno.test("compareRuns: runs that differ in their seed alone are one method, p-values are Holm's", async () => {
  using folders = new RunFolders();
  for (const seed of [0, 1, 2]) {
    folders.classifier(hash(`a${seed}`), { seed, right: wrong(4 + seed % 2, 4) });
    folders.classifier(hash(`b${seed}`), { seed, right: wrong(1, 1 + seed % 2), model: "convnext_micro" });
    folders.classifier(hash(`c${seed}`), { seed, right: wrong(3, 4), model: "vit_micro" });
  }
  const names = ["a2", "b0", "a0", "b1", "b2", "c0", "c1", "c2", "a1"];
  const { methods } = await compared(folders, ...names);
  assert.deepEqual(
    methods.map(({ runs }) => runs.map(({ hash }) => hash.slice(0, 2))),
    [["a0", "a1", "a2"], ["b0", "b1", "b2"], ["c0", "c1", "c2"]],
  );
  const group = async (letter: string) =>
    await Promise.all([0, 1, 2].map((seed) => outcomesOf(`${letter}${seed}`, folders)));
  const [a, b, c] = [await group("a"), await group("b"), await group("c")];
  assert.deepEqual(methods[0].accuracy, meanAccuracy(a));
  assert.deepEqual(methods[1].contrast?.difference, contrastOfRuns([b, a], [1, -1]));
  const alone = await compared(folders, "a0", "a1", "a2", "b0", "b1", "b2");
  const other = await compared(folders, "a0", "a1", "a2", "c0", "c1", "c2");
  const single = [alone, other].map(({ methods }) => methods[1].contrast!.p);
  assert.ok(single[0] < 0.01 && single[1] > 0.05, `${single}`);
  assert.deepEqual(methods.slice(1).map(({ contrast }) => contrast!.p), holm(single));
  assert.equal(methods[1].contrast?.test, "seeds");
  assert.deepEqual(methods[2].contrast?.difference.value, contrastOfRuns([c, a], [1, -1]).value);
});

Deno.test("compareRuns: no test, and why", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"));
  folders.classifier(hash("ab"), { seed: 1 });
  folders.classifier(hash("bb"), { datasets: ["tabler", "remix"] });
  folders.classifier(hash("cc"), { datasets: ["tabler", "mdi", "remix"] });
  folders.classifier(hash("dd"), { finishedAt: null, model: "vit_micro" });
  folders.classifier(hash("ee"), { model: "vit_micro" });
  folders.write(hash("ee"), "predictions.jsonl", '{"key":"key0","label":0,"probabilities":[1,0]}\n');
  folders.classifier(hash("ff"), { model: "cnn_micro" });
  folders.write(hash("ff"), "predictions.jsonl", "no JSON\n");
  folders.classifier(hash("99"), { model: "convnext_micro" });
  folders.write(hash("99"), "result.json", "{");
  const reasons = async (...names: string[]) =>
    (await compared(folders, ...names)).methods.map(({ reason }) => reason);
  assert.deepEqual(await reasons("aa", "bb", "cc", "dd", "ee", "99"), [
    undefined,
    "judged on different images",
    "chance differs",
    "dd000000 is unfinished",
    "predictions.jsonl of ee000000 has 1 of 20 images",
    "99000000 is damaged: result.json is not JSON",
  ]);
  assert.match((await reasons("aa", "ff"))[1]!, /^predictions\.jsonl of ff000000 cannot be read \(/);
  assert.deepEqual(await reasons("dd", "aa"), ["dd000000 is unfinished", "dd000000 is unfinished"]);
  folders.classifier(hash("ac"), { model: "vit_micro" });
  assert.deepEqual(
    await reasons("aa", "ab", "ac"),
    [undefined, "1 and 2 seeds; name as many of each"],
  );
});

Deno.test("compareRuns: of a single run all fields; alike experiments of other data are two methods", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"));
  folders.classifier(hash("bb"));
  const { fields, methods } = await compared(folders, "aa");
  const value = (name: string) => fields.find((field) => field.name === name)?.values;
  assert.deepEqual([value("kind"), value("recipe.epochs"), value("datasets")], [["classifier"], [3], [
    "tabler, mdi",
  ]]);
  assert.equal(value("recipe.clipNorm"), undefined, "what is off is left out");
  assert.equal(methods.length, 1);
  const alike = await compared(folders, "aa", "bb");
  assert.deepEqual([alike.fields, alike.methods.length, alike.methods[1].contrast?.p], [[], 2, 1]);
});
