import assert from "node:assert/strict";
import { umap } from "../../src/interpret/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { startEngine } from "../../src/tensorflow/mod.ts";
import { featuresOf } from "../../src/probe/mod.ts";

await startEngine();

/** Three groups of 30 points, far from each other. */
function blobs() {
  const stream = random(4);
  const labels = Int32Array.from({ length: 90 }, (_, i) => i % 3);
  const values = Float32Array.from({ length: 90 * 5 }, (_, i) => {
    const label = labels[Math.floor(i / 5)];
    return stream.normal() + (i % 5 === label ? 30 : 0);
  });
  return featuresOf(values, labels);
}

Deno.test("three far groups stay three: every point is nearest to its own group's centre", async () => {
  const features = blobs();
  const map = await umap(features, { seed: 1, neighbours: 10, metric: "euclidean" });
  assert.equal(map.length, 180);
  const centres = [0, 1, 2].map((label) => {
    const rows = Array.from({ length: 90 }, (_, i) => i).filter((i) => features.labels[i] === label);
    return [0, 1].map((axis) => rows.reduce((sum, row) => sum + map[2 * row + axis], 0) / rows.length);
  });
  features.labels.forEach((label, row) => {
    const distances = centres.map(([x, y]) => Math.hypot(map[2 * row] - x, map[2 * row + 1] - y));
    assert.equal(distances.indexOf(Math.min(...distances)), label, `row ${row}`);
  });
});

Deno.test("a map is decided by its seed", async () => {
  const options = { neighbours: 10, components: 3 };
  const one = await umap(blobs(), { seed: 1, ...options });
  assert.equal(one.length, 270);
  assert.deepEqual(await umap(blobs(), { seed: 1, ...options }), one);
  assert.notDeepEqual(await umap(blobs(), { seed: 2, ...options }), one);
});

Deno.test("a map can be stopped; too few rows are refused", async () => {
  const signal = AbortSignal.abort(new Error("stop"));
  await assert.rejects(() => umap(blobs(), { seed: 1, signal }), /stop/);
  await assert.rejects(() => umap(blobs(), { seed: 1, neighbours: 90 }), /neighbours is 90; .* from 2 to 89/);
});
