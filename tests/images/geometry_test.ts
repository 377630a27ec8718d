import assert from "node:assert/strict";
import fc from "fast-check";
import { cropResize, resizeAndCentreCrop } from "../../src/images/mod.ts";
import { resample } from "../../src/images/resample.ts";
import { flipHorizontal } from "../../src/images/transforms/horizontal_flip.ts";
import { randomResizedCropBox } from "../../src/images/transforms/random_resized_crop.ts";
import { random } from "../../src/stats/mod.ts";
import reference from "../reference/pillow_resize.json" with { type: "json" };

const bytes = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

Deno.test("resample equals Pillow's BILINEAR, to the last bit where Pillow goes horizontally first", () => {
  for (const { width, height, channels, box, outWidth, outHeight, pixels, expected } of reference.cases) {
    const out = new Uint8Array(outWidth * outHeight * channels);
    const whole = { left: 0, top: 0, width: outWidth, height: outHeight };
    resample({ pixels: bytes(pixels), height, width, channels }, box, outWidth, outHeight, whole, out);
    const verticalFirst = box.height > outHeight && box.height - outHeight > 2 * (box.width - outWidth);
    const worst = bytes(expected).reduce((most, value, i) => Math.max(most, Math.abs(value - out[i])), 0);
    assert.ok(
      worst <= (verticalFirst ? 1 : 0),
      `${width}x${height} to ${outWidth}x${outHeight}: off by ${worst}`,
    );
  }
});

Deno.test("a window of a resized image is that part of the whole", () => {
  const { width, height, channels, pixels } = reference.cases[3];
  const image = { pixels: bytes(pixels), height, width, channels };
  const box = { left: 0, top: 0, width, height };
  const [all, part] = [new Uint8Array(17 * 15 * 3), new Uint8Array(9 * 8 * 3)];
  resample(image, box, 17, 15, { left: 0, top: 0, width: 17, height: 15 }, all);
  resample(image, box, 17, 15, { left: 4, top: 6, width: 9, height: 8 }, part);
  for (let y = 0; y < 8; y++) {
    const row = ((y + 6) * 17 + 4) * 3;
    assert.deepEqual(part.slice(y * 27, (y + 1) * 27), all.slice(row, row + 27));
  }
});

Deno.test("inference resizes the shorter side to size / 0.875 and cuts the centre", () => {
  const pixels = Uint8Array.from({ length: 40 * 20 }, (_, i) => i % 40 < 20 ? 0 : 255); // left half black
  const out = new Uint8Array(14 * 14);
  resizeAndCentreCrop({ pixels, height: 20, width: 40, channels: 1 }, 14, out);
  for (let y = 0; y < 14; y++) {
    assert.equal(out[y * 14], 0);
    assert.equal(out[y * 14 + 13], 255);
    assert.equal(out[y * 14 + 6] + out[y * 14 + 7], 255); // the edge is in the middle
  }
});

Deno.test("a crop that is the whole image at its own size changes nothing", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 75, maxLength: 75 }), (pixels) => {
    const out = new Uint8Array(75);
    const box = { left: 0, top: 0, width: 5, height: 5 };
    cropResize({ pixels, height: 5, width: 5, channels: 3 }, box, 5, out);
    assert.deepEqual(out, pixels);
  }));
});

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
