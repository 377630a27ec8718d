import assert from "node:assert/strict";
import { baseline } from "../../src/experiments/mod.ts";
import { datasetTable, quiz, resemblingTable, sampleGallery } from "../../src/notebook/mod.ts";
import { randomPlaces } from "../../src/notebook/datasets.ts";
import { poolInMemory } from "../made/data/made_up_pools.ts";
import { TINY_DATASETS } from "../made/notebook/tiny_runs.ts";

Deno.test({
  name: "resemblingTable: where there are too few images it says so, and leaves no pool open",
  sanitizeResources: true, // finds a pool's file that is left open
  fn: async () => {
    const experiment = baseline({ datasets: TINY_DATASETS, preset: "smoke", imagesPerDataset: 1e6 });
    await assert.rejects(resemblingTable(experiment), /1000000/);
  },
});

Deno.test("sampleGallery and quiz: images of the datasets, the same for the same seed", async () => {
  const text = async (shown: Promise<{ bundle(): Promise<Record<string, unknown>> }>) =>
    `${(await (await shown).bundle())["text/plain"]}`;
  const rows = await text(sampleGallery(TINY_DATASETS, { each: 3 }));
  assert.deepEqual(rows.split("\n").slice(1), TINY_DATASETS.map((name) => `${name}: 3 images`));
  const answers = await text(quiz(TINY_DATASETS, { questions: 4 }));
  assert.match(answers, /^Name that dataset: .*\?\nAnswers: 1 \w+, 2 \w+, 3 \w+, 4 \w+$/);
  assert.equal(await text(quiz(TINY_DATASETS, { questions: 4 })), answers);
});

Deno.test("randomPlaces: so many of each pool, each once, in another order for each", () => {
  const pools = ["a", "b"].map((name) => poolInMemory(name, 9, 8, 3));
  const places = randomPlaces(pools as never, 9, 0);
  for (const ofOne of places) assert.deepEqual(ofOne.toSorted(), Array.from({ length: 9 }, (_, i) => i));
  assert.notDeepEqual(places[0], places[1]);
  assert.deepEqual(randomPlaces(pools as never, 4, 0), places.map((ofOne) => ofOne.slice(0, 4)));
});

Deno.test("datasetTable: of a part of a source, which of its images", async () => {
  const text = `${(await datasetTable(["cifar10@test", "carbon#1/2"]).bundle())["text/plain"]}`;
  assert.match(text, /cifar10@test .* test \(of 60000\)/);
  assert.match(text, /carbon#1\/2 .* part 1 of 2 \(of \d+\)/);
});
