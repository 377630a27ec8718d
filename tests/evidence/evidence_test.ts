import assert from "node:assert/strict";
import { evidenceKinds, evidenceNames, evidenceOf, sightingOf } from "~/evidence/mod.ts";
import type { PackedImage } from "~/images/mod.ts";

/** An image of px by a function of their place. */
function imageBy(
  [width, height]: [number, number],
  colour: (x: number, y: number) => readonly number[],
): PackedImage {
  const places = Array.from({ length: width * height }, (_, i) => colour(i % width, Math.floor(i / width)));
  return { pixels: Uint8Array.from(places.flat()), width, height, channels: places[0].length };
}

Deno.test("of a large image the centred square is kept at 128 px, and the centre px by px", () => {
  const { image, detail, file } = sightingOf(imageBy([400, 300], (x, y) => [x % 256, y % 256, 0]));
  assert.deepEqual([image.width, image.height, image.channels], [128, 128, 3]);
  assert.deepEqual([detail.width, detail.height, detail.channels], [128, 128, 3]);
  assert.deepEqual([...detail.pixels.subarray(0, 6)], [136, 86, 0, 137, 86, 0]);
  assert.equal(file, undefined);
});

Deno.test("a small image is not enlarged, and grey becomes RGB", () => {
  const { image, detail } = sightingOf(imageBy([20, 10], (x) => [x]));
  assert.deepEqual([image.width, image.height], [10, 10]);
  assert.deepEqual([...image.pixels.subarray(0, 6)], [5, 5, 5, 6, 6, 6]);
  assert.deepEqual([detail.width, detail.height], [20, 10]);
  assert.deepEqual([...detail.pixels.subarray(0, 6)], [0, 0, 0, 1, 1, 1]);
});

Deno.test("the detail of an encoded image is decoded at its own resolution", () => {
  const whole = imageBy([300, 200], (x, y) => [x % 256, y, 7]);
  const encoded = {
    ...{ width: 300, height: 200, channels: 3 as const, file: () => new Uint8Array() },
    decode(box: { left: number; top: number; width: number; height: number }) {
      return imageBy([box.width, box.height], (x, y) => [(box.left + x) % 256, box.top + y, 7]);
    },
  };
  assert.deepEqual(sightingOf(encoded).detail, sightingOf(whole).detail);
});

Deno.test("names are unlike each other, and one that is unknown is refused with those that are known", () => {
  assert.equal(new Set(evidenceNames).size, evidenceKinds.length);
  assert.equal(evidenceOf("mean-color").title, "mean colour");
  assert.throws(() => evidenceOf("smell"), /evidence is "smell"; it must be one of .*mean-color, /);
});
