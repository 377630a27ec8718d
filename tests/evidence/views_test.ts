import assert from "node:assert/strict";
import { openCv } from "~/evidence/opencv.ts";
import { SQUARE } from "~/evidence/kinds/squares.ts";
import {
  cannyEdges,
  highPass,
  lowPass,
  shuffled,
  type ShuffleOrder,
  silhouettes,
} from "~/evidence/kinds/views.ts";
import { random } from "~/stats/mod.ts";
import { painted } from "../made/evidence/pictures.ts";

const noise = (seed: number) => {
  const stream = random(seed);
  return painted(SQUARE, () => [0, 1, 2].map(() => stream.below(256)));
};

const pixelsOf = (pixels: Uint8Array) =>
  Array.from({ length: pixels.length / 3 }, (_, i) => `${pixels.subarray(3 * i, 3 * i + 3)}`);

Deno.test("shuffling moves whole patches, and keeps every pixel", () => {
  for (const order of ["fixed", "random"] as ShuffleOrder[]) {
    for (const side of [1, 8]) {
      const image = painted(
        SQUARE,
        (x, y) => [Math.floor(x / side) * 3, Math.floor(y / side) * 3, x % side * 8 + y % side],
      );
      const before = pixelsOf(image.pixels);
      shuffled(side, order, 1)(image);
      const after = pixelsOf(image.pixels);
      assert.notDeepEqual(after, before);
      assert.deepEqual(after.toSorted(), before.toSorted());
      for (let i = 0; i < after.length; i++) { // within a patch all pixels come from one patch, in its order
        const corner = Math.floor(i / SQUARE / side) * side * SQUARE + Math.floor(i % SQUARE / side) * side;
        const [patch, inside] = [after[corner].split(","), after[i].split(",")];
        assert.deepEqual(inside.slice(0, 2), patch.slice(0, 2));
        assert.equal(+inside[2], i % SQUARE % side * 8 + Math.floor(i / SQUARE) % side);
      }
    }
  }
});

Deno.test("a fixed order is the same for all images; a random one is of the image and the seed", () => {
  const orderOf = (order: ShuffleOrder, seed: number, blue: number) => {
    const image = painted(SQUARE, (x, y) => [x, y, blue]);
    shuffled(1, order, seed)(image);
    return pixelsOf(image.pixels).map((pixel) => pixel.split(",").slice(0, 2).join());
  };
  assert.deepEqual(orderOf("fixed", 1, 0), orderOf("fixed", 1, 5));
  assert.notDeepEqual(orderOf("fixed", 1, 0), orderOf("fixed", 2, 0));
  assert.deepEqual(orderOf("random", 1, 0), orderOf("random", 1, 0));
  assert.notDeepEqual(orderOf("random", 1, 0), orderOf("random", 1, 5));
  assert.notDeepEqual(orderOf("random", 1, 0), orderOf("random", 2, 0));
});

Deno.test("low-pass and high-pass add up to the image, where nothing is cut off", () => {
  const image = noise(3);
  for (let i = 0; i < image.pixels.length; i++) image.pixels[i] = 96 + image.pixels[i] / 4;
  const [low, high] = [lowPass, highPass].map((view) => {
    const copy = { ...image, pixels: image.pixels.slice() };
    view(copy);
    return copy.pixels;
  });
  assert.deepEqual(low.map((value, i) => value + high[i] - 128), image.pixels);
  const spread = (pixels: Uint8Array) => Math.max(...pixels) - Math.min(...pixels);
  assert.ok(spread(low) < spread(image.pixels) / 1.5);
});

Deno.test("Canny shows the outline alone, and silhouettes fill it, dark or light", async () => {
  using library = await openCv();
  const [canny, silhouette] = [cannyEdges(library), silhouettes(library)];
  const inside = (x: number, y: number) => x >= 20 && x < 40 && y >= 16 && y < 48;
  const hole = (x: number, y: number) => x >= 26 && x < 34 && y >= 24 && y < 40;
  for (const [ground, figure] of [[0, 255], [255, 0], [90, 160]]) {
    const ring = () =>
      painted(SQUARE, (x, y) => Array(3).fill(inside(x, y) && !hole(x, y) ? figure : ground));
    const filled = ring();
    silhouette(filled);
    assert.deepEqual(filled, painted(SQUARE, (x, y) => Array(3).fill(inside(x, y) ? 255 : 0)));
    const edges = ring();
    canny(edges);
    assert.deepEqual(new Set(edges.pixels), new Set([0, 255]));
    const at = (x: number, y: number) => edges.pixels[(y * SQUARE + x) * 3];
    assert.deepEqual([at(5, 5), at(23, 20), at(30, 32)], [0, 0, 0]);
    assert.equal(Math.max(at(19, 32), at(20, 32)), 255);
  }
});
