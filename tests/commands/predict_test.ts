/** `predict` on a run at the smoke preset: what it says about the validation images themselves, and about what is no image. */
import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { parsePredict, predictionTable } from "../../src/cli/predict.ts";
import { indicesByKey, openPool } from "../../src/data/mod.ts";
import { encodePng } from "../../src/images/mod.ts";
import { openSafetensors } from "../../src/models/mod.ts";
import {
  baseline,
  type Experiment,
  findRun,
  predictFolder,
  run,
  RunFolder,
} from "../../src/experiments/mod.ts";

const datasets = ["tabler", "phosphor", "mdi"];
/** With batch norms and a moving average: all kinds of values that a network has. */
const model: Experiment["model"] = {
  family: "resnet",
  block: "basic",
  depths: [1, 1],
  dims: [8, 16],
  stemDim: 8,
  stem: "3x3",
};
const experiment = baseline({ datasets, preset: "smoke", model, recipe: { ema: 0.9 } });
const runs = Deno.makeTempDirSync();
const { hash } = await run(experiment, { runs });
const folder = await validationImages(30);

/** The first validation images of each dataset as `dataset/number.png`, exactly the pixels that the run was evaluated on. */
async function validationImages(each: number): Promise<string> {
  const folder = Deno.makeTempDirSync();
  const predictions = await new RunFolder(hash, runs).predictions();
  for (const [label, name] of datasets.entries()) {
    using pool = await openPool(name);
    Deno.mkdirSync(join(folder, name));
    const { side, channels } = pool;
    const shown = predictions.filter((prediction) => prediction.label === label).slice(0, each);
    for (const [i, { key }] of shown.entries()) {
      const pixels = pool.read(indicesByKey(pool.images, [key]).get(key)!);
      const png = await encodePng({ pixels, width: side, height: side, channels });
      Deno.writeFileSync(join(folder, name, `${String(i).padStart(2, "0")}.png`), png);
    }
  }
  return folder;
}

/** The command in a process of its own. */
async function predict(...args: string[]) {
  const script = besideModule(import.meta.url, "../../src/cli/predict.ts");
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    env: { NTD_RUNS: runs, NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("the very pixels of validation images get the probabilities of the record", async () => {
  const { weights } = await findRun(hash.slice(0, 6), runs);
  const result = await predictFolder(weights, folder);
  assert.deepEqual([result.datasets, result.unread, result.predictions.length], [datasets, [], 90]);
  const record = await new RunFolder(hash, runs).predictions();
  for (const { file, predicted, probabilities } of result.predictions) {
    const [name, number] = file.split("/");
    const label = datasets.indexOf(name);
    const expected = record.filter((prediction) =>
      prediction.label === label
    )[parseInt(number)].probabilities;
    probabilities.forEach((p, d) =>
      assert.ok(Math.abs(p - expected[d]) < 1e-3, `${file}: ${p}, ${expected[d]}`)
    );
    assert.equal(probabilities[predicted], Math.max(...probabilities));
  }
  assert.ok(
    new Set(result.predictions.map(({ probabilities }) => probabilities[0])).size > 45,
    "images differ",
  );
});

Deno.test("a file that ends its decoder is listed, and the others have their probabilities", async () => {
  const { weights } = await findRun(hash, runs);
  const hostile = Deno.makeTempDirSync();
  const good = Deno.readFileSync(join(folder, "mdi/00.png"));
  Deno.writeFileSync(join(hostile, "a.png"), good);
  Deno.writeFileSync(
    join(hostile, "b.png"),
    new Uint8Array([...good, ...new TextEncoder().encode("!abort")]),
  );
  Deno.writeFileSync(join(hostile, "c.png"), good.subarray(0, 60));
  Deno.writeFileSync(join(hostile, "d.png"), good);
  const program = new URL("../made/commands/marked_decoder.ts", import.meta.url);
  const { predictions, unread } = await predictFolder(weights, hostile, { decoders: { program } });
  assert.deepEqual(predictions.map(({ file }) => file), ["a.png", "d.png"]);
  assert.deepEqual(unread.map(({ file }) => file), ["b.png", "c.png"]);
  assert.equal(unread[0].reason, "the decoder's process ended on it (ended by SIGABRT)");
  assert.match(unread[1].reason, /^the image is damaged or cut off \(/);
});

Deno.test("a finished run keeps its weights with what they are for, and no checkpoint", () => {
  const kept = [...Deno.readDirSync(join(runs, hash))].map(({ name }) => name).sort();
  assert.deepEqual(kept, [
    "epochs.jsonl",
    "experiment.json",
    "lock",
    "model.safetensors",
    "predictions.jsonl",
    "result.json",
  ]);
  using file = openSafetensors(join(runs, hash, "model.safetensors"));
  assert.deepEqual(file.metadata, {
    model: JSON.stringify(experiment.model),
    datasets: JSON.stringify(datasets),
    imageSize: "32",
    channels: "1",
    precision: '"float32"',
    format: "pt",
  });
});

Deno.test("the command: JSON rows add up, nested folders, what cannot be read is listed, other files are left alone", async () => {
  const mixed = Deno.makeTempDirSync();
  Deno.mkdirSync(join(mixed, "a/b"), { recursive: true });
  Deno.mkdirSync(join(mixed, ".hidden"));
  Deno.copyFileSync(join(folder, "mdi/00.png"), join(mixed, "a/b/icon.PNG"));
  Deno.copyFileSync(join(folder, "mdi/00.png"), join(mixed, ".hidden/icon.png"));
  Deno.copyFileSync(join(folder, "mdi/00.png"), join(mixed, "._icon.png"));
  const clear = await encodePng({
    pixels: new Uint8Array(40 * 30 * 3).fill(200),
    width: 40,
    height: 30,
    channels: 3,
  });
  Deno.writeFileSync(join(mixed, "colour.jpeg"), clear);
  Deno.writeFileSync(
    join(mixed, "cut.png"),
    Deno.readFileSync(join(folder, "tabler/00.png")).subarray(0, 100),
  );
  Deno.writeTextFileSync(join(mixed, "text.webp"), "no image");
  Deno.writeTextFileSync(join(mixed, "notes.txt"), "no image either");
  Deno.symlinkSync(mixed, join(mixed, "a/again"));

  const json = await predict(hash, mixed, "--json");
  assert.equal(json.code, 0, json.stderr);
  const rows = JSON.parse(json.stdout);
  assert.deepEqual(rows.map(({ file }: { file: string }) => file), [
    "a/b/icon.PNG",
    "colour.jpeg",
    "cut.png",
    "text.webp",
  ]);
  for (const { predicted, probabilities } of rows.slice(0, 2)) {
    assert.deepEqual(Object.keys(probabilities), datasets);
    const values = Object.values<number>(probabilities);
    assert.ok(Math.abs(values.reduce((a, b) => a + b) - 1) < 1e-5);
    assert.equal(probabilities[predicted], Math.max(...values));
  }
  assert.ok(rows.slice(2).every(({ reason }: { reason?: string }) => reason), json.stdout);

  const table = await predict(join(runs, hash), mixed);
  assert.equal(table.code, 0, table.stderr);
  assert.match(table.stdout, /^file +predicted +tabler +phosphor +mdi$/m);
  assert.match(table.stdout, /^a\/b\/icon\.PNG +(tabler|phosphor|mdi) +\d+\.\d% +\d+\.\d% +\d+\.\d%$/m);
  assert.match(table.stdout, /^Not read: cut\.png: .+$/m);
  assert.match(table.stdout, /^Not read: text\.webp: .+$/m);
  const counts = [...table.stdout.matchAll(/^(?:tabler|phosphor|mdi) +(\d) +\d+\.\d%$/gm)].map(([, n]) =>
    Number(n)
  );
  assert.deepEqual([counts.length, counts.reduce((a, b) => a + b)], [3, 2]);
});

Deno.test("the command says what is wrong with its arguments", async () => {
  assert.throws(
    () => parsePredict([hash]),
    /A run and a folder, please; 1 argument\(s\) were given\.\nUsage/,
  );
  assert.deepEqual(parsePredict([hash, "x", "--json"]), { run: hash, folder: "x", json: true });
  const refuse = async (args: string[], code: number, pattern: RegExp) => {
    const result = await predict(...args);
    assert.equal(result.code, code);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, pattern);
  };
  await refuse([hash], 2, /A run and a folder/);
  await refuse(["beef", folder], 1, /^There is no run "beef"\. Known runs in/);
});

Deno.test("a run is found by the beginning of its hash or its folder, and what is not there is said", async () => {
  const root = Deno.makeTempDirSync();
  await assert.rejects(() => findRun("a", join(root, "none")), /no run "a"; there are none in .*none yet/);
  for (const name of ["ab00000000000000", "ac00000000000000", "ac00000000000001"]) {
    Deno.mkdirSync(join(root, name));
    for (
      const file of [
        "experiment.json",
        "epochs.jsonl",
        "result.json",
        "predictions.jsonl",
        "model.safetensors",
      ]
    ) {
      Deno.copyFileSync(join(runs, hash, file), join(root, name, file));
    }
  }
  Deno.mkdirSync(join(root, "notebooks"));
  assert.equal((await findRun("ab", root)).hash, "ab00000000000000");
  assert.equal((await findRun("ac00000000000001", root)).hash, "ac00000000000001");
  assert.equal((await findRun(join(root, "ab00000000000000/"))).hash, "ab00000000000000");
  await assert.rejects(() => findRun("a", root), /^Error: 3 runs begin with "a":(\n +a[bc]0+1? .*){3}$/);
  await assert.rejects(() => findRun("", root), /no run ""/);
  await assert.rejects(
    () => findRun("notebooks", root),
    /no run "notebooks"\. Known runs in .*:\n.* {2}tabler \+ phosphor \+ mdi, 64 images each, resnet/s,
  );
  Deno.removeSync(join(root, "ab00000000000000", "model.safetensors"));
  await assert.rejects(() => findRun("ab", root), /has kept no network: model\.safetensors is missing/);
  Deno.removeSync(join(root, "ab00000000000000", "result.json"));
  await assert.rejects(() => findRun("ab", root), /has not finished \(epochs done: 3\)/);
});

Deno.test("a folder that is not there or has no image, and weights that no run wrote, are errors of their own", async () => {
  const { weights } = await findRun(hash, runs);
  const empty = Deno.makeTempDirSync();
  await assert.rejects(() => predictFolder(weights, empty), /no image \(\.jpg, \.jpeg, \.png, \.webp\) in/);
  await assert.rejects(() => predictFolder(weights, join(empty, "x")), /There is no folder/);
  await assert.rejects(() => predictFolder(weights, weights), /There is no folder/);
  const foreign = besideModule(import.meta.url, "../reference/weights_convnext.safetensors");
  await assert.rejects(
    () => predictFolder(foreign, folder),
    /its metadata does not say what the network is for/,
  );
  const controller = new AbortController();
  const stopping = predictFolder(weights, folder, {
    signal: controller.signal,
    onProgress: (done, total) => {
      assert.deepEqual([done, total], [64, 90]);
      controller.abort(new Error("enough"));
    },
  });
  await assert.rejects(() => stopping, /enough/);
});

Deno.test("a table of files none of which could be read", () => {
  const table = predictionTable(
    { datasets, predictions: [], unread: [{ file: "a.png", reason: "cut" }] },
    80,
  );
  assert.equal(table, "Not read: a.png: cut");
});
