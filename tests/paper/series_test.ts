import assert from "node:assert/strict";
import { seriesByName, seriesOf, slopeOf, slopeWeights } from "../../src/paper/series.ts";
import { syntheticRecord } from "../made/paper/records.ts";

const record = (imagesPerDataset: number, accuracy: number, seed = 0) =>
  syntheticRecord({ datasets: ["a", "b"], accuracy, experiment: { imagesPerDataset, seed } });

const bySize = (records: Parameters<typeof seriesOf>[0]) =>
  seriesOf(records, ({ experiment }) => experiment.imagesPerDataset);

Deno.test("seriesOf: from the least to the greatest, seeds together", () => {
  const series = bySize([record(300, 0.8), record(100, 0.6), record(300, 0.9, 1)]);
  assert.deepEqual(series.map(({ x }) => x), [100, 300]);
  assert.deepEqual([series[1].accuracy.correct, series[1].accuracy.n], [850, 1000]);
  assert.deepEqual(series[1].runs.map(({ result }) => result.accuracy.value), [0.8, 0.9]);
  assert.equal(series[0].chance, 0.5);
});

Deno.test("seriesByName: a table's lines in its order, empty where they were not run", () => {
  const row = (name: string) => ({ name, percent: 50 });
  const table = { source: "Table 0", caption: "", rows: [row("b"), row("b"), row("a"), row("c")] };
  const records = [record(300, 0.8), record(100, 0.6), record(300, 0.9, 1)];
  const lines = seriesByName(table, records, ({ seed }) => seed === 1 ? "a" : "b");
  const sizes = lines.map(({ name, series }) => [name, series.map(({ x }) => x)]);
  assert.deepEqual(sizes, [["b", [100, 300]], ["a", [300]], ["c", []]]);
});

Deno.test("slopeOf: what a tenfold gains, by least squares", () => {
  const rising = slopeOf(bySize([record(10, 0.6), record(100, 0.7), record(1000, 0.8)]));
  assert.ok(Math.abs(rising.value - 0.1) < 1e-9 && rising.low > 0.05 && rising.high < 0.15);
  const level = slopeOf(bySize([record(1, 0.7), record(2, 0.7)]));
  assert.ok(Math.abs(level.value) < 1e-9 && level.low < 0 && level.high > 0);
  const weights = slopeWeights([1, 10, 100, 1000]);
  assert.ok(Math.abs(weights.reduce((a, b) => a + b)) < 1e-12);
});
