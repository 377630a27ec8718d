import assert from "node:assert/strict";
import { JSDOM } from "jsdom";
import { boxOf, type SvgNode } from "../../src/figures/svg_boxes.ts";
import { LINE, textWidth } from "../../src/figures/text_metrics.ts";

function box(inner: string, widthScale = 1) {
  const { document } = new JSDOM(`<svg>${inner}</svg>`).window;
  const { x, y, width, height } = boxOf(
    document.querySelector("svg").firstElementChild as SvgNode,
    widthScale,
  );
  const round = (value: number) => Math.round(100 * value) / 100;
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

const width = (text: string) => Math.round(100 * textWidth(text, 10)) / 100;

Deno.test("boxOf: a text stands on its baseline, by its anchor", () => {
  const text = (anchor: string) =>
    box(`<text x="100" y="50" style="font-size: 10px" text-anchor="${anchor}">accuracy</text>`);
  const w = width("accuracy");
  assert.deepEqual(text("start"), { x: 100, y: 50 - 10 * LINE.ascent, width: w, height: 10 * LINE.height });
  assert.equal(text("end").x, Math.round(100 * (100 - w)) / 100);
  assert.ok(Math.abs(text("middle").x - (100 - w / 2)) < 0.02);
});

Deno.test("boxOf: lines lie one below the other, the longest counts; a wider font widens", () => {
  const lines =
    `<text style="font-size: 10px"><tspan class="line">a</tspan><tspan class="line">accuracy</tspan></text>`;
  assert.equal(box(lines).width, width("accuracy"));
  assert.ok(Math.abs(box(lines).height - 10 * (LINE.height + 1.3)) < 0.01);
  assert.ok(Math.abs(box(lines, 1.2).width - 1.2 * width("accuracy")) < 0.01);
});

Deno.test("boxOf: a group takes in its texts where their transforms put them", () => {
  const one = (transform: string) => `<text style="font-size: 10px" transform="${transform}">mm</text>`;
  const group = box(`<g>${one("translate(0,0)")}${one("translate(200, 30)")}<path d="M0,0H999"/></g>`);
  assert.ok(Math.abs(group.width - (200 + width("mm"))) < 0.02);
  assert.ok(Math.abs(group.height - (30 + 10 * LINE.height)) < 0.02);
  const turned = box(`<g>${one("rotate(-90)")}</g>`);
  assert.ok(Math.abs(turned.height - width("mm")) < 0.02 && Math.abs(turned.width - 10 * LINE.height) < 0.02);
  assert.deepEqual(box("<g></g>"), { x: 0, y: 0, width: 0, height: 0 });
});
