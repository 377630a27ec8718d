import assert from "node:assert/strict";
import {
  accuracyDots,
  bars,
  chanceAcross,
  chanceUpright,
  heatCells,
  line,
  paperDots,
  rowEnds,
  rowsLayout,
} from "../../src/figures/marks.ts";
import { measureText } from "../../src/figures/measures.ts";
import { COLORS } from "../../src/figures/theme.ts";
import { wilson } from "../../src/stats/mod.ts";

const accuracies = [wilson(60, 100), wilson(90, 100)];

Deno.test("accuracyDots: in rows or over sizes, in percent, with both ends of the interval", () => {
  const rows = accuracyDots(accuracies, { name: "ours", along: "x", at: [0, 1] });
  assert.deepEqual([rows.x, rows.y, rows.mode, rows.line], [[60, 90], [0, 1], "markers", undefined]);
  assert.equal((rows.marker as { color: string }).color, COLORS.ours);
  const bars = rows.error_x as { array: number[]; arrayminus: number[] };
  accuracies.forEach(({ low, high }, i) => {
    assert.ok(Math.abs((rows.x as number[])[i] + bars.array[i] - 100 * high) < 1e-9);
    assert.ok(Math.abs((rows.x as number[])[i] - bars.arrayminus[i] - 100 * low) < 1e-9);
  });
  const labels = { text: ["a", "b"], position: "top center" };
  const sizes = accuracyDots(accuracies, {
    name: "ours",
    along: "y",
    at: [10, 100],
    line: 2,
    labels,
    opacity: 0.5,
  });
  assert.deepEqual([sizes.x, sizes.y, sizes.mode], [[10, 100], [60, 90], "lines+markers+text"]);
  assert.deepEqual([sizes.opacity, sizes.text, sizes.error_x], [0.5, ["a", "b"], undefined]);
});

Deno.test("paperDots: hollow, grey, as printed, without intervals", () => {
  const trace = paperDots([81.8, null], { name: "the paper", along: "y", at: [1, 2], symbol: "square" });
  assert.deepEqual(trace.y, [81.8, null]);
  assert.deepEqual(trace.marker, {
    color: COLORS.paper,
    size: 8,
    symbol: "square-open",
    line: { width: 1.6 },
  });
  assert.ok(!("error_y" in trace));
});

Deno.test("chance is dashed, across or upright; a line says nothing unless it is told what", () => {
  const [across, upright] = [chanceAcross(0.25, [1, 9]), chanceUpright(0.25, [-1, 4])];
  assert.deepEqual([across.x, across.y, upright.x, upright.y], [[1, 9], [25, 25], [25, 25], [-1, 4]]);
  for (const { name, line, hoverinfo } of [across, upright]) {
    assert.deepEqual([name, hoverinfo], ["chance, 25.0%", "skip"]);
    assert.equal((line as { dash: string }).dash, "dash");
  }
  assert.equal(line("mean", { x: [1], y: [2], hovertemplate: "%{y}" }).hoverinfo, undefined);
});

Deno.test("rowsLayout: as high as its rows, which are named at their places", () => {
  const ticks = [{ at: 1, text: "a" }, { at: 2, text: "b" }];
  const options = { ticks, count: 3, rowHeight: 40, percents: [0, 100] as [number, number] };
  const { height, yaxis } = rowsLayout("title", "subtitle", options);
  const { tickvals, ticktext, range } = yaxis as { tickvals: number[]; ticktext: string[]; range: number[] };
  assert.deepEqual([height, tickvals, ticktext, range], [310, [1, 2], ["a", "b"], [-0.6, 2.6]]);
  assert.deepEqual(rowEnds(3, 0.2), [-0.6, 2.8]);
});

Deno.test("bars and heatCells: a text in each, cells from the top", () => {
  const { text, width } = bars("people", { x: [42.5, 47.5], y: [11, 7], width: 5, color: "#888" });
  assert.deepEqual([text, width], [["11", "7"], 5]);
  const cells = {
    values: [[1, null, 0.5], [0.5, 1, null]],
    texts: [["1", "", ""]],
    hovers: [["one", "", ""]],
  };
  const map = heatCells(cells, { least: 0.5, smallText: true, hoverongaps: false });
  assert.deepEqual([map.x, map.y, map.zmin, map.hoverongaps], [[0, 1, 2], [0, 1], 0.5, false]);
  assert.deepEqual(map.textfont, { size: 10 });
});

Deno.test("measureText: points have a sign, but where they round to nothing", () => {
  const margin = { name: "margin over chance", zero: "chance" };
  assert.deepEqual([45.84, -3.21, 0.04, -0.04].map((points) => measureText(points, margin)), [
    "+45.8",
    "−3.2",
    "0.0",
    "0.0",
  ]);
  assert.equal(measureText(79.06, { name: "accuracy" }), "79.1%");
});
