import assert from "node:assert/strict";
import fc from "fast-check";
import { inkOf, jitteredBox } from "../../../src/data/sources/jitter.ts";
import type { PackedImage } from "../../../src/images/mod.ts";

const SIDE = 64;
const JITTER = { scale: [1, 1.3] as [number, number], fill: 0.8 };

/** A white square with a black rectangle. */
function drawing(left: number, top: number, width: number, height: number): PackedImage {
  const pixels = new Uint8Array(SIDE * SIDE).fill(255);
  for (let y = top; y < top + height; y++) pixels.fill(0, y * SIDE + left, y * SIDE + left + width);
  return { pixels, width: SIDE, height: SIDE, channels: 1 };
}

const rectangles = fc.record({
  left: fc.integer({ min: 0, max: 31 }),
  top: fc.integer({ min: 0, max: 31 }),
  width: fc.integer({ min: 1, max: 32 }),
  height: fc.integer({ min: 1, max: 32 }),
});

/** A box whose drawing was made in 64 px: one unit is a pixel. */
const BOX = { left: 0, top: 0, width: SIDE, height: SIDE };

Deno.test("a drawing that fits keeps a sixteenth of its frame free on every side, at a scale within the interval", () => {
  fc.assert(fc.property(fc.string(), rectangles, (key, { left, top, width, height }) => {
    const box = jitteredBox(key, BOX, drawing(left, top, width, height), [255], JITTER);
    assert.equal(box.width, box.height);
    assert.ok(box.width >= SIDE && box.width <= 1.3 * SIDE, `${box.width}`);
    const free = box.width / 16 - 1e-9;
    assert.ok(left - box.left >= free && top - box.top >= free);
    assert.ok(box.left + box.width - left - width >= free && box.top + box.height - top - height >= free);
  }));
});

Deno.test("the box is that of the key, whatever the dataset, and places are not whole pixels", () => {
  const image = drawing(20, 20, 10, 10);
  const boxOf = (key: string) => jitteredBox(key, BOX, image, [255], JITTER);
  assert.deepEqual(boxOf("arrow-left"), boxOf("arrow-left"));
  const boxes = Array.from({ length: 200 }, (_, i) => boxOf(`icon-${i}`));
  assert.equal(new Set(boxes.map(({ width }) => width)).size, 200);
  const parts = boxes.map(({ left, width }) => ((left * SIDE / width) % 1 + 1) % 1);
  const mean = parts.reduce((sum, part) => sum + part) / parts.length;
  assert.ok(Math.abs(mean - 0.5) < 0.1, `the mean of the parts of a pixel is ${mean}`);
});

Deno.test("collections that fill their boxes otherwise are drawn alike: the median drawing fills the same share", () => {
  for (const fill of [0.8, 1]) {
    const ink = Math.round(SIDE * fill);
    const sides = Array.from({ length: 50 }, (_, i) => {
      const box = jitteredBox(`${i}`, BOX, drawing(0, 0, ink, ink), [255], { ...JITTER, fill });
      return ink / box.width;
    });
    assert.ok(Math.max(...sides) <= 0.81 && Math.min(...sides) >= 0.6, `${fill}: ${sides}`);
  }
});

Deno.test("ink that is too large for the margins is centred, and a blank drawing keeps its box", () => {
  const wide = jitteredBox("wide", BOX, drawing(0, 30, 64, 4), [255], { scale: [1, 1], fill: 0.8 });
  assert.ok(Math.abs(wide.left + wide.width / 2 - 32) < 1e-9);
  assert.deepEqual(jitteredBox("blank", BOX, drawing(0, 0, 0, 0), [255], JITTER), BOX);
});

Deno.test("ink is what differs from the background in any channel", () => {
  const pixels = new Uint8Array(4 * 4 * 3).fill(200);
  pixels[(2 * 4 + 1) * 3 + 2] = 100;
  const image = { pixels, width: 4, height: 4, channels: 3 as const };
  assert.deepEqual(inkOf(image, [200, 200, 200]), { left: 1, top: 2, width: 1, height: 1 });
  pixels[(2 * 4 + 1) * 3 + 2] = 195;
  assert.equal(inkOf(image, [200, 200, 200]), undefined); // a trace of smoothing is none
});
