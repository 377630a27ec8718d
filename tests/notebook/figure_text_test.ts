import assert from "node:assert/strict";
import { figureText, show } from "~/notebook/display.ts";
import { FIGURES } from "../made/figures/examples.ts";

Deno.test("figureText: a combination by its name with its interval, beside the paper's", () => {
  const text = figureText(FIGURES.combinations());
  assert.match(text, /^Telling three datasets apart: 20 combinations/);
  assert.match(text, /ours, 95% interval +88.4 +tabler \+ phosphor \+ carbon +\[86.68, 89.92\]/);
  assert.doesNotMatch(text, /<|&lt;/);
});

Deno.test("figureText: every figure has one, and none is endless", () => {
  for (const [name, draw] of Object.entries(FIGURES)) {
    const lines = figureText(draw()).split("\n");
    assert.ok(lines.length > 3 && lines.length <= 70, `${name}: ${lines.length} lines`);
    assert.ok(lines.every((line) => !line.includes("undefined") && !line.includes("NaN")), name);
  }
});

Deno.test("figureText: each pair of a half-filled matrix, and nothing for its empty half", () => {
  const lines = figureText(FIGURES.pairwise()).split("\n");
  assert.equal(lines.length, 2 + 15);
  assert.match(lines[2], /^ +tabler +phosphor +88.0% \[85.8, 89.9\]$/);
});

Deno.test("figureText: a point beside its tick is named by it", () => {
  const text = figureText(FIGURES.corruptions());
  assert.match(text, /ours, 95% interval +48 +low resolution, 32x32 \(here 8 px of 64\) +\[45.48, 50.53\]/);
  assert.match(
    text,
    /the paper, Table 5 \(other datasets\) +68.4 +low resolution, 32x32 \(here 8 px of 64\)$/m,
  );
});

Deno.test("figureText: lines of the paper that the legend does not name are there, each by its name", () => {
  const text = figureText(FIGURES.againstImagesByArchitecture());
  assert.match(text, /^the paper, ConvNeXt +1000000 +84.7$/m);
  assert.match(text, /^the paper, AlexNet +1000000 +77.8$/m);
});

Deno.test("figureText: of a figure with two panels each point says what it measures", () => {
  const text = figureText(FIGURES.learningCurvesOfThree());
  assert.match(text, /^tabler \+ phosphor \+ mdi: validation accuracy \(%\) +1 /m);
  assert.match(text, /^tabler \+ phosphor \+ mdi: training loss \(nats\) +1 +0\./m);
});

Deno.test("figureText: sizes are those of the runs, not the places where their points stand", () => {
  const lines = figureText(FIGURES.memorization()).split("\n").filter((line) =>
    /^(ours|the paper)/.test(line)
  );
  const sizes = new Set(lines.map((line) => / (\d[\d.]*) +\d/.exec(line)![1]));
  assert.deepEqual([...sizes].filter((size) => !/^10+$/.test(size)), []);
});

Deno.test("figureText: a confusion matrix by names", () => {
  assert.match(figureText(FIGURES.confusion()), /tabler +tabler +61.0% 305/);
});

Deno.test("figureText: of many curves each run has its last point, by its own name, and chance is there", () => {
  const text = figureText(FIGURES.learningCurves());
  const [, accuracies] = /^([^]*)$/.exec(text)!;
  const rows = accuracies.split("\n").filter((row) => row.includes(": validation accuracy (%)  "));
  const runs = rows.filter((row) => !row.startsWith("chance"));
  assert.equal(new Set(runs.map((row) => row.split(":")[0])).size, 23);
  assert.ok(runs.every((row) => / 12 +\d/.test(row)));
  assert.equal(rows.length - runs.length, 4);
});

Deno.test("figureText: says what the axes measure, in which unit", () => {
  const heads = Object.entries({
    againstImages: /^series +images per dataset +accuracy \(%\) +interval$/m,
    learningCurvesOfThree: /^series +epoch +y +interval$/m,
    combinations: /^series +accuracy \(%\) +y +interval$/m,
    confusion: /^series +called +is from +interval$/m,
  });
  for (const [name, head] of heads) assert.match(figureText(FIGURES[name]()), head);
});

Deno.test("show: nothing between two $ of a name is taken for a formula, in a figure and below it", async () => {
  const { layout } = FIGURES.confusion();
  const shown = show({ data: [], layout }, "from $5 to $10");
  const { "application/vnd.plotly.v1+json": figure } = await shown.bundle();
  assert.equal((figure as { config: { typesetMath: boolean } }).config.typesetMath, false);
  const below: Record<string, string> = await Reflect.get(shown, Symbol.for("Jupyter.display")).call(shown);
  assert.match(below["text/html"], /^<p class="mathjax_ignore"[^>]*>.*from \$5 to \$10<\/p>$/);
});
