import assert from "node:assert/strict";
import {
  combinationsFigure,
  numberOfDatasetsFigure,
  pairwiseFigure,
} from "../../src/chapters/combinations/figure.ts";
import type { Experiment } from "../../src/experiments/mod.ts";
import { openPlotlyPage } from "../../src/figures/browser.ts";
import {
  accuracyAgainst,
  COLORS,
  confusionFigure,
  confusionMenu,
  featureMapFigure,
  type Figure,
  learningCurvesFigure,
  learningFinding,
  type PlotlyLayout,
  probesFigure,
  type Trace,
} from "../../src/figures/mod.ts";
import { figureText } from "../../src/notebook/display.ts";
import { architectureOf, figure3, table3, table4, table8 } from "../../src/paper/mod.ts";
import { architectures, featureMap, FIGURES, sweep } from "../made/figures/examples.ts";
import { named, texts } from "../made/figures/traces.ts";
import { iconRecords, ICONS, syntheticRecord } from "../made/paper/records.ts";

const records = iconRecords();

Deno.test("figures: plotly.js finds nothing to object to", async () => {
  const { plotly } = await openPlotlyPage(1);
  const { validate } = plotly as unknown as {
    validate(data: unknown, layout: unknown): { msg: string }[] | undefined;
  };
  for (const [name, draw] of Object.entries(FIGURES)) {
    const { data, layout } = structuredClone(draw());
    // "did not get coerced": valid, but without effect, as a grid's color where no grid is shown. What a menu
    // or a slider hands on may be anything, of which plotly.js makes a copy.
    const objections = (validate(data, layout) ?? []).filter(({ msg }) =>
      !msg.includes("did not get coerced") &&
      !/ key (updatemenus\[0\]\.buttons|sliders\[0\]\.steps)\[\d+\]\.args\[/.test(msg)
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
      assert.ok((trace.line as { dash?: string }).dash, name);
    }
    for (const trace of named({ data, layout }, /^the paper/)) {
      assert.equal((trace.marker as { color: string }).color, COLORS.paper, name);
    }
  }
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

Deno.test("learningCurvesFigure: of many runs alike the hardest and the easiest are named", () => {
  const triples = records.filter(({ experiment }) => experiment.datasets.length === 3);
  const entries = learningCurvesFigure(triples).data.filter(({ showlegend }) => showlegend);
  const ranked = triples.toSorted((a, b) => a.result.accuracy.value - b.result.accuracy.value);
  const [hardest, easiest] = [ranked[0], ranked[19]].map(({ experiment }) => experiment.datasets.join(" + "));
  assert.deepEqual(
    new Set(entries.map(({ name }) => name).filter((name) => !`${name}`.startsWith("chance"))),
    new Set(["the 18 others", `the hardest, ${hardest}`, `the easiest, ${easiest}`]),
  );
});

Deno.test("confusionMenu: each entry shows what the run's own figure shows", () => {
  const triples = records.filter(({ experiment }) => experiment.datasets.length === 3);
  const { data, layout } = confusionMenu(triples);
  assert.deepEqual(data, confusionFigure(triples[0]).data);
  const [{ buttons }] = layout.updatemenus as { buttons: { label: string; args: [Trace, PlotlyLayout] }[] }[];
  assert.equal(buttons.length, 20);
  buttons.forEach(({ label, args: [cells, changed] }, i) => {
    const own = confusionFigure(triples[i]);
    assert.match(label, /^\w+ \+ \w+ \+ \w+: \d+\.\d%$/);
    assert.deepEqual((cells.z as unknown[])[0], own.data[0].z);
    assert.deepEqual(changed.xaxis, own.layout.xaxis);
    assert.deepEqual(changed.title, own.layout.title);
  });
});

Deno.test("accuracyAgainst: the axis holds every mark, and no more of 0 to 100% than that", () => {
  const figure = accuracyAgainst("imagesPerDataset", sweep, { paper: table4, title: "Is <it> so?" });
  const [low, high] = (figure.layout.yaxis as { range: [number, number] }).range;
  const percents = table4.rows.map(({ percent }) => percent).concat(
    sweep.flatMap((
      { result },
    ) => [100 * result.accuracy.low, 100 * result.accuracy.high, 100 * result.chance]),
  );
  assert.ok(low >= 0 && low < Math.min(...percents) && low > Math.min(...percents) - 10);
  assert.ok(high <= 100 && high > Math.max(...percents) && high < Math.max(...percents) + 10);
  assert.match(JSON.stringify(figure.layout.title), /Is &lt;it&gt; so\?/);
});

Deno.test("confusionFigure: each row adds up to one, counts are in the text", () => {
  const record = records[0];
  const [{ z, text }] = confusionFigure(record).data;
  (z as number[][]).forEach((row) =>
    assert.ok(Math.abs(row.reduce((sum, share) => sum + share, 0) - 1) < 1e-9)
  );
  assert.match(texts((text as string[][])[0])[0], new RegExp(`<br>${record.result.confusion[0][0]}$`));
});

Deno.test("accuracyAgainst: a line for each other differing field, seeds together, log axis where it spans ten", () => {
  const figure = accuracyAgainst("imagesPerDataset", sweep, { paper: table4 });
  const ours = named(figure, /^ours/);
  assert.deepEqual(ours.map(({ name }) => name), ["ours, cnn_small", "ours, convnext_micro"]);
  assert.deepEqual(ours[0].x, [100, 1000]);
  assert.match(texts(ours[0].customdata)[0], /n = 1500, 2 seeds, SD \d/);
  const seeds = figure.data[figure.data.length - 1];
  assert.deepEqual([seeds.showlegend, (seeds.y as number[]).length % 2], [false, 0]);
  assert.equal(named(figure, /^the paper/).length, 4);
  assert.equal((figure.layout.xaxis as { type: string }).type, "log");
});

Deno.test("accuracyAgainst: sizes beyond all of ours have a panel of their own, on one axis of accuracies", () => {
  const { data, layout } = accuracyAgainst("imagesPerDataset", sweep, { paper: table4 });
  const panels = (name: RegExp) => named({ data, layout }, name).map(({ xaxis }) => xaxis ?? "x");
  assert.deepEqual(new Set(panels(/^ours/)), new Set(["x2"]));
  assert.deepEqual(new Set(panels(/^the paper/)), new Set(["x"]));
  assert.deepEqual(panels(/^chance/).toSorted(), ["x", "x2"]);
  assert.deepEqual((layout.xaxis2 as { tickvals: number[] }).tickvals, [100, 1000]);
  assert.ok(data.every(({ yaxis }) => yaxis === undefined));
  const large = sweep.map((run) => ({
    ...run,
    experiment: { ...run.experiment, imagesPerDataset: 100_000 },
  }));
  assert.equal(accuracyAgainst("imagesPerDataset", large, { paper: table4 }).layout.xaxis2, undefined);
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

Deno.test("accuracyAgainst: no two of many lines look the same, and chance is seen at a single size, too", () => {
  const runs = Array.from({ length: 8 }, (_, i) =>
    syntheticRecord({
      datasets: ICONS.slice(0, 3),
      accuracy: 0.7,
      experiment: { imagesPerDataset: 100, imageSize: 32 + i },
    }));
  const figure = accuracyAgainst("imagesPerDataset", runs);
  const looks = named(figure, /^ours/).map(({ marker }) => {
    const { color, symbol } = marker as Record<string, string>;
    return `${color} ${symbol}`;
  });
  assert.equal(new Set(looks).size, 8);
  const [{ x: [from, to] }] = named(figure, /^chance/) as { x: number[] }[];
  assert.ok(from < 100 && 100 < to, `from ${from} to ${to}`);
});

Deno.test("accuracyAgainst: an unknown field is named, with the known ones", () => {
  assert.throws(() => accuracyAgainst("imagePerDataset", sweep), /"imagePerDataset".*imagesPerDataset/);
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

Deno.test("figures: chances of several numbers of datasets look different, and are named apart in the text", () => {
  const two = [2, 3].map((count) => syntheticRecord({ datasets: ICONS.slice(0, count), accuracy: 0.8 }));
  const figures = {
    colored: [learningCurvesFigure(records), [3, 4, 5, 6].map((count) => `chance, 1/${count}`)],
    few: [learningCurvesFigure(two), ["chance, 1/2", "chance, 1/3"]],
    against: [accuracyAgainst("imageSize", two, { line: () => "a" }), ["chance, 50.0%", "chance, 33.3%"]],
  } satisfies Record<string, [Figure, string[]]>;
  for (const [which, [figure, names]] of Object.entries(figures)) {
    const chances = named(figure, /^chance/);
    assert.deepEqual(chances.map(({ name }) => name), names, which);
    assert.equal(
      new Set(chances.map(({ line }) => (line as { dash: string }).dash)).size,
      names.length,
      which,
    );
    const rows = figureText(figure).split("\n").filter((row) => row.startsWith("chance"));
    assert.equal(rows.length, names.length, which);
    names.forEach((name, i) => assert.match(rows[i], new RegExp(`^${name}(?!\\d).* everywhere +\\d`), which));
  }
});

Deno.test("learningCurvesFigure: chance has the color of the runs of its number of datasets", () => {
  const colorOf = ({ line }: Trace) => (line as { color: string }).color;
  const figure = learningCurvesFigure(records);
  for (const count of [3, 4, 5, 6]) {
    const [[curve], [chance]] = [
      named(figure, new RegExp(`^${count} datasets`)),
      named(figure, new RegExp(`1/${count}$`)),
    ];
    assert.equal(colorOf(chance), colorOf(curve));
  }
});

Deno.test("probesFigure: without records the paper's chance alone is drawn, and none of 0%", () => {
  const options = { paper: table8, rowOf: () => undefined };
  const chances = (more = {}) =>
    named(probesFigure([], "Nothing yet", { ...options, ...more }), /^chance/).map(({ name }) => name);
  assert.deepEqual(chances({ paperChance: table8.chance }), ["chance, 0.1%"]);
  assert.deepEqual(chances(), []);
});

Deno.test("runs of one name, as of several seeds, are told apart by their seeds", () => {
  const seeds = [1, 2].map((seed) =>
    syntheticRecord({ datasets: ["a", "b"], accuracy: 0.7 + seed / 20, experiment: { seed } })
  );
  const runs = [...seeds, syntheticRecord({ datasets: ["a", "c"], accuracy: 0.9 })];
  const legend = learningCurvesFigure(runs).data.flatMap(({ showlegend, name }) => showlegend ? [name] : []);
  assert.deepEqual(legend, ["a + b, seed 1", "a + b, seed 2", "a + c"]);
  assert.match(learningFinding(runs), /The lowest, a \+ b, seed 1, ends at 75\.0%/);
  const [{ buttons }] = confusionMenu(runs).layout.updatemenus as { buttons: { label: string }[] }[];
  assert.deepEqual(buttons.map(({ label }) => label.split(":")[0]), legend);
});

Deno.test("learningCurvesFigure: after one epoch its loss is seen as a dot, and one epoch is one", () => {
  const runs = [syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, epochs: 1 })];
  const [loss] = learningCurvesFigure(runs).data.filter(({ yaxis }) => yaxis === "y2");
  assert.equal(loss.mode, "markers");
  assert.match(learningFinding(runs), /One epoch is too few to say how fast they learn/);
});

Deno.test("accuracyAgainst: without runs the paper is there alone, on axes that have ends", () => {
  const { data, layout } = accuracyAgainst("imagesPerDataset", [], { paper: figure3 });
  assert.deepEqual([layout.xaxis2, layout.annotations], [undefined, undefined]);
  assert.equal(data.length, new Set(figure3.rows.map(({ name }) => name)).size);
  assert.doesNotMatch(JSON.stringify(layout), /null/, "of an axis from NaN to NaN");
});

Deno.test("accuracyAgainst: a setting that some runs have not is left out of their names, or said in words", () => {
  const namesOf = (...settings: Partial<Experiment>[]) => {
    const runs = settings.map((experiment) =>
      syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, experiment })
    );
    return named(accuracyAgainst("imagesPerDataset", runs), /^ours/).map(({ name }) => name);
  };
  const corruption: Experiment["corruption"] = { name: "gaussian-noise", std: 0.6, seed: 0 };
  assert.deepEqual(namesOf({ corruption: null }, { corruption }), [
    "ours, no corruption",
    "ours, gaussian-noise, std 0.6, seed 0",
  ]);
  assert.deepEqual(namesOf({ fitFirst: true }, {}), ["ours, fit first", "ours"]);
  assert.deepEqual(namesOf({ fitFirst: true }, { fitFirst: false }), [
    "ours, fit first",
    "ours, no fit first",
  ]);
  assert.deepEqual(namesOf({ model: "cnn_small" }, { model: { family: "cnn", dims: [8] } }), [
    "ours, cnn_small",
    "ours, cnn, 8",
  ]);
});

Deno.test("accuracyAgainst: names on its axis can't become markup, and are whole in its text", () => {
  const runs = ["<b>a", "a&lt;b"].map((name) => syntheticRecord({ datasets: [name, "c"], accuracy: 0.8 }));
  const figure = accuracyAgainst("datasets", runs);
  const [ours, chance] = figure.data;
  assert.deepEqual(ours.x, ["&lt;b&gt;a + c", "a&amp;lt;b + c"]);
  assert.deepEqual(chance.x, ours.x);
  assert.match(figureText(figure), /^ours +<b>a \+ c +80 .*\nours +a&lt;b \+ c +80 /m);
});

Deno.test("accuracyAgainst: a seed far from the others' mean is on the axis", () => {
  const runs = Array.from(
    { length: 12 },
    (_, seed) =>
      syntheticRecord({ datasets: ["a", "b"], accuracy: seed === 0 ? 0.2 : 0.9, experiment: { seed } }),
  );
  const { data, layout: { yaxis } } = accuracyAgainst("imagesPerDataset", runs);
  const [low] = (yaxis as { range: [number, number] }).range;
  assert.ok(low < Math.min(...data.at(-1)!.y as number[]), `the axis begins at ${low}%`);
});

Deno.test("accuracyAgainst: a line of the paper that ours lacks looks like no other one", () => {
  const ours = [...new Set(table4.rows.map(({ name }) => name))].filter((name) => name !== "RandCrop");
  const runs = ours.map((model) =>
    syntheticRecord({ datasets: ICONS.slice(0, 3), accuracy: 0.8, experiment: { model } })
  );
  const figure = accuracyAgainst("imagesPerDataset", runs, {
    line: ({ model }) => `${model}`,
    paper: table4,
  });
  const symbols = named(figure, /^the paper/).map(({ marker }) => (marker as { symbol: string }).symbol);
  assert.deepEqual([symbols.length, new Set(symbols).size], [4, 4], symbols.join());
});

Deno.test("confusionMenu: without a run it says so", () => {
  assert.throws(() => confusionMenu([]), /There is no run whose confusions could be shown; give one or more/);
});
