import assert from "node:assert/strict";
import { validationBatches } from "../../src/data/mod.ts";
import { corruptedRow, corruptionSheet, corruptionTable } from "../../src/notebook/corruption_sheet.ts";
import { corruptionName, PAPER_CORRUPTIONS } from "../../src/images/mod.ts";
import { poolInMemory } from "../made/data/made_up_pools.ts";

const pools = [poolInMemory("a", 9, 8, 3), poolInMemory("b", 9, 8, 3)];
const chosen = [[4, 1], [7]];

Deno.test("corruptedRow: the chosen images as they are, or as every run sees them", () => {
  const plain = corruptedRow(pools, chosen, {});
  assert.equal(plain.label, "none");
  assert.deepEqual(plain.images.map(({ pixels }) => pixels[0]), [4, 1, 7]);
  const corruption = { name: "gaussian-noise", std: 0.2, seed: 5 } as const;
  const noisy = corruptedRow(pools, chosen, { corruption });
  assert.equal(noisy.label, "Gaussian noise, std 0.2");
  // Resizing to round(7 / 0.875) = 8 px changes nothing, and the crop of 7 px begins at the first pixel.
  const source = {
    pools,
    indices: chosen.map((list) => Int32Array.from(list)),
    imageSize: 7,
    batchSize: 3,
    corruption,
  };
  const [{ pixels }] = validationBatches(source).batches();
  noisy.images.forEach((image, i) =>
    assert.deepEqual(image.pixels.slice(0, 21), pixels.slice(i * 147, i * 147 + 21), `image ${i}`)
  );
});

Deno.test("corruptedRow: images that are fitted first are shown as the network sees them", () => {
  const corruption = { name: "gaussian-noise", std: 0.2, seed: 5 } as const;
  const indices = chosen.map((list) => Int32Array.from(list));
  const source = { pools, indices, imageSize: 4, batchSize: 3, corruption, fitFirst: true };
  const [{ pixels }] = validationBatches(source).batches();
  const { images } = corruptedRow(pools, chosen, { corruption, fitTo: 4 });
  assert.deepEqual(images.flatMap((image) => [...image.pixels]), [...pixels]);
  assert.deepEqual(images.map(({ side }) => side), [4, 4, 4]);
});

Deno.test("corruptionSheet: without an experiment there is nothing to show", async () => {
  await assert.rejects(corruptionSheet([]), /no experiment/);
});

Deno.test("corruptionTable: every corruption of Table 5, with the ranges of its fields", async () => {
  const text = `${(await corruptionTable().bundle())["text/plain"]}`;
  for (const corruption of PAPER_CORRUPTIONS) assert.ok(text.includes(corruptionName(corruption)));
  assert.match(text, /low-resolution .*size: a whole number, 1 or more px/);
});
