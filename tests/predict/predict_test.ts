/** Predictions for validation images themselves, for broken files, and for folders without images. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { photoFile } from "../made/data/photo_files.ts";
import { besideModule } from "~/disk/mod.ts";
import { findRun, RunFolder } from "../../src/experiments/mod.ts";
import { openSafetensors } from "../../src/models/mod.ts";
import { findImages, predictFolder } from "../../src/predict/mod.ts";
import { datasets, experiment, finished, runs } from "../made/predict/finished_run.ts";

Deno.test("the very pixels of validation images get the probabilities of the record", async () => {
  const { hash, folder } = await finished();
  const { weights } = await findRun(hash.slice(0, 6), runs);
  const result = await predictFolder(weights, findImages(folder));
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
  const { hash, folder } = await finished();
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
  const { predictions, unread } = await predictFolder(weights, findImages(hostile), {
    decoders: { program },
  });
  assert.deepEqual(predictions.map(({ file }) => file), ["a.png", "d.png"]);
  assert.deepEqual(unread.map(({ file }) => file), ["b.png", "c.png"]);
  assert.equal(unread[0].reason, "the decoder's process ended on it (ended by SIGABRT)");
  assert.match(unread[1].reason, /^the image is damaged or cut off \(/);
});

Deno.test("linked folders and GIFs are read as in a dataset; a pipe and a broken link are listed", async () => {
  const { hash, folder } = await finished();
  const { weights } = await findRun(hash, runs);
  const odd = Deno.makeTempDirSync();
  Deno.mkdirSync(join(odd, "__MACOSX"));
  Deno.copyFileSync(join(folder, "mdi/00.png"), join(odd, "__MACOSX/00.png"));
  Deno.writeFileSync(join(odd, "a.gif"), await photoFile(1, "gif"));
  Deno.symlinkSync(join(folder, "mdi"), join(odd, "linked"));
  Deno.symlinkSync(odd, join(odd, "round"));
  Deno.symlinkSync(join(odd, "nowhere"), join(odd, "broken.jpg"));
  assert.ok(new Deno.Command("mkfifo", { args: [join(odd, "pipe.jpg")] }).outputSync().success);
  const { predictions, unread } = await predictFolder(weights, findImages(odd));
  assert.deepEqual(predictions.slice(0, 2).map(({ file }) => file), ["a.gif", "linked/00.png"]);
  assert.deepEqual(unread.map(({ file }) => file), ["broken.jpg", "pipe.jpg"]);
  assert.match(unread[1].reason, /not a file/);
});

Deno.test("a finished run keeps its weights with what they are for, and no checkpoint", async () => {
  const { hash } = await finished();
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
    interpolation: '"bicubic"',
    format: "pt",
  });
});

Deno.test("a folder that is not there or has no image, and weights that no run wrote, are errors of their own", async () => {
  const { hash, folder } = await finished();
  const { weights } = await findRun(hash, runs);
  const empty = Deno.makeTempDirSync();
  assert.throws(
    () => findImages(empty),
    /no image \(\.jpg, \.jpeg, .*\.jfif, .*\.webp, \.gif\) in/,
  );
  assert.throws(() => findImages(join(empty, "x")), /There is no folder/);
  assert.throws(() => findImages(weights), /There is no folder/);
  const foreign = besideModule(import.meta.url, "../reference/weights_convnext.safetensors");
  await assert.rejects(
    () => predictFolder(foreign, findImages(folder)),
    /its metadata does not say what the network is for/,
  );
  const controller = new AbortController();
  const stopping = predictFolder(weights, findImages(folder), {
    signal: controller.signal,
    onProgress: (done, total) => {
      assert.deepEqual([done, total], [64, 90]);
      controller.abort(new Error("enough"));
    },
  });
  await assert.rejects(() => stopping, /enough/);
});
