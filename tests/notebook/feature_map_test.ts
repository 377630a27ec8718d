import assert from "node:assert/strict";
import { type Displayable, featureMap, layerTable, nearestElsewhere } from "../../src/notebook/mod.ts";
import type { Figure } from "../../src/figures/mod.ts";
import { TINY_DATASETS, tinyRun, tinyRuns } from "../made/notebook/tiny_runs.ts";

const figureOf = async (shown: Displayable) => {
  const { data, layout } = (await shown.bundle())["application/vnd.plotly.v1+json"] as Figure;
  const points = data.map(({ name, x }) => [name, (x as number[]).length]);
  return { points, axis: JSON.stringify(layout.xaxis) };
};
const linesOf = async (shown: Displayable) => `${(await shown.bundle())["text/plain"]}`.split("\n");

Deno.test("featureMap: a point for each validation image, in the color of its dataset; or of its class", async () => {
  using _runs = tinyRuns();
  const convnext = await tinyRun("convnext");
  for (const method of ["PCA", "UMAP"] as const) {
    const { points, axis } = await figureOf(await featureMap(convnext, { method }));
    assert.deepEqual(points, TINY_DATASETS.map((name) => [name, 10]), method);
    assert.equal(axis.includes("component 1 ("), method === "PCA");
  }
  const options = { method: "PCA", classesOf: "cifar10", images: 50 } as const;
  const { points } = await figureOf(await featureMap(convnext, options));
  assert.ok(points.some(([name]) => name === "frog"));
  assert.equal(points.reduce((sum, [, count]) => sum + Number(count), 0), 50);
});

Deno.test("featureMap: also of a few images; an unknown method is refused", async () => {
  using _runs = tinyRuns();
  const convnext = await tinyRun("convnext");
  const { points } = await figureOf(await featureMap(convnext, { images: 3 }));
  assert.deepEqual(points, TINY_DATASETS.map((name) => [name, 3]));
  await assert.rejects(
    () => featureMap(convnext, { method: "umap" as never }),
    /method is "umap"; give "UMAP"/,
  );
});

Deno.test("nearestElsewhere: beside each image only those of other datasets", async () => {
  using _runs = tinyRuns();
  const convnext = await tinyRun("convnext");
  const [, ...rows] = await linesOf(await nearestElsewhere(convnext, { each: 1, neighbours: 3 }));
  assert.deepEqual(rows.map((row) => row.split(":")[0]), TINY_DATASETS);
  for (const [i, row] of rows.entries()) {
    const [own, ...others] = row.replace(/^.*? images \(/, "").split("; ").map((caption) =>
      caption.split(" ")[0]
    );
    assert.equal(own, TINY_DATASETS[i]);
    assert.ok(others.length === 3 && others.every((name) => name !== own), row);
  }
});

Deno.test("layerTable: a row a layer, and their sum", async () => {
  using _runs = tinyRuns();
  const convnext = await tinyRun("convnext");
  const lines = await linesOf(layerTable(convnext.experiment));
  assert.match(lines[1], /^stem +\d+ x \d+ x 4/);
  assert.match(lines.at(-1)!, new RegExp(`^all +${convnext.result.parameters} `));
});
