import assert from "node:assert/strict";
import { join } from "node:path";
import { fineTuning, pretraining, probe, RunFolder, trivialsOf } from "../../src/experiments/mod.ts";
import { facetsOf, parseDescribed } from "../../src/records/facets.ts";
import { listRuns } from "../../src/records/mod.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

Deno.test("listRuns: what a finished, a running and an unfinished run say, the latest first", async () => {
  using folders = new RunFolders();
  const { root } = folders;
  folders.classifier(hash("aa"), { seed: 3, finishedAt: "2026-11-24T04:00:00.000Z" });
  folders.classifier(hash("ab"), { finishedAt: "2026-11-24T05:00:00.000Z" });
  folders.classifier(hash("ac"), { finishedAt: null });
  folders.classifier(hash("ad"), { finishedAt: null });
  Deno.mkdirSync(join(root, "notebooks"));
  Deno.writeTextFileSync(join(root, hash("ae")), "a file is no run");
  using _held = await new RunFolder(hash("ad"), root).lock();
  const runs = await listRuns(root);
  assert.deepEqual(
    runs.map(({ hash, state }) => [hash.slice(0, 2), state]).sort(),
    [["aa", "finished"], ["ab", "finished"], ["ac", "unfinished"], ["ad", "running"]],
  );
  assert.deepEqual(runs.slice(2).map(({ hash }) => hash.slice(0, 2)), ["ab", "aa"]);
  const { experiment: _, result, bytes, ...rest } = runs[3];
  assert.deepEqual(rest, {
    hash: hash("aa"),
    state: "finished",
    kind: "classifier",
    datasets: ["tabler", "mdi"],
    model: "resnet_tiny",
    startsFrom: undefined,
    seed: 3,
    imagesPerDataset: 64,
    validationPerDataset: 50,
    images: 128,
    imageSize: 32,
    epochs: 2,
    epochsWanted: 3,
    changedAt: Date.parse("2026-11-24T04:00:00.000Z"),
  });
  assert.equal(result?.accuracy?.correct, 18);
  const sizes = [...Deno.readDirSync(join(root, hash("aa")))].map(({ name }) =>
    Deno.statSync(join(root, hash("aa"), name)).size
  );
  assert.equal(bytes, sizes.reduce((a, b) => a + b));
  assert.deepEqual(await listRuns(join(root, "none")), []);
});

/** A way to damage a finished run, and what the list says of it. */
const DAMAGES: [what: string, damage: (folders: RunFolders, hash: string) => void, fault: string | RegExp][] =
  [
    ["an empty result", (folders, hash) => folders.write(hash, "result.json", ""), "result.json is empty"],
    [
      "half a result",
      (folders, hash) => folders.write(hash, "result.json", '{"accuracy": {'),
      "result.json is not JSON",
    ],
    [
      "a result without its time",
      (folders, hash) => folders.write(hash, "result.json", { seconds: 1, engine: "x" }),
      /^result\.json: finishedAt: /,
    ],
    [
      "a result that is a list",
      (folders, hash) => folders.write(hash, "result.json", "[1]"),
      /^result\.json: the whole: /,
    ],
    [
      "half an experiment",
      (folders, hash) => folders.write(hash, "experiment.json", '{"kind'),
      "experiment.json is not JSON",
    ],
    [
      "no experiment",
      ({ root }, hash) => Deno.removeSync(join(root, hash, "experiment.json")),
      "experiment.json is missing",
    ],
    [
      "no predictions",
      ({ root }, hash) => Deno.removeSync(join(root, hash, "predictions.jsonl")),
      "predictions.jsonl is missing",
    ],
    [
      "cut predictions",
      (folders, hash) => folders.write(hash, "predictions.jsonl", '{"key": "a"}\n{"ke'),
      "predictions.jsonl ends within a line",
    ],
    [
      "empty predictions",
      (folders, hash) => folders.write(hash, "predictions.jsonl", ""),
      "predictions.jsonl ends within a line",
    ],
    [
      "a bad epoch",
      (folders, hash) => folders.write(hash, "epochs.jsonl", "{}\n?\n{}\n"),
      "epochs.jsonl has a line that is not JSON",
    ],
    ["a folder for a file", ({ root }, hash) => {
      Deno.removeSync(join(root, hash, "result.json"));
      Deno.mkdirSync(join(root, hash, "result.json"));
    }, /^result\.json cannot be read/],
  ];

for (const [what, damage, fault] of DAMAGES) {
  Deno.test(`listRuns: a run with ${what} is a line that says so`, async () => {
    using folders = new RunFolders();
    folders.classifier(hash("aa"));
    folders.classifier(hash("bb"));
    damage(folders, hash("bb"));
    const runs = await listRuns(folders.root);
    const [whole, damaged] = runs.toSorted((a, b) => a.hash < b.hash ? -1 : 1);
    assert.equal(whole.state, "finished");
    assert.equal(damaged.state, "damaged");
    if (typeof fault === "string") assert.equal(damaged.fault, fault);
    else assert.match(damaged.fault!, fault);
  });
}

Deno.test("listRuns: a torn last epoch, a folder with a lock alone and an old experiment are no damage", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"), { finishedAt: null });
  folders.write(hash("aa"), "epochs.jsonl", '{"epoch":1,"step":8,"seconds":1}\n{"epo');
  folders.write(hash("bb"), "lock", "");
  folders.write(hash("cc"), "experiment.json", {
    datasets: ["tabler", 7],
    model: 5,
    seed: "x",
    recipe: null,
  });
  const runs = await listRuns(folders.root);
  const of = (beginning: string) => runs.find(({ hash }) => hash.startsWith(beginning))!;
  assert.deepEqual([of("aa").state, of("aa").epochs, of("aa").epochsWanted], ["unfinished", 1, 3]);
  assert.deepEqual([of("bb").state, of("bb").experiment], ["unfinished", undefined]);
  const { kind, datasets, model, seed, state } = of("cc");
  assert.deepEqual({ kind, datasets, model, seed, state }, {
    kind: undefined,
    datasets: [],
    model: undefined,
    seed: undefined,
    state: "unfinished",
  });
});

Deno.test("facetsOf: what experiments of each kind say", () => {
  using folders = new RunFolders();
  const classifier = folders.classifier(hash("aa"));
  const before = pretraining({ datasets: ["tabler", "mdi"], preset: "smoke" });
  const facets = (experiment: object) => facetsOf(parseDescribed(JSON.parse(JSON.stringify(experiment))));
  const brief = (experiment: object) => {
    const { kind, datasets, model, startsFrom, images } = facets(experiment);
    return { kind, datasets, model, startsFrom, images };
  };
  const datasets = ["tabler", "mdi"];
  const task = { of: "datasets" as const, datasets, imagesPerDataset: 64, validationPerDataset: 64 };
  assert.deepEqual(brief(before), {
    kind: "pretraining",
    datasets,
    model: "mae",
    startsFrom: undefined,
    images: 2 * before.imagesPerDataset,
  });
  const probing = probe({ features: { from: "pretraining", experiment: before }, task, preset: "smoke" });
  assert.deepEqual(brief(probing), {
    kind: "probe",
    datasets,
    model: "mae",
    startsFrom: "pretraining",
    images: 128,
  });
  assert.equal(facets(probing).epochsWanted, undefined);
  const pixels = probe({
    features: { from: "pixels", side: 4 },
    task: { of: "classes", dataset: "cifar10", images: 50, validation: 10 },
    preset: "smoke",
  });
  assert.deepEqual(brief(pixels), {
    kind: "probe",
    datasets: ["cifar10"],
    model: undefined,
    startsFrom: "pixels",
    images: 50,
  });
  const tuning = fineTuning({ start: { from: "run", experiment: classifier }, task, preset: "smoke" });
  assert.equal(brief(tuning).startsFrom, "run");
  const [, , neighbours] = trivialsOf(classifier);
  assert.equal(brief(neighbours).model, "15 nearest neighbours");
  const own = { ...classifier, model: { family: "cnn", dims: [4] } };
  assert.equal(brief(own).model, "cnn");
});
