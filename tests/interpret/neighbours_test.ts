import assert from "node:assert/strict";
import fc from "fast-check";
import { type Metric, nearestNeighbours } from "../../src/interpret/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { startEngine, tf } from "../../src/tensorflow/mod.ts";
import { type Features, featuresOf } from "../../src/probe/mod.ts";

await startEngine();

function cloud(rows: number, columns: number, seed: number, offset: number): Features {
  const stream = random(seed);
  const values = Float32Array.from({ length: rows * columns }, () => stream.normal() + offset);
  return featuresOf(values, new Int32Array(rows));
}

/** Every distance in float64, sorted. */
function bruteForce(queries: Features, among: Features, k: number, metric: Metric, omitSelf: boolean) {
  const rowOf = (features: Features, row: number) => Array.from(features.read([row]));
  const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const distance = (a: number[], b: number[]) =>
    metric === "euclidean"
      ? Math.hypot(...a.map((v, i) => v - b[i]))
      : 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  return Array.from({ length: queries.rows }, (_, query) =>
    Array.from({ length: among.rows }, (_, row) => ({
      row,
      distance: distance(rowOf(queries, query), rowOf(among, row)),
    })).filter(({ row }) => !(omitSelf && row === query)).sort((a, b) => a.distance - b.distance).slice(
      0,
      k,
    ));
}

Deno.test("neighbours are those of brute force, even far from the origin", async () => {
  const metrics = fc.constantFrom<Metric>("euclidean", "cosine");
  const sizes = fc.record({
    rows: fc.integer({ min: 4, max: 60 }),
    queries: fc.integer({ min: 1, max: 12 }),
    columns: fc.integer({ min: 2, max: 9 }),
    offset: fc.constantFrom(0, 3, 200),
    seed: fc.nat(1000),
    itself: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(metrics, sizes, async (metric, { rows, queries, columns, offset, seed, itself }) => {
      // Angles far from the origin are all alike: there float64 itself decides by rounding.
      const at = metric === "cosine" ? 0 : offset;
      const among = cloud(rows, columns, seed, at);
      const asked = itself ? among : cloud(queries, columns, seed + 1, at);
      const k = Math.min(3, rows - 1);
      const { indices, distances } = await nearestNeighbours(asked, among, { k, metric });
      bruteForce(asked, among, k, metric, itself).forEach((expected, query) =>
        expected.forEach(({ row, distance }, rank) => {
          assert.equal(indices[query * k + rank], row);
          assert.ok(Math.abs(distances[query * k + rank] - distance) < 1e-9);
        })
      );
    }),
    { numRuns: 40 },
  );
});

Deno.test("neighbours are found across blocks, and no tensor is left behind", async () => {
  const before = tf.memory().numTensors;
  const among = cloud(9000, 3, 5, 0);
  const queries = featuresOf(among.read([0, 4095, 4096, 8999]), new Int32Array(4));
  const { indices, distances } = await nearestNeighbours(queries, among, { k: 2, metric: "euclidean" });
  assert.deepEqual([0, 2, 4, 6].map((i) => indices[i]), [0, 4095, 4096, 8999]);
  assert.deepEqual([0, 2, 4, 6].map((i) => distances[i]), [0, 0, 0, 0]);
  const [expected] = bruteForce(
    featuresOf(queries.read([0]), new Int32Array(1)),
    among,
    2,
    "euclidean",
    false,
  );
  assert.equal(indices[1], expected[1].row);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a vector of zeros is at cosine distance 1; more neighbours than rows are refused", async () => {
  const among = featuresOf(Float32Array.of(0, 0, 1, 0), new Int32Array(2));
  const { distances } = await nearestNeighbours(among, among, { k: 1 });
  assert.deepEqual([...distances], [1, 1]);
  await assert.rejects(() => nearestNeighbours(among, among, { k: 2 }), /k is 2; there are 1 rows/);
  const wide = featuresOf(new Float32Array(6), new Int32Array(2));
  await assert.rejects(() => nearestNeighbours(wide, among, { k: 1 }), /Queries of 3 columns/);
});
