/**
 * A whole pre-training at the smoke preset: its record, its weights, and that it goes on where it was
 * stopped.
 */
import assert from "node:assert/strict";
import { createEncoder, loadWeights, openSafetensors } from "../../../src/models/mod.ts";
import {
  ExperimentError,
  findRun,
  hashOf,
  type Pretraining,
  pretraining,
  type PretrainingRecord,
  run,
  RunFolder,
  sweep,
} from "../../../src/experiments/mod.ts";
import { shared, timeless } from "../../made/experiments/runs.ts";
import { createWeights } from "../../../src/train/mod.ts";

const experiment = pretraining({ datasets: ["carbon"], preset: "smoke" });
const runs = Deno.makeTempDirSync();
const wholePretraining = shared(() => run(experiment, { runs }));
const folderOf = (root: string) => new RunFolder<PretrainingRecord>(hashOf(experiment), root);

const weightsIn = (root: string) => Deno.readFileSync(folderOf(root).weights);

Deno.test("a pre-training leaves a record, without checkpoints, and returns it at once when asked again", async () => {
  const whole = await wholePretraining();
  assert.equal(whole.epochs.length, experiment.recipe.epochs);
  assert.equal(whole.result.loss, whole.epochs.at(-1)!.trainLoss);
  const files = [...Deno.readDirSync(folderOf(runs).path)].map(({ name }) => name).sort();
  assert.deepEqual(files, ["epochs.jsonl", "experiment.json", "lock", "model.safetensors", "result.json"]);
  const phases: string[] = [];
  const again = await run(experiment, { runs, onProgress: ({ phase }) => phases.push(phase) });
  assert.deepEqual(again, whole);
  assert.deepEqual(phases, ["record"]);
});

Deno.test("its weights are the encoder's, under the names of timm's ViT", async () => {
  await wholePretraining();
  const { weights } = folderOf(runs);
  using file = openSafetensors(weights);
  const vit = createEncoder(experiment.model, experiment.imageSize);
  const names = [...vit.specs, ...vit.buffers].map(({ name }) => name).filter((name) =>
    !name.startsWith("head")
  );
  assert.deepEqual([...file.tensors.keys()].sort(), names.sort());
  const drawn = createWeights(vit, 0);
  const loaded = loadWeights(weights, vit, { onto: drawn });
  assert.notDeepEqual(loaded.parameters, drawn.parameters);
  assert.deepEqual(loaded.buffers, drawn.buffers);
});

Deno.test("stopped after a step and run again, it ends with the same record and weights", async () => {
  const whole = await wholePretraining();
  const other = Deno.makeTempDirSync();
  const controller = new AbortController();
  const stopped = run(experiment, {
    runs: other,
    signal: controller.signal,
    onProgress: ({ phase, done, line }) => phase === "train" && !line && done === 8 && controller.abort(),
  });
  await assert.rejects(stopped, { name: "AbortError" });
  const resumed = await run(experiment, { runs: other });
  assert.deepEqual(timeless(resumed), timeless(whole));
  assert.deepEqual(weightsIn(other), weightsIn(runs));
});

Deno.test("every field that changes the outcome changes the hash", () => {
  const changed: Partial<Pretraining>[] = [
    { datasets: ["remix"] },
    { imagesPerDataset: 65 },
    { validationPerDataset: 51 },
    { imageSize: 64 },
    { augmentation: { ...experiment.augmentation, flip: 0 } },
    { model: "mae_vit_micro" },
    { recipe: { ...experiment.recipe, epochs: 3 } },
    { seed: 1 },
  ];
  const hashes = changed.map((change) => hashOf({ ...experiment, ...change }));
  assert.equal(new Set([...hashes, hashOf(experiment)]).size, changed.length + 1);
  assert.equal(hashOf(JSON.parse(JSON.stringify(experiment))), hashOf(experiment));
});

Deno.test("faults are found before anything is trained, and named", async () => {
  const faults: [Partial<Pretraining> | object, RegExp][] = [
    [{ datasets: [] }, /datasets: pre-training needs a dataset/],
    [{ datasets: ["carbon", "carbon"] }, /"carbon" is named twice/],
    [{ datasets: ["carbonn"] }, /there is no dataset "carbonn"/],
    [{ imagesPerDataset: 3000 }, /3050 images of "carbon".* it has 2783/],
    [{ model: "mae_vit_mikro" }, /Did you mean mae_vit_micro/],
    [{ imageSize: 33 }, /patches of 8 px do not divide/],
    [{ labels: true }, /labels: there is no such field/],
    [{ recipe: { ...experiment.recipe, batchSize: 500 } }, /batchSize \(500\) is larger/],
  ];
  for (const [change, message] of faults) {
    const faulty = { ...experiment, ...change } as Pretraining;
    await assert.rejects(sweep([experiment, faulty], { runs }), message);
  }
  await assert.rejects(
    run({ ...experiment, seed: -1 }, { runs }),
    (error) => error instanceof ExperimentError && /seed/.test(error.message),
  );
});

Deno.test("it is no run whose network names datasets", async () => {
  const whole = await wholePretraining();
  await assert.rejects(findRun(whole.hash, runs), /is a pretraining, not a run/);
  await assert.rejects(findRun("ffff", runs), new RegExp(`${whole.hash}  a pretraining`));
});
