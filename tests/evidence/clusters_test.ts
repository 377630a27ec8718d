import assert from "node:assert/strict";
import { kMeans } from "../../src/evidence/mod.ts";
import { clusterTest, random } from "../../src/stats/mod.ts";

Deno.test("k-means finds clouds that lie apart, whatever their order, and gives the same for a seed", async () => {
  const stream = random(5);
  const labels = Int32Array.from({ length: 90 }, () => stream.below(3));
  const columns = 4;
  const values = Float32Array.from(
    { length: 90 * columns },
    (_, i) => 0.3 * stream.normal() + (i % columns === labels[Math.floor(i / columns)] ? 5 : 0),
  );
  const found = await kMeans({ values, columns }, 3, 1);
  assert.equal(clusterTest(found, labels, { permutations: 19, seed: 0 }).rand, 1);
  assert.deepEqual(await kMeans({ values, columns }, 3, 1), found);
});
