import assert from "node:assert/strict";
import { alikeFigure, type Figure, memorizationFigure, powerFigure } from "../../src/figures/mod.ts";
import { binomialPowers, sampleForPower } from "../../src/stats/mod.ts";
import { alikeRecords } from "../made/paper/alike_records.ts";
import { pseudo, table6Records } from "../made/paper/pseudo_records.ts";

const named = (figure: Figure, name: RegExp) => figure.data.filter((trace) => name.test(`${trace.name}`));

Deno.test("memorizationFigure: each kind once in each panel, training left and validation right", () => {
  const figure = memorizationFigure(table6Records());
  const ours = named(figure, /^ours/);
  assert.equal(ours.length, 8);
  const [training, validation] = named(figure, /^ours, pseudo-datasets, augmented/);
  assert.deepEqual([training.xaxis, validation.xaxis], ["x", "x2"]);
  assert.deepEqual((training.y as number[]).map(Math.round), [100, 100, 35]);
  assert.deepEqual((validation.y as number[]).map(Math.round), [33, 33, 33]);
  assert.equal(ours.filter(({ showlegend }) => showlegend).length, 4);
  assert.equal(named(memorizationFigure([pseudo({ images: 100 })]), /^ours/).length, 2);
});

Deno.test("memorizationFigure: where the paper's training fails there are words and no figure", () => {
  const figure = memorizationFigure(table6Records());
  const [without, augmented] = named(figure, /^the paper/);
  assert.deepEqual([without.y, augmented.y], [[100, 100, 100], [100, 100]]);
  const annotations = figure.layout.annotations as { x: number; text: string }[];
  assert.deepEqual(annotations.map(({ x }) => x), [4, 5]);
  assert.match(annotations[0].text, /augmented.*fails/);
  assert.doesNotMatch(annotations[1].text, /augmented/);
});

Deno.test("alikeFigure: a row a pair at its most images, and the paper's", () => {
  const figure = alikeFigure(alikeRecords());
  const { ticktext } = figure.layout.yaxis as { ticktext: string[] };
  assert.deepEqual(ticktext.slice(1), [
    "tabler against tabler-old",
    "mdi against mdi-old",
    "cifar10@train against cifar10@test",
    "cifar10#1/2 against cifar10#2/2",
  ]);
  const [releases] = named(figure, /another release/);
  assert.deepEqual([(releases.x as number[])[0], releases.y], [68, [1, 2]]);
  assert.match((releases.customdata as string[])[0], /2000 training images each/);
});

Deno.test("powerFigure: the lines are the exact power, and the points are where it stays above 80%", () => {
  const effects = [0.05, 0.02];
  const figure = powerFigure({ chance: 0.5, effects, n: 1000 });
  const [five] = named(figure, /^5 points/);
  const powers = binomialPowers({ chance: 0.5, effect: 0.05 }, 2000);
  (five.x as number[]).forEach((n, i) =>
    n <= 2000 && assert.ok(Math.abs((five.y as number[])[i] - 100 * powers[n]) < 1e-9)
  );
  const [points] = named(figure, /^from here on/);
  assert.deepEqual(points.x, effects.map((effect) => sampleForPower({ chance: 0.5, effect })));
  assert.deepEqual(named(figure, /^here: 1000/)[0].x, [1000, 1000]);
  assert.equal(named(powerFigure({ chance: 0.5, effects }), /^here/).length, 0);
});
