import assert from "node:assert/strict";
import { openPlotlyPage } from "../../src/figures/browser.ts";
import {
  accuracyAgainst,
  COLORS,
  combinationsFigure,
  confusionFigure,
  corruptionsFigure,
  featureMapFigure,
  type Figure,
  learningCurvesFigure,
  numberOfDatasetsFigure,
  pairwiseFigure,
  selfSupervisedFigure,
  semanticFigure,
  userStudyFigure,
} from "../../src/figures/mod.ts";
import { ofConcepts, table7Records, table8Records } from "../made/paper/probe_records.ts";
import {
  architectureOf,
  figure3,
  figure5,
  table2,
  table3,
  table4,
  table5,
  table7,
  table8,
} from "../../src/paper/mod.ts";
import type { Experiment } from "../../src/experiments/mod.ts";
import { iconRecords, ICONS, syntheticRecord } from "../made/paper/records.ts";
import {
  architectures,
  corruptions,
  featureMap,
  FIGURES,
  game,
  pairs,
  sweep,
} from "../made/figures/examples.ts";

const records = iconRecords();
const texts = (values: unknown) => (values as unknown[]).map(String);
const named = (figure: Figure, name: RegExp) => figure.data.filter((trace) => name.test(`${trace.name}`));

Deno.test("figures: plotly.js finds nothing to object to", async () => {
  const { plotly } = await openPlotlyPage(1);
  const { validate } = plotly as unknown as {
    validate(data: unknown, layout: unknown): { msg: string }[] | undefined;
  };
  for (const [name, draw] of Object.entries(FIGURES)) {
    const { data, layout } = structuredClone(draw());
    // "did not get coerced": valid, but without effect, as a grid's color where no grid is shown.
    const objections = (validate(data, layout) ?? []).filter(({ msg }) =>
      !msg.includes("did not get coerced")
    );
    assert.equal(objections.map(({ msg }) => msg).join(), "", name);
  }
});

Deno.test("figures: chance is dashed, the paper grey, and no figure sets a background", () => {
  for (const [name, draw] of Object.entries(FIGURES)) {
    const { data, layout } = draw();
    assert.equal(layout.paper_bgcolor, COLORS.transparent, name);
    assert.equal(layout.plot_bgcolor, COLORS.transparent, name);
    for (const trace of named({ data, layout }, /^chance/)) {
      assert.equal((trace.line as { dash: string }).dash, "dash", name);
    }
    for (const trace of named({ data, layout }, /^the paper/)) {
      assert.equal((trace.marker as { color: string }).color, COLORS.paper, name);
    }
  }
});

Deno.test("combinationsFigure: ours sorted, with intervals; the paper's 20 on a strip of their own", () => {
  const figure = combinationsFigure(records);
  const [ours] = named(figure, /^ours/);
  const [paper] = named(figure, /^the paper/);
  const x = ours.x as number[];
  assert.equal(x.length, 20);
  assert.deepEqual(x, x.toSorted((a, b) => a - b));
  const bars = ours.error_x as { array: number[]; arrayminus: number[] };
  assert.ok(bars.array.every((bar) => bar > 0) && bars.arrayminus.every((bar) => bar > 0));
  assert.deepEqual((paper.x as number[]).toSorted(), table2.rows.map(({ percent }) => percent).toSorted());
  assert.ok(Math.max(...(paper.y as number[])) < Math.min(...(ours.y as number[])));
});

Deno.test("numberOfDatasetsFigure: chance is 1/N at each N", () => {
  const [chance] = named(numberOfDatasetsFigure(records), /^chance/);
  const values = new Set((chance.y as (number | null)[]).filter((y) => y !== null));
  assert.deepEqual([...values], [100 / 3, 25, 20, 100 / 6]);
});

Deno.test("learningCurvesFigure: a line a run in each panel, one legend entry a group", () => {
  const { data } = learningCurvesFigure(records);
  const lines = data.filter(({ mode, line }) => mode === "lines" && !(line as { dash?: string }).dash);
  assert.equal(lines.length, 2 * records.length);
  assert.equal(lines.filter(({ showlegend }) => showlegend).length, 4);
});

Deno.test("learningCurvesFigure: runs go by the caller's names", () => {
  const entries = learningCurvesFigure(architectures, architectureOf).data.filter(({ showlegend }) =>
    showlegend
  );
  assert.deepEqual(entries.map(({ name }) => name), table3.rows.map(({ architecture }) => architecture));
});

Deno.test("confusionFigure: each row adds up to one, counts are in the text", () => {
  const record = records[0];
  const [{ z, text }] = confusionFigure(record).data;
  (z as number[][]).forEach((row) =>
    assert.ok(Math.abs(row.reduce((sum, share) => sum + share, 0) - 1) < 1e-9)
  );
  assert.match(texts((text as string[][])[0])[0], new RegExp(`<br>${record.result.confusion[0][0]}$`));
});

Deno.test("pairwiseFigure: every pair once, below the diagonal, with its runs; other combinations left out", () => {
  const [{ z, text, hovertemplate }] = pairwiseFigure([...records, ...pairs]).data;
  const cells = (z as (number | null)[][]).map((row) => row.map((value) => value ?? 0));
  assert.deepEqual(cells.map((row) => row.filter((value) => value > 0).length), [1, 2, 3, 4, 5]);
  // mdi, remix and mingcute are the third to the fifth: remix below mdi is in row 2, column 2.
  assert.deepEqual([cells[2][2], cells[3][2], cells[3][3], cells[4][2]], [0.62, 0.62, 0.62, 0.88]);
  assert.equal((text as string[][])[0][0], "88.0%<br>[85.8, 89.9]");
  assert.equal((text as string[][])[0][1], "");
  const { hash } = pairs[0];
  assert.match(
    (hovertemplate as string[][])[0][0],
    new RegExp(`^tabler \\+ phosphor<br>88.0%.*runs/${hash}<extra>`),
  );
});

Deno.test("corruptionsFigure: the paper's nine beside ours at our size, others of ours below", () => {
  const figure = corruptionsFigure(corruptions, { side: 64 });
  const { ticktext } = figure.layout.yaxis as { ticktext: string[] };
  assert.match(ticktext[9], /^none$/);
  assert.match(ticktext[3], /^Gaussian blur, radius 5<br>\(here 1.25 px of 64\)$/);
  assert.match(ticktext[0], /^Gaussian noise, std 0.6$/);
  const [[ours], [paper]] = [named(figure, /^ours/), named(figure, /^the paper/)];
  const rowOf = (y: number) => Math.round(y);
  assert.deepEqual((ours.y as number[]).map(rowOf), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].toReversed());
  assert.deepEqual((paper.x as number[]).toReversed(), table5.rows.map(({ percent }) => percent));
  assert.deepEqual((paper.y as number[]).map(rowOf), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("corruptionsFigure: sizes of another side are not taken for the paper's", () => {
  const { data, layout } = corruptionsFigure(corruptions, { side: 100 });
  // Blur and low resolution of 64 px are on rows of their own; color and noise are the same at every size.
  assert.equal((layout.yaxis as { ticktext: string[] }).ticktext.length, 9 + 1 + 4);
  assert.equal((data[0].x as number[]).length, corruptions.length);
});

Deno.test("accuracyAgainst: a line for each other differing field, seeds together, log axis where it spans ten", () => {
  const figure = accuracyAgainst("imagesPerDataset", sweep, { paper: table4 });
  const ours = named(figure, /^ours/);
  assert.deepEqual(ours.map(({ name }) => name), ["ours, cnn_small", "ours, convnext_micro"]);
  assert.deepEqual(ours[0].x, [100, 1000]);
  assert.match(texts(ours[0].customdata)[0], /n = 3000$/);
  assert.equal(named(figure, /^the paper/).length, 4);
  assert.equal((figure.layout.xaxis as { type: string }).type, "log");
});

Deno.test("accuracyAgainst: a place and a line of the caller's own; the paper's stands with ours", () => {
  const against = accuracyAgainst("architecture", architectures, { x: architectureOf, paper: table3 });
  const [[ours], [paper]] = [named(against, /^ours$/), named(against, /^the paper/)];
  assert.deepEqual(ours.x, paper.x);
  assert.deepEqual(paper.text, table3.rows.map(({ name }) => name));
});

Deno.test("accuracyAgainst: the paper's lines have the symbols of ours of the same names, and one legend entry", () => {
  const line = ({ model }: Experiment) => model === "cnn_small" ? "AlexNet" : "ConvNeXt";
  const { data } = accuracyAgainst("imagesPerDataset", sweep, { line, paper: figure3 });
  const symbol = (trace: Figure["data"][number]) => (trace.marker as { symbol: string }).symbol;
  const [alexnet, convnext, paperConvnext, paperAlexnet] = data;
  assert.deepEqual([alexnet.name, convnext.name], ["ours, AlexNet", "ours, ConvNeXt"]);
  assert.deepEqual(paperAlexnet.y, [77.8]);
  assert.equal(symbol(paperAlexnet), `${symbol(alexnet)}-open`);
  assert.equal(symbol(paperConvnext), `${symbol(convnext)}-open`);
  assert.deepEqual([paperConvnext.showlegend, paperAlexnet.showlegend], [true, false]);
});

Deno.test("accuracyAgainst: a model that is given as a configuration is one setting, not many", () => {
  const records = [8, 16].map((dim, i) =>
    syntheticRecord({
      datasets: ICONS.slice(0, 3),
      accuracy: 0.7,
      parameters: 100 * (i + 1),
      experiment: { model: { family: "cnn", dims: [dim] } },
    })
  );
  const [ours, ...more] = named(accuracyAgainst("parameters", records), /^ours/);
  assert.deepEqual([ours.x, more.length], [[100, 200], 0]);
});

Deno.test("accuracyAgainst: an unknown field is named, with the known ones", () => {
  assert.throws(() => accuracyAgainst("imagePerDataset", sweep), /"imagePerDataset".*imagesPerDataset/);
});

Deno.test("selfSupervisedFigure: ours in their order, the paper's beside those that correspond", () => {
  const { data, layout } = selfSupervisedFigure(table7Records());
  const [ours] = named({ data, layout }, /^ours/);
  const [paper] = named({ data, layout }, /^the paper/);
  const fromTop = (values: unknown) => (values as number[]).toReversed().map(Math.round);
  assert.deepEqual(fromTop(ours.x), [83, 76, 78, 50, 45, 48]);
  assert.deepEqual(fromTop(paper.x), table7.rows.map(({ percent }) => Math.round(percent)));
  assert.deepEqual(fromTop(paper.y), fromTop(ours.y).slice(0, 3));
  assert.match(texts((layout.yaxis as { ticktext: string[] }).ticktext).join(), /MAE on cifar10/);
});

Deno.test("semanticFigure: rows that only the paper has stand below, without a point of ours", () => {
  const { data, layout } = semanticFigure(table8Records(ofConcepts, { classifiers: [0.08] }), "<b>50");
  const [ours] = named({ data, layout }, /^ours/);
  const [paper] = named({ data, layout }, /^the paper/);
  assert.equal((ours.x as number[]).length, 4);
  assert.deepEqual(
    (paper.x as number[]).toSorted((a, b) => a - b),
    table8.rows.map(({ percent }) => percent).toSorted((a, b) => a - b),
  );
  const names = texts((layout.yaxis as { ticktext: string[] }).ticktext);
  assert.equal(names.filter((name) => name.endsWith("(the paper)")).length, 4);
  assert.ok(names.indexOf("MoCo v3 (the paper)") < names.indexOf("random weights"));
  assert.doesNotMatch(JSON.stringify(layout.title), /<b><b>/);
});

Deno.test("featureMapFigure: a trace a dataset, in its color, every point once", () => {
  const keys = Array.from(featureMap.labels, (_, i) => `<i>${i}`);
  const { data } = featureMapFigure({ ...featureMap, keys });
  assert.deepEqual(data.map(({ name }) => name), featureMap.names);
  assert.equal(new Set(data.map(({ marker }) => (marker as { color: string }).color)).size, 3);
  data.forEach(({ x, y, text }, dataset) =>
    (x as number[]).forEach((value, at) => {
      const row = 3 * at + dataset;
      assert.deepEqual([value, (y as number[])[at]], [
        featureMap.points[2 * row],
        featureMap.points[2 * row + 1],
      ]);
      assert.equal((text as string[])[at], `&lt;i&gt;${row}`);
    })
  );
  assert.equal(data.reduce((sum, { x }) => sum + (x as number[]).length, 0), 120);
});

Deno.test("featureMapFigure: points without a label or a name are refused", () => {
  assert.throws(() => featureMapFigure({ ...featureMap, labels: [0] }), /240 coordinates, 1 labels/);
  assert.throws(() => featureMapFigure({ ...featureMap, keys: ["a"] }), /120 labels and 1 keys/);
  assert.throws(
    () => featureMapFigure({ ...featureMap, names: ["a", "b"] }),
    /the label 2; there are 2 names/,
  );
});

Deno.test("userStudyFigure: the paper's people, and the reader beside the network on the same images", () => {
  const figure = userStudyFigure([game]);
  const [people] = named(figure, /people/);
  assert.equal((people.y as number[]).reduce((sum, users) => sum + users, 0), figure5.people);
  assert.deepEqual([named(figure, /^you/)[0].x, named(figure, /^the network/)[0].x], [[45], [83]]);
  const unplayed = userStudyFigure([{ ...game, answers: [] }]);
  assert.deepEqual([named(unplayed, /^you/), named(unplayed, /^the network/)[0].x], [[], [83]]);
  assert.throws(() => userStudyFigure([]), /no game was given/);
});

Deno.test("figures: dataset names can't become markup", () => {
  const hostile = ["<img src=x>", "a&b", "<b>c"];
  const record = syntheticRecord({ datasets: hostile, accuracy: 0.8 });
  for (const draw of [combinationsFigure, numberOfDatasetsFigure, learningCurvesFigure]) {
    assert.doesNotMatch(JSON.stringify(draw([record])), /<img|<b>c/);
  }
  assert.doesNotMatch(JSON.stringify(confusionFigure(record)), /<img|<b>c/);
  const pair = syntheticRecord({ datasets: hostile.slice(0, 2), accuracy: 0.8 });
  assert.doesNotMatch(JSON.stringify(pairwiseFigure([pair])), /<img/);
});

Deno.test("featureMapFigure: of up to 36 classes no two have the same color and symbol", () => {
  const names = Array.from({ length: 36 }, (_, i) => `class ${i}`);
  const labels = names.map((_, i) => i);
  const points = labels.flatMap((i) => [i, i]);
  const { data } = featureMapFigure({ points, labels, names, areClasses: true, method: "PCA" });
  const looks = data.map(({ marker }) => {
    const { color, symbol } = marker as Record<string, string>;
    return `${color} ${symbol}`;
  });
  assert.equal(new Set(looks).size, 36);
});
