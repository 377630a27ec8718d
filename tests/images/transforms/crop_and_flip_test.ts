import assert from "node:assert/strict";
import fc from "fast-check";
import { flipHorizontal } from "../../../src/images/transforms/horizontal_flip.ts";
import { randomResizedCropBox } from "../../../src/images/transforms/random_resized_crop.ts";
import { random } from "../../../src/stats/mod.ts";

Deno.test("a flip moves the columns, and two flips change nothing", () => {
  const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  flipHorizontal(pixels, 1, 3, 3);
  assert.deepEqual(pixels, Uint8Array.of(7, 8, 9, 4, 5, 6, 1, 2, 3));
  flipHorizontal(pixels, 1, 3, 3);
  assert.deepEqual(pixels, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
});

Deno.test("random-resized-crop boxes lie in the image and keep scale and ratio", () => {
  const sides = fc.integer({ min: 8, max: 300 });
  fc.assert(fc.property(sides, sides, fc.nat(), (height, width, seed) => {
    const { left, top, width: w, height: h } = randomResizedCropBox(random(seed), height, width);
    assert.ok(left >= 0 && top >= 0 && w >= 1 && h >= 1 && left + w <= width && top + h <= height);
    const slack = 1 / Math.min(w, h); // sides are rounded to whole pixels
    assert.ok(w / h <= 4 / 3 * (1 + 2 * slack) && w / h >= 3 / 4 * (1 - 2 * slack), `${w}x${h}`);
  }));
});

Deno.test("random-resized-crop covers the range of areas evenly, and falls back to the centre", () => {
  const areas = Array.from({ length: 4000 }, (_, i) => {
    const box = randomResizedCropBox(random(1, i), 64, 64, [0.25, 0.75]);
    return box.width * box.height / 64 ** 2;
  });
  const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
  assert.ok(Math.abs(mean - 0.5) < 0.01, `mean area ${mean}`);
  assert.deepEqual(randomResizedCropBox(random(1), 10, 100, [1, 1]), {
    left: 43,
    top: 0,
    width: 13,
    height: 10,
  });
});
