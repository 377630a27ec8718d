import assert from "node:assert/strict";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { fetchedFolder, readManifest } from "../../src/data/mod.ts";
import { csvOf, joinPredictions, listRuns, predictionColumns } from "../../src/records/mod.ts";
import { wilson } from "../../src/stats/mod.ts";
import { writeManifest } from "../made/data/small_dataset.ts";
import { environment } from "../made/environment.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

/** Lines of `predictions.jsonl`: key, label, probabilities. */
type Line = [key: string, label: number, ...probabilities: number[]];

/** Writes a finished run with these predictions. */
function write(
  folders: RunFolders,
  name: string,
  experiment: object,
  lines: Line[],
  result: object = {},
): void {
  folders.write(hash(name), "experiment.json", experiment);
  const text = lines.map(([key, label, ...probabilities]) =>
    JSON.stringify({ key, label, probabilities }) + "\n"
  );
  folders.write(hash(name), "predictions.jsonl", text.join(""));
  const finished = { seconds: 1, engine: "x", finishedAt: "2026-11-24T04:00:00.000Z" };
  folders.write(hash(name), "result.json", { ...finished, accuracy: wilson(1, lines.length), ...result });
}

async function joined({ root }: RunFolders, name: string) {
  const run = (await listRuns(root)).find((run) => run.hash === hash(name))!;
  return await joinPredictions(run, root);
}

Deno.test("predictions: images of a folder have their paths, of a list their URLs, of a package its name", async () => {
  using folders = new RunFolders();
  const own = join(folders.root, "own");
  Deno.mkdirSync(join(own, "photos/deep.er"), { recursive: true });
  for (
    const file of ["photos/a.PNG", "photos/a.jpg", "photos/deep.er/b.c.jpeg", "photos/d.txt", "photos/j.jfif"]
  ) {
    Deno.writeTextFileSync(join(own, file), "");
  }
  Deno.writeTextFileSync(join(own, "list.csv"), "id,url\n");
  using _environment = environment({ NTD_MANIFESTS: own, NTD_DATA: join(own, "data") });
  const manifests = new URL(`file://${own}/`);
  const list = { type: "urls", format: "csv", files: "list.csv", url: "url" };
  writeManifest(manifests, { name: "mine", source: { type: "folder", path: "photos" } });
  writeManifest(manifests, { name: "listed", source: { ...list, key: "id" } });
  writeManifest(manifests, { name: "plain", source: list });
  const fetched = fetchedFolder(join(own, "data"), readManifest("listed"));
  Deno.mkdirSync(fetched, { recursive: true });
  const columnData = [
    { name: "key", type: "STRING" as const, data: ["7", "8"] },
    { name: "url", type: "STRING" as const, data: ["https://a.example/7.jpg", "https://a.example/8.jpg"] },
  ];
  Deno.writeFileSync(join(fetched, "index.parquet"), new Uint8Array(parquetWriteBuffer({ columnData })));

  const datasets = ["mine", "listed", "plain", "tabler"];
  write(folders, "aa", { kind: "classifier", datasets }, [
    ["a", 0, 0.7, 0.1, 0.1, 0.1],
    ["deep.er/b.c", 0, 0.1, 0.7, 0.1, 0.1],
    ["gone", 0, 1, 0, 0, 0],
    ["d", 0, 1, 0, 0, 0],
    ["8", 1, 0, 1, 0, 0],
    ["9", 1, 0, 1, 0, 0],
    ["https://b.example/x", 2, 0, 0, 1, 0],
    ["home", 3, 0, 0, 0, 1],
    ["a.jpg", 0, 0.7, 0.1, 0.1, 0.1],
    ["j", 0, 0.7, 0.1, 0.1, 0.1],
  ]);
  const { predictions, notes } = await joined(folders, "aa");
  assert.deepEqual(predictions.map(({ image, path, url }) => [image, path ?? url]), [
    ["mine/a", join(own, "photos/a.PNG")],
    ["mine/deep.er/b.c", join(own, "photos/deep.er/b.c.jpeg")],
    ["mine/gone", undefined],
    ["mine/d", undefined],
    ["listed/8", "https://a.example/8.jpg"],
    ["listed/9", undefined],
    ["plain/https://b.example/x", "https://b.example/x"],
    ["tabler/home", undefined],
    ["mine/a.jpg", join(own, "photos/a.jpg")],
    ["mine/j", join(own, "photos/j.jfif")],
  ]);
  assert.deepEqual(predictions[1], {
    image: "mine/deep.er/b.c",
    dataset: "mine",
    key: "deep.er/b.c",
    label: "mine",
    predicted: "listed",
    right: false,
    probabilities: { mine: 0.1, listed: 0.7, plain: 0.1, tabler: 0.1 },
    path: join(own, "photos/deep.er/b.c.jpeg"),
    source: join(own, "photos"),
  });
  const { version } = readManifest("tabler").source as { version: string };
  assert.equal(predictions[7].source, `npm:@iconify-json/tabler@${version}`);
  assert.match(notes[0], /have changed since this run/, "the made-up hash is none of its experiment's");
  Deno.removeSync(fetched, { recursive: true });
  Deno.removeSync(join(own, "mine.json"));
  const without = await joined(folders, "aa");
  assert.deepEqual(
    without.predictions.slice(0, 5).map(({ path, url }) => path ?? url),
    Array(5).fill(undefined),
  );
  assert.match(without.notes[0], /^Images of mine are named by their keys alone: there is no dataset "mine"/);
  assert.match(without.notes[1], /^Images of listed are named by their keys alone: /);
});

Deno.test("predictions: a probe's keys begin with its dataset, those of a part of several with the image's own", async () => {
  using folders = new RunFolders();
  const parts = ["tabler+mdi#1/2", "tabler+mdi#2/2"];
  write(folders, "aa", { kind: "probe", task: { datasets: parts } }, [
    ["tabler+mdi#1/2/mdi/home", 0, 0.4, 0.6],
    ["tabler+mdi#2/2/tabler/a/b", 1, 0.4, 0.6],
  ], { classes: parts });
  write(folders, "bb", { kind: "classifier", datasets: parts, labels: "origin" }, [[
    "mdi/home",
    1,
    0.4,
    0.6,
  ]]);
  write(folders, "cc", { kind: "probe", task: { of: "classes", dataset: "cifar10@test" } }, [
    ["cifar10@test/test/00007", 1, 0.5, 0.5],
  ], { classes: ["cat", "dog"] });
  const brief = async (name: string) =>
    (await joined(folders, name)).predictions.map(({ dataset, key, label, predicted, right }) => [
      dataset,
      key,
      label,
      predicted,
      right,
    ]);
  assert.deepEqual(await brief("aa"), [
    ["mdi", "home", parts[0], parts[1], false],
    ["tabler", "a/b", parts[1], parts[1], true],
  ]);
  assert.deepEqual(await brief("bb"), [["mdi", "home", "mdi", "mdi", true]]);
  assert.deepEqual(await brief("cc"), [["cifar10", "test/00007", "dog", "cat", false]]);
});

Deno.test("predictions: one column a class, and an error for a run that has none", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"));
  folders.classifier(hash("bb"), { finishedAt: null });
  const all = await joined(folders, "aa");
  const [names, first] = csvOf(predictionColumns(all)).split("\n");
  assert.equal(
    names,
    "image,dataset,key,label,predicted,right,probability.tabler,probability.mdi,path,url,source",
  );
  assert.match(first, /^tabler\/key0,tabler,key0,tabler,mdi,false,0\.1,0\.9,,,npm:/);
  await assert.rejects(() => joined(folders, "bb"), /The run bb0+ is unfinished; it has no predictions\./);
  folders.write(hash("cc"), "experiment.json", { kind: "pretraining", datasets: ["tabler"] });
  const result = { seconds: 1, engine: "x", finishedAt: "2026-11-24T04:00:00.000Z", loss: 0.5 };
  folders.write(hash("cc"), "result.json", result);
  await assert.rejects(() => joined(folders, "cc"), /The run cc0+, a pretraining, predicts nothing\./);
  folders.write(hash("aa"), "predictions.jsonl", '{"key":\n');
  await assert.rejects(() => joined(folders, "aa"), /The predictions of the run aa0+ cannot be read/);
});
